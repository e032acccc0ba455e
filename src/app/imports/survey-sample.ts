import { createUser } from '../../auth/sign-in.ts';
import type { Database, ViewerDatabase } from '../../database/database.ts';
import type { GuardedClient } from '../../database/guarded-client.ts';
import { PergolaError } from '../../errors.ts';
import { Tally, type Report } from '../../import/report.ts';
import type { SampleDataOptions } from './index.ts';
import { randomOf } from './random.ts';
import { observe } from './survey-observations.ts';
import { organizations, people, tags, type PlannedSite, type PlannedSurvey } from './survey-plan.ts';

/**
 * An invented survey: four organizations, public and private surveys, and a few thousand observations in every state.
 * Whatever has a natural key is found again by it; a site's observations and an author's comments are written in one
 * transaction each, so that they are there wholly or not at all.
 */
export async function importSurveySample({
  database,
  admin,
  onProgress = () => {},
}: SampleDataOptions): Promise<Report[]> {
  const asAdmin = database.as(admin, { unaudited: true });
  const users = await addUsers(database);
  const tallies = Object.fromEntries(models.map((model) => [model, new Tally(model)])) as Record<
    (typeof models)[number],
    Tally
  >;
  const upsert = async (
    model: (typeof models)[number],
    rows: readonly object[],
    key: readonly string[],
  ): Promise<string[]> => {
    const written = await asAdmin.write((writer) => writer.upsertMany(model, rows as Data[], key));
    for (const { outcome } of written) if (outcome !== 'existing') tallies[model].add(outcome);
    return written.map(({ key: it }) => String(it['id']));
  };

  await upsert(
    'Tag',
    Object.entries(tags).map(([slug, label]) => ({ slug, label })),
    ['slug'],
  );
  for (const organization of organizations) {
    const { slug, name, members, surveys } = organization;
    const [organizationId] = await upsert('Organization', [{ slug, name }], ['slug']);
    const belonging = { organization: { connect: { id: organizationId } } };
    const memberships = Object.entries(members).map(([user, role]) => ({
      ...belonging,
      user: { connect: { id: users[user] } },
      role,
    }));
    await upsert('Membership', memberships, ['userId', 'organizationId']);
    for (const survey of surveys) {
      const [surveyId] = await upsert('Survey', [{ ...surveyData(survey), ...belonging }], ['organizationId', 'title']);
      for (const site of survey.sites) {
        const data = { ...(await siteData(site, asAdmin)), survey: { connect: { id: surveyId } } };
        const [siteId] = await upsert('Site', [data], ['surveyId', 'name']);
        await observe({ database, admin, users, tallies, organization, survey, site, siteId: siteId! });
      }
      onProgress({ report: tallies.Observation.report(), bytes: undefined });
    }
  }
  return models.map((model) => tallies[model].report());
}

/** The comments at the last site are the last rows to be written. */
export async function hasSurveySample(client: GuardedClient): Promise<boolean> {
  const survey = organizations.at(-1)!.surveys.at(-1)!;
  const site = { name: { equals: survey.sites.at(-1)![0] }, survey: { is: { title: { equals: survey.title } } } };
  return (await client.comment.count({ where: { observation: { is: { site: { is: site } } } } })) > 0;
}

const models = ['Tag', 'Organization', 'Membership', 'Survey', 'Site', 'Observation', 'Comment'] as const;

type Data = Readonly<Record<string, unknown>>;

/** Without passwords: who signs in as a persona has another way. */
async function addUsers({ unguarded }: Database): Promise<Record<string, string>> {
  const ids: Record<string, string> = {};
  for (const [name, fullName] of Object.entries(people)) {
    const email = `${name}@example.test`;
    const known = await unguarded.user.findUnique({ where: { email }, select: { id: true } });
    const roles = name === 'editor' ? (['editor'] as const) : [];
    ids[name] = known?.id ?? (await createUser(unguarded, { email, name: fullName, roles })).id;
  }
  return ids;
}

const surveyData = ({ title, description, visibility, startsOn, endsOn }: PlannedSurvey) => ({
  title,
  description,
  visibility,
  startsOn: new Date(`${startsOn}T00:00:00Z`),
  endsOn: endsOn === null ? null : new Date(`${endsOn}T00:00:00Z`),
});

/** A few hundred meters from the middle of its city. */
async function siteData([name, country, cityName, elevationMeters]: PlannedSite, { client }: ViewerDatabase) {
  const city = await client.city.findFirst({
    where: { countryCode: { equals: country }, name: { equals: cityName } },
    orderBy: [{ id: 'asc' }],
  });
  if (!city) {
    throw new PergolaError(
      'NOT_FOUND',
      `The survey sample needs the city ${cityName} (${country}).`,
      'Import the cities first.',
    );
  }
  const random = randomOf(`${country} ${cityName} ${name}`);
  const near = (degrees: { toNumber(): number }) => (degrees.toNumber() + random.noise() / 200).toFixed(5);
  return {
    name,
    elevationMeters,
    latitude: near(city.latitude),
    longitude: near(city.longitude),
    city: { connect: { id: city.id } },
  };
}
