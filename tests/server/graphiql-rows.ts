/** A small field survey: what the personas see of it differs. */
import { personas } from '../../src/app/personas.ts';
import { createUser, type PlatformRole } from '../../src/auth/sign-in.ts';
import type { PrismaClient } from '../../src/generated/sqlite/client.ts';

export const adminPassword = 'correct horse battery';

const globalRoles: Record<string, PlatformRole[]> = { admin: ['admin'], editor: ['editor'] };

export async function addRows(client: PrismaClient): Promise<void> {
  const users = new Map<string, string>();
  for (const [name, { email }] of Object.entries(personas)) {
    if (email === null) continue;
    const password = name === 'admin' ? adminPassword : null;
    users.set(name, (await createUser(client, { email, name, password, roles: globalRoles[name] ?? [] })).id);
  }
  const idOf = (persona: string) => users.get(persona) ?? '';
  await addAtlas(client);

  const riverWatch = await client.organization.create({
    data: {
      slug: 'river-watch',
      name: 'River Watch',
      memberships: {
        create: [
          { userId: idOf('member'), role: 'MEMBER' },
          { userId: idOf('reviewer'), role: 'REVIEWER' },
        ],
      },
    },
  });
  const cleanAir = await client.organization.create({
    data: {
      slug: 'clean-air',
      name: 'Clean Air',
      memberships: { create: [{ userId: idOf('outsider'), role: 'EDITOR' }] },
    },
  });
  await addSurvey(client, {
    title: 'Canal temperature',
    visibility: 'PUBLIC',
    organizationId: riverWatch.id,
    city: 'Utrecht',
    site: 'Oudegracht',
    authorId: idOf('member'),
    quantity: 'water temperature',
    unit: 'Cel',
    values: ['11.25', '11.5', '12.75'],
  });
  await addSurvey(client, {
    title: 'Groundwater nitrate',
    visibility: 'PRIVATE',
    organizationId: riverWatch.id,
    city: 'Gent',
    site: 'Well 7',
    authorId: idOf('member'),
    quantity: 'nitrate',
    unit: 'mg/L',
    values: ['38.4', '41.07'],
  });
  await addSurvey(client, {
    title: 'Street dust',
    visibility: 'PRIVATE',
    organizationId: cleanAir.id,
    city: 'Gent',
    site: 'Ring road',
    authorId: idOf('outsider'),
    quantity: 'PM10',
    unit: 'ug/m3',
    values: ['22'],
  });
}

async function addAtlas(client: PrismaClient): Promise<void> {
  const europe = { region: 'Europe', subregion: 'Western Europe', landlocked: false, independent: true };
  const neighbours = { borders: { connect: [{ code: 'NL' }] }, borderedBy: { connect: [{ code: 'NL' }] } };
  await client.country.create({
    data: {
      ...europe,
      code: 'NL',
      name: 'Netherlands',
      officialName: 'Kingdom of the Netherlands',
      area: 41_850,
      flag: '\u{1F1F3}\u{1F1F1}',
    },
  });
  await client.country.create({
    data: {
      ...europe,
      ...neighbours,
      code: 'BE',
      name: 'Belgium',
      officialName: 'Kingdom of Belgium',
      area: 30_528,
      flag: '\u{1F1E7}\u{1F1EA}',
    },
  });
  await client.city.createMany({
    data: [
      { name: 'Utrecht', countryCode: 'NL', latitude: '52.09083', longitude: '5.12222', admin1: '09' },
      { name: 'Gent', countryCode: 'BE', latitude: '51.05', longitude: '3.71667', admin1: 'VLG' },
    ],
  });
}

interface NewSurvey {
  title: string;
  visibility: 'PUBLIC' | 'PRIVATE';
  organizationId: string;
  city: string;
  site: string;
  authorId: string;
  quantity: string;
  unit: string;
  values: string[];
}

/** One survey with one site, whose first observation was rejected, and the others published. */
async function addSurvey(client: PrismaClient, survey: NewSurvey): Promise<void> {
  const { title, visibility, organizationId, authorId, quantity, unit, values } = survey;
  const { id: cityId, latitude, longitude } = await client.city.findFirstOrThrow({ where: { name: survey.city } });
  const observations = values.map((value, hour) => ({
    quantity,
    value,
    unit,
    authorId,
    status: hour === 0 ? ('REJECTED' as const) : ('PUBLISHED' as const),
    measuredAt: new Date(Date.UTC(2026, 4, 1, hour)),
    internalNote: 'Checked against the reference instrument.',
  }));
  const site = { name: survey.site, cityId, latitude, longitude, observations: { create: observations } };
  await client.survey.create({ data: { title, visibility, organizationId, sites: { create: [site] } } });
}
