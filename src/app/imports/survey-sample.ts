import { createUser } from '../../auth/sign-in.ts';
import type { Database, ViewerDatabase } from '../../database/database.ts';
import type { GuardedClient } from '../../database/guarded-client.ts';
import { PergolaError } from '../../errors.ts';
import { Tally, type Report } from '../../import/report.ts';
import type { Viewer } from '../../policy/viewer.ts';
import type { SampleDataOptions } from './index.ts';
import { measurementsOf, remarks, type Measurement } from './measurements.ts';
import { randomOf } from './random.ts';
import { organizations, people, tags, type PlannedOrganization, type PlannedSite, type PlannedSurvey } from './survey-plan.ts';

/**
 * An invented survey: four organizations, public and private surveys, and a few thousand observations in every state.
 * Whatever has a natural key is found again by it; a site's observations and an author's comments are written in one
 * transaction each, so that they are there wholly or not at all.
 */
export async function importSurveySample({ database, admin, onProgress = () => {} }: SampleDataOptions): Promise<Report[]> {
  const asAdmin = database.as(admin);
  const users = await addUsers(database);
  const tallies = Object.fromEntries(models.map((model) => [model, new Tally(model)])) as Record<(typeof models)[number], Tally>;
  const upsert = async (model: (typeof models)[number], rows: readonly object[], key: readonly string[]): Promise<string[]> => {
    const written = await asAdmin.write((writer) => writer.upsertMany(model, rows as Data[], key));
    for (const { outcome } of written) tallies[model].add(outcome);
    return written.map(({ key: it }) => String(it['id']));
  };

  await upsert('Tag', Object.entries(tags).map(([slug, label]) => ({ slug, label })), ['slug']);
  for (const organization of organizations) {
    const { slug, name, members, surveys } = organization;
    const [organizationId] = await upsert('Organization', [{ slug, name }], ['slug']);
    const belonging = { organization: { connect: { id: organizationId } } };
    const memberships = Object.entries(members).map(([user, role]) => ({ ...belonging, user: { connect: { id: users[user] } }, role }));
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
    throw new PergolaError('NOT_FOUND', `The survey sample needs the city ${cityName} (${country}).`, 'Import the cities first.');
  }
  const random = randomOf(`${country} ${cityName} ${name}`);
  const near = (degrees: { toNumber(): number }) => (degrees.toNumber() + random.noise() / 200).toFixed(5);
  return { name, elevationMeters, latitude: near(city.latitude), longitude: near(city.longitude), city: { connect: { id: city.id } } };
}

interface Place {
  readonly database: Database;
  readonly admin: Viewer;
  readonly users: Readonly<Record<string, string>>;
  readonly tallies: Readonly<Record<'Observation' | 'Comment', Tally>>;
  readonly organization: PlannedOrganization;
  readonly survey: PlannedSurvey;
  readonly site: PlannedSite;
  readonly siteId: string;
}

async function observe({ database, admin, users, tallies, organization, survey, site, siteId }: Place): Promise<void> {
  const random = randomOf(`${survey.title} ${site[0]}`);
  const withRole = (...roles: string[]) => Object.keys(organization.members).filter((name) => roles.includes(organization.members[name]!));
  const author = random.pick(withRole('MEMBER', 'MEMBER', 'EDITOR'));
  const reviewer = users[withRole('REVIEWER')[0]!]!;
  const commenter = random.pick(Object.keys(organization.members).filter((name) => name !== author));
  const measurements = measurementsOf({ startsOn: survey.startsOn, quantities: survey.quantities }, random);
  const commented = measurements.filter(() => random.chance(0.08));

  /** The administrator, acting in this user's name: the author of a row is always the viewer. */
  const as = (name: string) => database.as({ ...admin, id: users[name]! });
  const atSite = { site: { is: { id: { equals: siteId } } } };
  const { client } = database.as(admin);
  const observations = () => client.observation.findMany({ where: atSite, select: { id: true, quantity: true, measuredAt: true } });

  let known = await observations();
  if (known.length > 0) tallies.Observation.add('same', known.length);
  else {
    tallies.Observation.add('created', await writeObservations(as(author), measurements, { siteId, reviewer }));
    known = await observations();
  }

  const byCommenter = { observation: { is: atSite }, author: { is: { id: { equals: users[commenter]! } } } };
  const comments = await client.comment.count({ where: byCommenter });
  if (comments > 0) {
    tallies.Comment.add('same', comments);
    return;
  }
  const placeOf = (it: { quantity: string; measuredAt: Date }) => `${it.quantity} ${it.measuredAt.toISOString()}`;
  const ids = new Map(known.map((it) => [placeOf(it), it.id]));
  const rows = commented.flatMap((it) => {
    const id = ids.get(placeOf(it));
    return id ? [{ body: random.pick(remarks), observation: { connect: { id } } }] : [];
  });
  const written = await as(commenter).write((writer) => writer.createMany('Comment', rows));
  tallies.Comment.add('created', written.length);
}

async function writeObservations(
  viewer: ViewerDatabase,
  measurements: readonly Measurement[],
  { siteId, reviewer }: { siteId: string; reviewer: string },
): Promise<number> {
  const site = { connect: { id: siteId } };
  const rows = measurements.map(({ tags: slugs, ...measurement }) => ({
    ...measurement,
    site,
    ...(isReviewed(measurement) ? { reviewer: { connect: { id: reviewer } } } : {}),
    ...(slugs.length > 0 ? { tags: { connect: slugs.map((slug) => ({ slug })) } } : {}),
  }));
  return viewer.write(async (writer) => {
    const keys = await writer.createMany('Observation', rows);
    // What was rejected as an outlier was mostly measured again.
    const corrected = measurements.flatMap((it, at) => (it.status === 'REJECTED' && it.tags.includes('outlier') ? [{ it, key: keys[at]! }] : []));
    const corrections = corrected.map(({ it, key }) => ({
      quantity: it.quantity,
      unit: it.unit,
      value: (Number(it.value) / 1.7).toFixed(2),
      measuredAt: new Date(it.measuredAt.getTime() + 2 * 3_600_000),
      status: 'PUBLISHED',
      details: { reason: 'measured again' },
      site,
      reviewer: { connect: { id: reviewer } },
      corrects: { connect: key },
    }));
    return keys.length + (await writer.createMany('Observation', corrections)).length;
  });
}

const isReviewed = ({ status }: Pick<Measurement, 'status'>) => status === 'PUBLISHED' || status === 'REJECTED';
