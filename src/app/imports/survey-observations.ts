import type { Database, ViewerDatabase } from '../../database/database.ts';
import type { Tally } from '../../import/report.ts';
import type { Viewer } from '../../policy/viewer.ts';
import { measurementsOf, remarks, type Measurement } from './measurements.ts';
import { randomOf } from './random.ts';
import type { PlannedOrganization, PlannedSite, PlannedSurvey } from './survey-plan.ts';

/** A site that is there, and who may measure at it. */
export interface Place {
  readonly database: Database;
  readonly admin: Viewer;
  readonly users: Readonly<Record<string, string>>;
  readonly tallies: Readonly<Record<'Observation' | 'Comment', Tally>>;
  readonly organization: PlannedOrganization;
  readonly survey: PlannedSurvey;
  readonly site: PlannedSite;
  readonly siteId: string;
}

/**
 * Writes what one author measured at the site, and what one colleague said of it, unless it is there already: each of
 * the two is one transaction.
 */
export async function observe({
  database,
  admin,
  users,
  tallies,
  organization,
  survey,
  site,
  siteId,
}: Place): Promise<void> {
  const random = randomOf(`${survey.title} ${site[0]}`);
  const withRole = (...roles: string[]) =>
    Object.keys(organization.members).filter((name) => roles.includes(organization.members[name]!));
  const author = random.pick(withRole('MEMBER', 'MEMBER', 'EDITOR'));
  const reviewer = users[withRole('REVIEWER')[0]!]!;
  const commenter = random.pick(Object.keys(organization.members).filter((name) => name !== author));
  const measurements = measurementsOf({ startsOn: survey.startsOn, quantities: survey.quantities }, random);
  const commented = measurements.filter(() => random.chance(0.08));

  /** The administrator, acting in this user's name: the author of a row is always the viewer. */
  const as = (name: string) => database.as({ ...admin, id: users[name]! }, { unaudited: true });
  const atSite = { site: { is: { id: { equals: siteId } } } };
  const { client } = database.as(admin, { unaudited: true });
  const observations = () =>
    client.observation.findMany({ where: atSite, select: { id: true, quantity: true, measuredAt: true } });

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
    const corrected = measurements.flatMap((it, at) =>
      it.status === 'REJECTED' && it.tags.includes('outlier') ? [{ it, key: keys[at]! }] : [],
    );
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
