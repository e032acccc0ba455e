/** The fixed rows that tests of the example app start from: two organizations that do not see into each other. */
import type { PrismaClient } from '../../src/generated/sqlite/client.ts';

/** Who is who. An e-mail address is `<id>@example.test`. */
export const people = {
  alice: { name: 'Alice', organization: 'a', role: 'MEMBER' },
  bob: { name: 'Bob', organization: 'b', role: 'MEMBER' },
  /** In no organization. An old draft and an old publication of hers are still with A. */
  mallory: { name: 'Mallory', organization: undefined, role: undefined },
  rev: { name: 'Rev', organization: 'a', role: 'REVIEWER' },
  ed: { name: 'Ed', organization: 'a', role: 'EDITOR' },
  /** The only one with a global role. */
  root: { name: 'Root', organization: undefined, role: undefined },
} as const;

export type Person = keyof typeof people;

const statuses = ['DRAFT', 'SUBMITTED', 'PUBLISHED', 'REJECTED'] as const;

/** Sites are named after their survey: `a-open` and `b-open` are public, `a-closed` and `b-closed` private. */
const authorOfSite = { 'a-open': 'alice', 'a-closed': 'alice', 'b-open': 'bob', 'b-closed': 'bob' } as const;

/** One observation of every status at every site, such as `a-open-draft`, and two of Mallory's. */
const observations = [
  ...Object.entries(authorOfSite).flatMap(([site, author]) =>
    statuses.map((status) => ({ id: `${site}-${status.toLowerCase()}`, site, author: author as Person, status })),
  ),
  { id: 'a-open-mallory-draft', site: 'a-open', author: 'mallory', status: 'DRAFT' },
  { id: 'a-open-mallory-published', site: 'a-open', author: 'mallory', status: 'PUBLISHED' },
] as const;

const day = (count: number) => new Date(Date.UTC(2026, 0, 1 + count, 12));

export async function insertSurveyData(client: PrismaClient): Promise<void> {
  await insertAtlas(client);
  await client.user.createMany({
    data: Object.entries(people).map(([id, { name }]) => ({
      id,
      name,
      email: `${id}@example.test`,
      passwordHash: `hash-of-${id}`,
      createdAt: day(0),
    })),
  });
  await client.roleGrant.create({ data: { userId: 'root', role: 'ADMIN' } });
  for (const id of ['a', 'b']) {
    await client.organization.create({
      data: { id, slug: `org-${id}`, name: `Organization ${id}`, createdAt: day(0) },
    });
  }
  await client.membership.createMany({
    data: Object.entries(people).flatMap(([userId, { organization, role }]) =>
      organization === undefined ? [] : [{ userId, organizationId: organization, role, joinedAt: day(0) }],
    ),
  });
  await insertSurveys(client);
  await insertObservations(client);
}

async function insertAtlas(client: PrismaClient) {
  const country = (code: string, name: string, area: number, languages: string[], borders: string[]) => ({
    code,
    name,
    officialName: `Kingdom of ${name}`,
    region: 'Europe',
    area,
    landlocked: false,
    flag: code,
    currencies: {
      connectOrCreate: {
        where: { code: 'EUR' },
        create: {
          code: 'EUR',
          name: 'Euro',
          symbol: '€',
        },
      },
    },
    languages: {
      connectOrCreate: languages.map((it) => ({
        where: { code: it },
        create: {
          code: it,
          name: `Language ${it}`,
        },
      })),
    },
    borders: { connect: borders.map((it) => ({ code: it })) },
  });
  await client.country.create({ data: country('BE', 'Belgium', 30_528, ['fra', 'nld'], []) });
  await client.country.create({ data: country('NL', 'Netherlands', 41_850, ['nld'], ['BE']) });
  await client.city.createMany({
    data: [
      { id: 1, name: 'Utrecht', latitude: '52.09083', longitude: '5.12222', countryCode: 'NL' },
      { id: 2, name: 'Gent', latitude: '51.05', longitude: '3.71667', countryCode: 'BE' },
    ],
  });
}

async function insertSurveys(client: PrismaClient) {
  for (const [at, id] of Object.keys(authorOfSite).entries()) {
    const [organizationId = '', kind] = id.split('-');
    const [visibility, title] = kind === 'open' ? (['PUBLIC', 'Open air'] as const) : (['PRIVATE', 'Cellars'] as const);
    await client.survey.create({
      data: { id, title, visibility, organizationId, startsOn: day(at), createdAt: day(0), updatedAt: day(0) },
    });
    await client.site.create({
      data: {
        id,
        name: `Site ${id}`,
        latitude: '52.1',
        longitude: '5.1',
        elevationMeters: at || null,
        surveyId: id,
        cityId: 1 + (at % 2),
      },
    });
  }
}

async function insertObservations(client: PrismaClient) {
  await client.observation.createMany({
    data: observations.map(({ id, site, author, status }, at) => ({
      id,
      status,
      siteId: site,
      authorId: author,
      quantity: at % 2 === 0 ? 'air temperature' : 'humidity',
      value: `${at}.25`,
      unit: at % 2 === 0 ? 'Cel' : '%',
      measuredAt: day(at),
      createdAt: day(at),
      updatedAt: day(at),
      internalNote: `note of ${id}`,
      serialNumber: at % 3 === 0 ? null : 1e3 + at,
      reviewerId: ['PUBLISHED', 'REJECTED'].includes(status) ? (site.startsWith('a') ? 'rev' : 'root') : null,
    })),
  });
  await client.observation.update({ where: { id: 'a-open-published' }, data: { correctsId: 'a-closed-published' } });
  // Frost is on everything of both organizations, rain on what is public, wind on nothing.
  const open = observations.filter(({ site }) => site.endsWith('open'));
  const tagged = { frost: observations, rain: open, wind: [] };
  for (const [slug, on] of Object.entries(tagged)) {
    const label = slug.toUpperCase();
    await client.tag.create({ data: { slug, label, observations: { connect: on.map(({ id }) => ({ id })) } } });
  }
  await client.comment.createMany({
    data: [
      { id: 'c1', body: 'by Alice', observationId: 'a-open-published', authorId: 'alice' },
      { id: 'c2', body: 'by Rev', observationId: 'a-open-published', authorId: 'rev' },
      { id: 'c3', body: 'by Alice', observationId: 'a-closed-draft', authorId: 'alice' },
      { id: 'c4', body: 'by Bob', observationId: 'b-closed-published', authorId: 'bob' },
    ].map((it, at) => ({ ...it, createdAt: day(at) })),
  });
}
