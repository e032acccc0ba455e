/** Rows in groups: their keys and figures, which of them are wanted, and in which order. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestPlatform, type TestPlatform } from '../support/platform.ts';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await openTestPlatform();
});
afterAll(() => platform[Symbol.asyncDispose]());

describe('groups', () => {
  it('have the values that their rows share, and figures over the rows, in the order of the keys', async () => {
    const root = platform.as('root');
    const { data } = await root.run(`{
      observationGroups(by: [{ field: unit }, { field: reviewerId }], where: { siteId: { equals: "a-open" } }) {
        key { unit reviewerId } count present { serialNumber } sum { serialNumber value } avg { value } min { measuredAt } max { id }
      }
    }`);
    expect(data).toEqual({
      observationGroups: [
        {
          key: { unit: '%', reviewerId: null },
          count: 1,
          present: { serialNumber: 1 },
          sum: { serialNumber: '1001', value: '1.25' },
          avg: { value: '1.25' },
          min: { measuredAt: '2026-01-02T12:00:00.000Z' },
          max: { id: 'a-open-submitted' },
        },
        {
          key: { unit: '%', reviewerId: 'rev' },
          count: 2,
          present: { serialNumber: 1 },
          sum: { serialNumber: '1017', value: '20.5' },
          avg: { value: '10.25' },
          min: { measuredAt: '2026-01-04T12:00:00.000Z' },
          max: { id: 'a-open-rejected' },
        },
        {
          key: { unit: 'Cel', reviewerId: null },
          count: 2,
          present: { serialNumber: 1 },
          sum: { serialNumber: '1016', value: '16.5' },
          avg: { value: '8.25' },
          min: { measuredAt: '2026-01-01T12:00:00.000Z' },
          max: { id: 'a-open-mallory-draft' },
        },
        {
          key: { unit: 'Cel', reviewerId: 'rev' },
          count: 1,
          present: { serialNumber: 1 },
          sum: { serialNumber: '1002', value: '2.25' },
          avg: { value: '2.25' },
          min: { measuredAt: '2026-01-03T12:00:00.000Z' },
          max: { id: 'a-open-published' },
        },
      ],
    });
    expect(root.statements).toBe(1);
  });

  it('have keys of every type', async () => {
    await using own = await openTestPlatform();
    const { data, errors } = await own.as('root').run(`{
      countries: countryGroups(by: [{ field: landlocked }, { field: independent }, { field: area }]) { key { landlocked independent area } count }
      surveys: surveyGroups(by: [{ field: visibility }, { field: startsOn }]) { key { visibility startsOn } count }
      sites: siteGroups(by: [{ field: elevationMeters }, { field: latitude }]) { key { elevationMeters latitude } count }
      memberships: membershipGroups(by: [{ field: organizationId }]) { key { organizationId } count }
      observations: observationGroups(by: [{ field: serialNumber }, { field: measuredAt }], first: 1, orderBy: [{ key: { serialNumber: desc } }]) { key { serialNumber measuredAt } count }
    }`);
    expect([data, errors]).toEqual([
      {
        countries: [
          { key: { landlocked: false, independent: null, area: 30_528 }, count: 1 },
          { key: { landlocked: false, independent: null, area: 41_850 }, count: 1 },
        ],
        surveys: [
          { key: { visibility: 'PRIVATE', startsOn: '2026-01-02' }, count: 1 },
          { key: { visibility: 'PRIVATE', startsOn: '2026-01-04' }, count: 1 },
          { key: { visibility: 'PUBLIC', startsOn: '2026-01-01' }, count: 1 },
          { key: { visibility: 'PUBLIC', startsOn: '2026-01-03' }, count: 1 },
        ],
        sites: [null, 1, 2, 3].map((elevationMeters) => ({ key: { elevationMeters, latitude: '52.1' }, count: 1 })),
        memberships: [
          { key: { organizationId: 'a' }, count: 3 },
          { key: { organizationId: 'b' }, count: 1 },
        ],
        observations: [{ key: { serialNumber: '1017', measuredAt: '2026-01-18T12:00:00.000Z' }, count: 1 }],
      },
      undefined,
    ]);
  });

  it('are selected under any name, in fragments, and none of it twice', async () => {
    const root = platform.as('root');
    const { data } = await root.run(`
      { groups: observationGroups(by: [{ field: status }], first: 1) { __typename k: key { __typename s: status } ...F n: count key { status } } }
      fragment F on ObservationGroup { sum { value } b: sum { v: value } key { t: status } }
    `);
    const one = { __typename: 'ObservationGroup', n: 5, sum: { value: '41.25' }, b: { v: '41.25' } };
    const key = { status: 'DRAFT', t: 'DRAFT' };
    expect(data).toEqual({ groups: [{ ...one, key, k: { __typename: 'ObservationGroupKey', s: 'DRAFT' } }] });
    expect(root.statements).toBe(1);
  });

  it('of no rows are none', async () => {
    const { data } = await platform.as('root').run(`{
      observationGroups(by: [{ field: measuredAt, unit: day, timeZone: "Asia/Tokyo" }], where: { id: { equals: "nowhere" } }) { count }
    }`);
    expect(data).toEqual({ observationGroups: [] });
  });
});

describe('having', () => {
  const groups = async (having: string) => {
    const { data, errors } = await platform
      .as('root')
      .run<{ groups: { key: { status: string } }[] }>(
        `{ groups: observationGroups(by: [{ field: status }], having: ${having}) { key { status } } }`,
      );
    expect(errors).toBe(undefined);
    return data.groups.map(({ key }) => key.status);
  };

  // Five drafts and publications, four of the others; the sums are 41.25, 50.25, 37 and 29.
  it.each([
    ['{ count: { gt: 4 } }', ['DRAFT', 'PUBLISHED']],
    ['{ count: { in: [1, 4] } }', ['REJECTED', 'SUBMITTED']],
    ['{ NOT: { count: { equals: 4 } } }', ['DRAFT', 'PUBLISHED']],
    ['{ sum: { value: { gte: "41.25" } } }', ['DRAFT', 'PUBLISHED']],
    ['{ sum: { value: { equals: "29" } } }', ['SUBMITTED']],
    ['{ avg: { value: { lt: "8" } } }', ['SUBMITTED']],
    ['{ avg: { serialNumber: { gt: 1009.5 } } }', ['PUBLISHED']],
    ['{ min: { unit: { equals: "%" } } }', ['REJECTED', 'SUBMITTED', 'PUBLISHED'].toSorted()],
    ['{ max: { measuredAt: { gte: "2026-01-18T00:00:00Z" } } }', ['PUBLISHED']],
    ['{ max: { id: { startsWith: "b-open-s" } } }', ['SUBMITTED']],
    ['{ min: { reviewerId: { equals: null } } }', ['DRAFT', 'SUBMITTED']],
    ['{ NOT: { min: { reviewerId: { equals: "rev" } } } }', ['DRAFT', 'SUBMITTED']],
    ['{ present: { serialNumber: { lte: 2 } } }', ['REJECTED']],
    ['{ count: { gt: 4 }, sum: { value: { lt: "50" } } }', ['DRAFT']],
    ['{ OR: [{ count: { gt: 4 } }, { sum: { value: { lt: "30" } } }] }', ['DRAFT', 'PUBLISHED', 'SUBMITTED']],
    ['{ AND: [{ count: { gt: 4 } }, { NOT: { sum: { value: { lt: "50" } } } }] }', ['PUBLISHED']],
    ['{ OR: [] }', []],
    ['{ AND: [] }', ['DRAFT', 'PUBLISHED', 'REJECTED', 'SUBMITTED']],
    ['{}', ['DRAFT', 'PUBLISHED', 'REJECTED', 'SUBMITTED']],
  ])('%s is true of the figures of the group', async (having, expected) => {
    expect(await groups(having)).toEqual(expected);
  });

  it('compares the figure that is shown: 0.1 and 0.2 are 0.3', async () => {
    await using own = await openTestPlatform();
    const root = own.as('root');
    for (const [id, value] of [
      ['a-open-draft', '0.1'],
      ['a-open-submitted', '0.2'],
    ]) {
      const document =
        'mutation ($id: String, $value: Decimal) { updateObservation(where: { id: $id }, data: { value: $value }) { id } }';
      expect((await root.run(document, { id, value })).errors).toBe(undefined);
    }
    const { data } = await root.run(`{
      observationGroups(by: [{ field: authorId }], where: { id: { in: ["a-open-draft", "a-open-submitted"] } }, having: { sum: { value: { equals: "0.3" } } }) { count sum { value } }
    }`);
    expect(data).toEqual({ observationGroups: [{ count: 2, sum: { value: '0.3' } }] });
  });
});

describe('an order of groups', () => {
  it.each([
    ['', ['DRAFT', 'PUBLISHED', 'REJECTED', 'SUBMITTED']],
    [', orderBy: [{ key: { status: desc } }]', ['SUBMITTED', 'REJECTED', 'PUBLISHED', 'DRAFT']],
    // What is equal is ordered by the keys, ascending.
    [', orderBy: [{ count: desc }]', ['DRAFT', 'PUBLISHED', 'REJECTED', 'SUBMITTED']],
    [', orderBy: [{ count: asc }]', ['REJECTED', 'SUBMITTED', 'DRAFT', 'PUBLISHED']],
    [', orderBy: [{ count: asc }, { sum: { value: asc } }]', ['SUBMITTED', 'REJECTED', 'DRAFT', 'PUBLISHED']],
    // No draft has a reviewer, and neither has what is submitted: absent values come first.
    [
      ', orderBy: [{ max: { reviewerId: asc } }, { avg: { value: desc } }]',
      ['DRAFT', 'SUBMITTED', 'PUBLISHED', 'REJECTED'],
    ],
    [
      ', orderBy: [{ max: { reviewerId: desc } }, { present: { serialNumber: asc } }]',
      ['REJECTED', 'PUBLISHED', 'DRAFT', 'SUBMITTED'],
    ],
    [', orderBy: [{ sum: { value: desc } }], first: 2', ['PUBLISHED', 'DRAFT']],
  ])('%j', async (args, expected) => {
    const { data, errors } = await platform
      .as('root')
      .run<{ groups: { key: { status: string } }[] }>(
        `{ groups: observationGroups(by: [{ field: status }]${args}) { key { status } } }`,
      );
    expect([data?.groups.map(({ key }) => key.status), errors]).toEqual([expected, undefined]);
  });

  it('ends after 20 groups unless told', async () => {
    const { data } = await platform
      .as('root')
      .run<Record<string, object[]>>(
        '{ a: observationGroups(by: [{ field: id }]) { count } b: userGroups(by: [{ field: id }], first: 100) { count } }',
      );
    expect([data['a']?.length, data['b']?.length]).toEqual([18, 6]);
  });
});

describe('what cannot be grouped so', () => {
  it.each([
    ['(by: []) { count }', 'BAD_INPUT', '"by" names no field. Name one, or ask for the aggregate.', 'by'],
    [
      '(by: [{ field: measuredAt, unit: day }, { field: measuredAt, unit: month }]) { count }',
      'BAD_INPUT',
      '"by" names measuredAt twice. Group by the smaller unit of time.',
      'by',
    ],
    [
      '(by: [{ field: status, unit: day }]) { count }',
      'BAD_INPUT',
      'status has no unit of time. Leave "unit" out.',
      'by[0].unit',
    ],
    [
      '(by: [{ field: measuredAt, timeZone: "Asia/Tokyo" }]) { count }',
      'BAD_INPUT',
      'A time zone stands without a unit. Give a "unit", such as day.',
      'by[0].timeZone',
    ],
    [
      '(by: [{ field: status }, { field: measuredAt, unit: day, timeZone: "Asia/Tokio" }]) { count }',
      'BAD_INPUT',
      'There is no time zone "Asia/Tokio". Write "Asia/Tokyo".',
      'by[1].timeZone',
    ],
    [
      '(by: [{ field: status }]) { key { status unit } }',
      'BAD_INPUT',
      'The groups have no key "unit". Add { field: unit } to "by".',
      'key.unit',
    ],
    [
      '(by: [{ field: status }], orderBy: [{ key: { unit: asc } }]) { count }',
      'BAD_INPUT',
      'The groups have no key "unit". Add { field: unit } to "by".',
      'orderBy[0].key',
    ],
    [
      '(by: [{ field: status }], orderBy: [{ count: asc, sum: { value: asc } }]) { count }',
      'BAD_INPUT',
      '"orderBy[0]" does not have exactly one field. Give one field in each object.',
      'orderBy[0]',
    ],
    [
      '(by: [{ field: status }], orderBy: [{ sum: {} }]) { count }',
      'BAD_INPUT',
      '"orderBy[0].sum" does not have exactly one field. Give one field in each object.',
      'orderBy[0].sum',
    ],
    ['(by: [{ field: status }], first: 0) { count }', 'BAD_INPUT', 'first is 0. Give a number from 1 to 100.', 'first'],
    [
      '(by: [{ field: status }], first: 101) { count }',
      'BAD_INPUT',
      'first is 101. Give a number from 1 to 100.',
      'first',
    ],
    [
      '(by: [{ field: status }], having: { count: { gt: null } }) { count }',
      'BAD_INPUT',
      '"gt" compares with null. Use { equals: null } for absent values.',
      'having.count.gt',
    ],
  ])('is refused, and asks nothing: %s', async (rest, code, message, inputPath) => {
    const root = platform.as('root');
    expect(await root.run(`{ observationGroups${rest} }`)).toEqual({
      data: null,
      errors: [{ code, message, inputPath, path: 'observationGroups' }],
    });
    expect(root.statements).toBe(0);
  });

  it('is a day in a time zone', async () => {
    const root = platform.as('root');
    const { errors } = await root.run(
      '{ surveyGroups(by: [{ field: startsOn, unit: month, timeZone: "Asia/Tokyo" }]) { count } }',
    );
    expect(errors).toMatchObject([
      { code: 'BAD_INPUT', message: 'startsOn is in no time zone. Leave "timeZone" out.' },
    ]);
  });

  it('has no name in the API: what is hidden, opaque or in no order', () => {
    const names = (type: string) => {
      const named = platform.api.getType(type) as unknown as { getFields?(): object; getValues?(): { name: string }[] };
      return named.getValues?.().map(({ name }) => name) ?? Object.keys(named.getFields!());
    };
    for (const type of ['UserGroupField', 'UserGroupKey', 'UserGroupFieldOrderBy', 'UserPresentHaving'])
      expect(names(type)).toEqual(['id', 'email', 'name', 'createdAt']);
    expect(names('ObservationGroupField')).not.toContain('details');
    expect(names('ObservationGroupField')).not.toContain('rawFrame');
    expect(platform.api.getQueryType()!.getFields()['sessionGroups']).toBe(undefined);
  });
});
