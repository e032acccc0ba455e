/**
 * Who and what is in the benchmark's database, as plain data: three organizations that survey sites.
 *
 * The viewer reviews for the first one. Policies hide from them whatever is private to the third, and what the second
 * has not published yet. The rows that the workloads ask for are chosen so that nothing of that is among them: servers
 * without policies then answer the same.
 */
export const siteCount = 10_000;
const observationCount = 100_000;

const sitesPerSurvey = 100;

interface Organization {
  readonly slug: string;
  /** Surveys alternate between public and private when it is "some". */
  readonly isPublic: 'all' | 'some' | 'none';
  readonly surveys: number;
  readonly users: number;
  readonly quantities: readonly (readonly [quantity: string, unit: string])[];
}

export const organizations: readonly Organization[] = [
  {
    slug: 'weather',
    isPublic: 'some',
    surveys: 60,
    users: 50,
    quantities: [
      ['air temperature', 'Cel'],
      ['relative humidity', '%'],
      ['air pressure', 'hPa'],
      ['wind speed', 'm/s'],
      ['rainfall', 'mm'],
      ['snow depth', 'cm'],
      ['soil temperature', 'Cel'],
      ['global radiation', 'W/m2'],
    ],
  },
  {
    slug: 'ocean',
    isPublic: 'all',
    surveys: 20,
    users: 25,
    quantities: [
      ['water temperature', 'Cel'],
      ['salinity', 'g/kg'],
      ['wave height', 'm'],
    ],
  },
  {
    slug: 'river',
    isPublic: 'none',
    surveys: 20,
    users: 25,
    quantities: [
      ['water level', 'cm'],
      ['discharge', 'm3/s'],
      ['turbidity', '[NTU]'],
    ],
  },
];

export const surveys = organizations.flatMap((organization, at) =>
  Array.from({ length: organization.surveys }, (_, nth) => ({
    organization: at,
    isPublic: organization.isPublic === 'all' || (organization.isPublic === 'some' && nth % 2 === 0),
  })),
);

/** Each belongs to one organization; the first of each reviews. */
export const users = organizations.flatMap((organization, at) =>
  Array.from({ length: organization.users }, (_, nth) => ({ organization: at, reviews: nth === 0 })),
);

/** The first user: a member of one organization, who reviews what its other members measure. */
export const viewer = { index: 0, email: 'reviewer@bench.test', password: 'a password for benchmarks' };
/** May do everything; belongs to no organization. */
export const admin = { index: users.length, email: 'admin@bench.test', password: viewer.password };

export const cityCount = 500;
export const tagCount = 20;
export const statuses = ['PUBLISHED', 'SUBMITTED', 'DRAFT', 'REJECTED'] as const;

type Kind = 'organization' | 'survey' | 'site' | 'observation' | 'user';
const kinds: readonly Kind[] = ['organization', 'survey', 'site', 'observation', 'user'];

/** A UUID of version 7, as the schema's own default would make; ids of one kind sort as their numbers do. */
export function idOf(kind: Kind, index: number): string {
  return `0190000${kinds.indexOf(kind)}-0000-7000-8000-${index.toString(16).padStart(12, '0')}`;
}

export const surveyOfSite = (site: number) => Math.floor(site / sitesPerSurvey);

/** The sites of the first organization's last survey are kept for writing, so that no read sees what was written. */
const firstOrganization = organizations[0]!.surveys * sitesPerSurvey;
export const sites = {
  /** Readable by the viewer. */
  readable: { from: 0, to: (organizations[0]!.surveys + organizations[1]!.surveys) * sitesPerSurvey },
  /** Of the viewer's organization: every observation there is readable. */
  reviewed: { from: 0, to: firstOrganization - sitesPerSurvey },
  written: { from: firstOrganization - sitesPerSurvey, to: firstOrganization },
};

export interface ObservationDraft {
  readonly index: number;
  readonly site: number;
  readonly author: number;
  readonly quantity: string;
  readonly unit: string;
  readonly status: (typeof statuses)[number];
  readonly value: number;
  readonly measuredAt: Date;
  readonly tags: readonly number[];
}

/** One visit after the other and the sites of a visit in no order: rows that are read together do not lie together. */
export function* observations(): Generator<ObservationDraft> {
  const random = randomNumbers(1);
  const firstUsers = organizations.map((_, at) => users.findIndex((user) => user.organization === at));
  for (let index = 0; index < observationCount; index++) {
    // 7919 is prime to the number of sites, so that every visit meets each site once.
    const site = (index * 7919) % siteCount;
    const { organization: at } = surveys[surveyOfSite(site)]!;
    const organization = organizations[at]!;
    const [quantity, unit] =
      organization.quantities[(site + Math.floor(index / siteCount)) % organization.quantities.length]!;
    const dice = random();
    yield {
      index,
      site,
      author: firstUsers[at]! + Math.floor(random() * organization.users),
      quantity,
      unit,
      // What is not published is a few thousand rows, some of them the viewer's to review.
      status: dice < 0.97 ? 'PUBLISHED' : dice < 0.98 ? 'SUBMITTED' : dice < 0.99 ? 'DRAFT' : 'REJECTED',
      value: Math.round(random() * 1000) / 10,
      // No two at the same moment: an order by it is the same on every server.
      measuredAt: new Date(Date.UTC(2025, 0, 1) + index * 300_000 + Math.floor(random() * 1000)),
      tags: [0, 7, 13].slice(0, Math.floor(random() * 4)).map((step) => (index + step) % tagCount),
    };
  }
}

/** Numbers from 0 to 1 that are the same in every run (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
