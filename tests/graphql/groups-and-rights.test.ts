/** Groups are of the rows that a list would show, by values that the viewer may read and aggregate (attacks 34, 35, 36, 38, 39). */
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { policy } from '../../src/app/policies/language.ts';
import { any, anyone, nobody } from '../../src/policy/rule.ts';
import { asJson, naiveGroups, type GroupsOf } from '../support/naive-groups.ts';
import { insertRows, makeRows, naiveWorld } from '../support/naive-world.ts';
import { observationFields, userFields } from '../support/open-fields.ts';
import { openTestPlatform, type TestPlatform } from '../support/platform.ts';
import { aliceRules, strictPolicies } from '../support/strict-policies.ts';
import { whereArbitrary } from '../support/where-arbitrary.ts';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await openTestPlatform();
});
afterAll(() => platform[Symbol.asyncDispose]());

describe('the right to aggregate', () => {
  it.each([
    ['as a key', '(by: [{ field: status }, { field: internalNote }]) { count }', 'group by Observation.internalNote'],
    ['in a figure', '(by: [{ field: status }]) { max { internalNote } }', 'aggregate Observation.internalNote'],
    [
      'in having',
      '(by: [{ field: status }], having: { present: { internalNote: { gt: 0 } } }) { count }',
      'aggregate Observation.internalNote',
    ],
    [
      'in having, under a NOT',
      '(by: [{ field: status }], having: { NOT: { AND: [{ min: { internalNote: { lt: "n" } } }] } }) { count }',
      'aggregate Observation.internalNote',
    ],
    [
      'in the order',
      '(by: [{ field: status }], orderBy: [{ count: asc }, { max: { internalNote: asc } }]) { count }',
      'aggregate Observation.internalNote',
    ],
    [
      'in the filter',
      '(by: [{ field: status }], where: { internalNote: { contains: "x" } }) { count }',
      'filter by Observation.internalNote',
    ],
    [
      'beside a zone',
      '(by: [{ field: measuredAt, unit: day, timeZone: "Asia/Tokyo" }, { field: internalNote }]) { count }',
      'group by Observation.internalNote',
    ],
  ])(
    'that is held on no row refuses the operation before the database is asked: %s (attacks 36, 38, 39)',
    async (_, rest, what) => {
      const guest = platform.as('guest');
      expect(await guest.run(`{ observationGroups${rest} }`)).toEqual({
        data: null,
        errors: [
          {
            code: 'FORBIDDEN',
            message: `You may not ${what}. Leave it out, or ask for the right.`,
            path: 'observationGroups',
          },
        ],
      });
      expect(guest.statements).toBe(0);
    },
  );

  it('may be narrower than the right to read', async () => {
    const narrow = policy('Observation', ({ where }) => ({
      read: anyone,
      fields: {
        ...observationFields,
        unit: { read: anyone, aggregate: nobody },
        quantity: { read: anyone, aggregate: where({ status: { equals: 'PUBLISHED' } }) },
        site: { read: anyone, aggregate: where({ status: { equals: 'PUBLISHED' } }) },
        author: { read: anyone, aggregate: nobody },
      },
    }));
    await using strict = await openTestPlatform({ policies: [narrow] });
    const root = strict.as('root');
    const { data } = await root.run(`{
      quantities: observationGroups(by: [{ field: quantity }]) { key { quantity } count }
      sites: observationGroups(by: [{ field: siteId }]) { key { siteId } count present { siteId quantity } }
    }`);
    expect(data).toEqual({
      quantities: [
        { key: { quantity: null }, count: 13 },
        { key: { quantity: 'air temperature' }, count: 4 },
        { key: { quantity: 'humidity' }, count: 1 },
      ],
      sites: [
        { key: { siteId: null }, count: 13, present: { siteId: 0, quantity: 0 } },
        { key: { siteId: 'a-closed' }, count: 1, present: { siteId: 1, quantity: 1 } },
        { key: { siteId: 'a-open' }, count: 2, present: { siteId: 2, quantity: 2 } },
        { key: { siteId: 'b-closed' }, count: 1, present: { siteId: 1, quantity: 1 } },
        { key: { siteId: 'b-open' }, count: 1, present: { siteId: 1, quantity: 1 } },
      ],
    });
    const values = (
      strict.api.getType('ObservationGroupField') as unknown as { getValues(): { name: string }[] }
    ).getValues();
    expect(values.map(({ name }) => name).filter((name) => ['unit', 'authorId'].includes(name))).toEqual([]);
  });

  it('leaves out what is hidden: rows, values, and columns whose row may not be read (attacks 34, 35, 39)', async () => {
    const nobodySees = policy('User', ({ role, owner }) => ({
      read: any(role('admin'), owner('id')),
      fields: userFields,
    }));
    await using strict = await openTestPlatform({ policies: [nobodySees] });
    const { data } = await strict.as('alice').run(`{
      authors: observationGroups(by: [{ field: authorId }]) { key { authorId } count }
      notes: observationGroups(by: [{ field: internalNote }]) { key { internalNote } count present { internalNote } max { internalNote } }
    }`);
    // Mallory's and Bob's publications are there; whose they are is not. Alice is no reviewer.
    expect(data).toEqual({
      authors: [
        { key: { authorId: null }, count: 2 },
        { key: { authorId: 'alice' }, count: 8 },
      ],
      notes: [{ key: { internalNote: null }, count: 10, present: { internalNote: 0 }, max: { internalNote: null } }],
    });
  });
});

describe('the groups of random rows', () => {
  const rows = makeRows();
  const worlds = { root: naiveWorld(rows), alice: naiveWorld(rows, aliceRules) };
  const keys = ['quantity', 'unit', 'status', 'internalNote', 'serialNumber', 'siteId', 'correctsId', 'value'];
  const figures = ['quantity', 'internalNote', 'serialNumber', 'siteId', 'value', 'measuredAt'];
  const direction = fc.constantFrom('asc' as const, 'desc' as const);

  const operations: fc.Arbitrary<GroupsOf> = fc
    .record({
      by: fc.uniqueArray(fc.constantFrom(...keys), { minLength: 1, maxLength: 3 }),
      where: fc.oneof(fc.constant({}), whereArbitrary('Observation', 2)),
      fields: fc.uniqueArray(fc.constantFrom(...figures), { minLength: 1, maxLength: 3 }),
      atLeast: fc.constantFrom(0, 1, 2, 5),
      first: fc.integer({ min: 1, max: 100 }),
    })
    .chain(({ atLeast, ...rest }) => {
      const field = fc.constantFrom(...rest.fields);
      const places = [
        ...rest.by.map((name) => `key.${name}`),
        ...rest.fields.flatMap((name) => [`min.${name}`, `max.${name}`, `present.${name}`]),
        'count',
      ];
      return fc.record({
        ...Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, fc.constant(value)])),
        having: fc
          .record({ atLeast: fc.constant(atLeast) }, { requiredKeys: ['atLeast'] })
          .chain((having) =>
            fc
              .option(fc.tuple(field, fc.integer({ min: 0, max: 3 })), { freq: 3 })
              .map((present) => ({ ...having, ...(present && { present }) })),
          ),
        orderBy: fc.array(fc.record({ by: fc.constantFrom(...places), direction }), { maxLength: 2 }),
      }) as unknown as fc.Arbitrary<GroupsOf>;
    });

  const document = ({ by, fields }: GroupsOf) => `
    query ($where: ObservationWhere, $having: ObservationHaving, $orderBy: [ObservationGroupOrderBy!], $first: Int) {
      groups: observationGroups(by: [${by.map((field) => `{ field: ${field} }`).join()}], where: $where, having: $having, orderBy: $orderBy, first: $first) {
        key { ${by.join(' ')} } count ${['min', 'max', 'present'].map((part) => `${part} { ${fields.join(' ')} }`).join(' ')}
      }
    }`;

  const variables = ({ where, having: { atLeast, present }, orderBy, first }: GroupsOf) => ({
    where: asJson(where),
    having: { count: { gte: atLeast }, ...(present && { present: { [present[0]]: { gte: present[1] } } }) },
    orderBy: orderBy.map(({ by, direction: word }) =>
      by.split('.').reduceRight<unknown>((inner, name) => ({ [name]: inner }), word),
    ),
    first,
  });

  it.each(['root', 'alice'] as const)('are those of what %s reads (attacks 35, 38, 39)', async (name) => {
    await using strict = await openTestPlatform({
      policies: strictPolicies,
      fill: (client) => insertRows(client, rows),
    });
    const viewer = strict.as(name);
    await fc.assert(
      fc.asyncProperty(operations, async (operation) => {
        const answer = await viewer.run(document(operation), variables(operation));
        expect(answer).toEqual({ data: { groups: asJson(naiveGroups(worlds[name], operation)) } });
      }),
      { numRuns: 200, seed: 3 },
    );
  });
});
