/** Every operator and every order, of every type of field, by what they find. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PrismaClient } from '../../src/generated/sqlite/client.ts';
import { pagesOf, wholeList, wholeOf, type Page } from '../support/pages.ts';
import { openTestPlatform, type TestPlatform } from '../support/platform.ts';
import { insertSurveyData } from '../support/survey-data.ts';

/** As many as there are combinations, and each of them twice. */
const countries = [null, true, false]
  .flatMap((independent) =>
    [true, false].flatMap((landlocked) => [0, 0.5, 1e6].map((area) => ({ independent, landlocked, area }))),
  )
  .flatMap((one) => [one, one])
  .map((one, at) => ({ ...one, code: `c${String(at).padStart(2, '0')}` }));

const days = [null, '2026-01-01', '2026-02-28', '9999-12-31'];
const surveys = days.flatMap((day) => days.map((other) => ({ startsOn: day, endsOn: other })));

const fill = async (client: PrismaClient) => {
  await insertSurveyData(client);
  await client.country.createMany({
    data: countries.map((one) => ({ ...one, name: one.code, officialName: 'x', region: 'made up', flag: 'x' })),
  });
  await client.survey.createMany({
    data: surveys.map(({ startsOn, endsOn }, at) => ({
      id: `v${String(at).padStart(2, '0')}`,
      title: `v${at}`,
      description: 'made up',
      organizationId: 'a',
      startsOn: startsOn && new Date(startsOn),
      endsOn: endsOn && new Date(endsOn),
    })),
  });
  await client.membership.createMany({
    data: ['alice', 'bob', 'mallory', 'root'].flatMap((userId) =>
      ['a', 'b'].flatMap((organizationId) =>
        `${userId}${organizationId}` === 'alicea' || `${userId}${organizationId}` === 'bobb'
          ? []
          : [{ userId, organizationId, role: userId === 'mallory' ? ('OWNER' as const) : ('EDITOR' as const) }],
      ),
    ),
  });
};

let platform: TestPlatform;
beforeAll(async () => {
  platform = await openTestPlatform({ fill });
});
afterAll(() => platform[Symbol.asyncDispose]());

const codes = (matches: (one: (typeof countries)[number]) => boolean) =>
  countries.filter(matches).map(({ code }) => code);
const surveyIds = (matches: (one: (typeof surveys)[number]) => boolean) =>
  surveys.flatMap((one, at) => (matches(one) ? [`v${String(at).padStart(2, '0')}`] : []));

describe('a filter', () => {
  it.each<[object, (one: (typeof countries)[number]) => boolean]>([
    [{ area: { equals: 0.5 } }, ({ area }) => area === 0.5],
    [{ area: { not: 0.5 } }, ({ area }) => area !== 0.5],
    [{ area: { in: [0, 1e6] } }, ({ area }) => area !== 0.5],
    [{ area: { notIn: [0, 1e6] } }, ({ area }) => area === 0.5],
    [{ area: { gt: 0.5 } }, ({ area }) => area > 0.5],
    [{ area: { gte: 0.5 } }, ({ area }) => area >= 0.5],
    [{ area: { lt: 0.5 } }, ({ area }) => area < 0.5],
    [{ area: { lte: 0.5 } }, ({ area }) => area <= 0.5],
    [{ area: { equals: null } }, () => false],
    [{ landlocked: { equals: true } }, ({ landlocked }) => landlocked],
    [{ landlocked: { not: true } }, ({ landlocked }) => !landlocked],
    [{ landlocked: { in: [true, false] } }, () => true],
    [{ landlocked: { notIn: [false] } }, ({ landlocked }) => landlocked],
    [{ independent: { equals: false } }, ({ independent }) => independent === false],
    // The opposite of false is not true alone: where nothing is said, it is not false either.
    [{ independent: { not: false } }, ({ independent }) => independent !== false],
    [{ independent: { equals: null } }, ({ independent }) => independent === null],
    [{ independent: { not: null } }, ({ independent }) => independent !== null],
    [{ independent: { notIn: [true] } }, ({ independent }) => independent !== true],
    [{ NOT: { independent: { in: [true, false] } } }, ({ independent }) => independent === null],
  ])('of a Float or Boolean finds what is so: %j', async (where, matches) => {
    const made = { region: { equals: 'made up' } };
    expect(await platform.as('guest').ids('countries', { where: { AND: [where, made] } }, 'code')).toEqual(
      codes(matches),
    );
    const others = codes((one) => !matches(one));
    expect(await platform.as('guest').ids('countries', { where: { NOT: where, ...made } }, 'code')).toEqual(others);
  });

  it.each<[object, (one: (typeof surveys)[number]) => boolean]>([
    [{ startsOn: { equals: '2026-01-01' } }, ({ startsOn }) => startsOn === '2026-01-01'],
    [{ startsOn: { not: '2026-01-01' } }, ({ startsOn }) => startsOn !== '2026-01-01'],
    [
      { startsOn: { in: ['2026-01-01', '9999-12-31'] } },
      ({ startsOn }) => ['2026-01-01', '9999-12-31'].includes(startsOn!),
    ],
    [{ startsOn: { notIn: ['2026-01-01'] } }, ({ startsOn }) => startsOn !== '2026-01-01'],
    [{ startsOn: { gt: '2026-01-01' } }, ({ startsOn }) => startsOn !== null && startsOn > '2026-01-01'],
    [{ startsOn: { gte: '2026-02-28' } }, ({ startsOn }) => startsOn !== null && startsOn >= '2026-02-28'],
    [{ endsOn: { lt: '2026-02-28' } }, ({ endsOn }) => endsOn !== null && endsOn < '2026-02-28'],
    [{ endsOn: { lte: '2026-02-28' } }, ({ endsOn }) => endsOn !== null && endsOn <= '2026-02-28'],
    [
      { endsOn: { equals: null }, startsOn: { not: null } },
      ({ startsOn, endsOn }) => endsOn === null && startsOn !== null,
    ],
  ])('of a Date finds what is so: %j', async (where, matches) => {
    const made = { description: { equals: 'made up' } };
    expect(await platform.as('root').ids('surveys', { where: { AND: [where, made] } })).toEqual(surveyIds(matches));
    const others = surveyIds((one) => !matches(one));
    expect(await platform.as('root').ids('surveys', { where: { NOT: where, ...made } })).toEqual(others);
  });
});

describe('an order by values of any type, with absent ones among them', () => {
  type Values = Readonly<Record<string, unknown>>;
  type Terms = readonly (readonly [field: string, direction: 'asc' | 'desc'])[];

  const size = (value: unknown) => (typeof value === 'string' ? Date.parse(value) : Number(value));
  function sorted(rows: readonly Values[], terms: Terms, key: string) {
    const all: Terms = [...terms, [key, terms.at(-1)![1]]];
    const order = (one: unknown, other: unknown) => {
      if (one === null || other === null) return Number(one !== null) - Number(other !== null);
      if (typeof one === 'string' && typeof other === 'string') return one < other ? -1 : Number(one > other);
      return size(one) - size(other);
    };
    const compare = (one: Values, other: Values) =>
      all.reduce((found, [field, word]) => found || order(one[field], other[field]) * (word === 'asc' ? 1 : -1), 0);
    return rows.toSorted(compare).map((row) => row[key]);
  }

  const named = surveys.map((one, at) => ({ ...one, id: `v${String(at).padStart(2, '0')}` }));
  const cases: [string, string, string, readonly Values[], Terms][] = [
    ['countries', 'Country', 'code', countries, [['independent', 'asc']]],
    [
      'countries',
      'Country',
      'code',
      countries,
      [
        ['independent', 'desc'],
        ['area', 'desc'],
      ],
    ],
    [
      'countries',
      'Country',
      'code',
      countries,
      [
        ['landlocked', 'desc'],
        ['independent', 'asc'],
        ['area', 'desc'],
        ['code', 'asc'],
      ],
    ],
    [
      'countries',
      'Country',
      'code',
      countries,
      [
        ['area', 'asc'],
        ['landlocked', 'desc'],
      ],
    ],
    ['surveys', 'Survey', 'id', named, [['startsOn', 'asc']]],
    [
      'surveys',
      'Survey',
      'id',
      named,
      [
        ['endsOn', 'desc'],
        ['startsOn', 'asc'],
      ],
    ],
    [
      'surveys',
      'Survey',
      'id',
      named,
      [
        ['startsOn', 'desc'],
        ['endsOn', 'desc'],
        ['id', 'asc'],
      ],
    ],
  ];

  it.each(cases.flatMap((one) => [false, true].map((backwards) => [...one, backwards] as const)))(
    'has pages that are together the whole: %s (%s), by %s of %o, %j, backwards %s',
    async (list, type, key, rows, terms, backwards) => {
      const where = type === 'Country' ? '{ region: { equals: "made up" } }' : '{ description: { equals: "made up" } }';
      for (const pageSize of [1, 4]) {
        const pages = await pagesOf(
          platform.as('root'),
          {
            type,
            document: (args, page) => `{ list: ${list}(where: ${where}, ${args}) ${page} }`,
            find: (data: { list: Page }) => data.list,
            orderBy: terms.map(([field, direction]) => ({ [field]: direction })),
            size: pageSize,
            backwards,
          },
          key,
        );
        expect(wholeOf(pages, backwards)).toEqual(wholeList(sorted(rows, terms, key), pages.length));
      }
    },
  );
});

interface Shown {
  readonly organization: { readonly name: string };
  readonly role: string;
  readonly user: { readonly name: string };
}

describe('a key of two fields', () => {
  it.each([
    ['alone', [], (one: string, other: string) => (one < other ? -1 : 1)],
    ['in the other direction', [{ userId: 'desc' }], (one: string, other: string) => (one < other ? 1 : -1)],
  ])('breaks ties, and pages by it are together the whole: %s', async (_, orderBy, compare) => {
    for (const backwards of [false, true]) {
      const pages = await pagesOf(
        platform.as('root'),
        {
          type: 'Membership',
          document: (args, page) =>
            `{ list: memberships(${args}) ${page.replace('id: nodeId', 'id: nodeId userId organizationId')} }`,
          find: (data: { list: Page }) => data.list,
          orderBy,
          size: 2,
          backwards,
        },
        'nodeId',
      );
      const inOrder = (backwards ? pages.toReversed() : pages).flatMap(({ edges }) => edges.map(({ node }) => node));
      expect(wholeOf(pages, backwards)).toEqual(
        wholeList(
          inOrder.map(({ id }) => id),
          pages.length,
        ),
      );
      const keys = inOrder.map(({ userId, organizationId }) => `${String(userId)} ${String(organizationId)}`);
      expect(keys).toEqual(keys.toSorted(compare));
      expect(keys).toHaveLength(10);
    }
  });

  it('may be ordered by across relations: by the role, by the number of surveys of the organization, and by its name', async () => {
    const pages = await pagesOf(
      platform.as('root'),
      {
        type: 'Membership',
        document: (args, page) =>
          `{ list: memberships(${args}) ${page.replace('id: nodeId', 'id: nodeId role user { name } organization { name }')} }`,
        find: (data: { list: Page }) => data.list,
        orderBy: [{ organization: { surveys: { _count: 'desc' } } }, { role: 'asc' }, { user: { name: 'desc' } }],
        size: 3,
        backwards: false,
      },
      'nodeId',
    );
    const nodes = pages.flatMap(({ edges }) => edges.map(({ node }) => node as unknown as Shown));
    expect(nodes.map(({ organization, role, user }) => `${organization.name} ${role} ${user.name}`)).toEqual([
      'Organization a EDITOR Root',
      'Organization a EDITOR Ed',
      'Organization a EDITOR Bob',
      'Organization a MEMBER Alice',
      'Organization a OWNER Mallory',
      'Organization a REVIEWER Rev',
      'Organization b EDITOR Root',
      'Organization b EDITOR Alice',
      'Organization b MEMBER Bob',
      'Organization b OWNER Mallory',
    ]);
  });
});
