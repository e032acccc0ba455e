import {
  idOf,
  observations,
  organizations,
  randomNumbers,
  sites,
  statuses,
  viewer,
  type ObservationDraft,
} from './population.ts';

export type Variables = Readonly<Record<string, string | null>>;
export type Data = Readonly<Record<string, unknown>>;

/** Sends one request and gives the `data` of its answer. */
export type Ask = (variables: Variables) => Promise<Data>;

export interface Workload {
  readonly name: string;
  readonly title: string;
  /** What pergola is to reach, as a share of the limit's requests per second. */
  readonly goal: number;
  readonly writes: boolean;
  /** What is sent, over and over; so many that hardly two in flight are alike. */
  variables(ask: Ask): Promise<readonly Variables[]>;
  /** Whether an answer holds all that it should: servers may agree on nothing at all. */
  isWhole(data: Data): boolean;
}

const poolSize = 320;

const firstUser = idOf('user', viewer.index);

export const workloads: readonly Workload[] = [
  {
    name: 'W1',
    title: 'a list of 20 rows with 6 scalars',
    goal: 0.55,
    writes: false,
    variables: async () =>
      pool(1, (pick) => ({ from: idOf('site', pick(sites.readable.from, sites.readable.to - 21)) })),
    isWhole: ({ sites: rows }) => lengthOf(rows) === 20,
  },
  {
    name: 'W2',
    title: '20 parents x 10 children x their author',
    goal: 0.6,
    writes: false,
    variables: async () =>
      pool(2, (pick) => ({ from: idOf('site', pick(sites.reviewed.from, sites.reviewed.to - 21)) })),
    isWhole: ({ sites: rows }) =>
      lengthOf(rows) === 20 &&
      (rows as Data[]).every((site) => lengthOf(site['observations']) === 10 && hasAuthors(site)),
  },
  {
    name: 'W3',
    title: 'a filtered, ordered page of 20 with its total',
    goal: 0.9,
    writes: false,
    variables: everyPage,
    isWhole: ({ observations: page }) => Number((page as Data)['totalCount']) > 20,
  },
  {
    name: 'W4',
    title: 'one row with a to-one and a many-to-many',
    goal: 0.4,
    writes: false,
    async variables() {
      const readable = [...observations()].filter(({ site }) => site < sites.reviewed.to);
      return pool(4, (pick) => ({ id: idOf('observation', readable[pick(0, readable.length)]!.index) }));
    },
    isWhole: ({ observation }) => observation !== null && (observation as Data)['site'] !== null,
  },
  {
    name: 'W5',
    title: 'create one row, connected to another',
    goal: 0.6,
    writes: true,
    variables: async () => pool(5, newObservation),
    isWhole: ({ createObservation }) => createObservation !== null,
  },
];

/** Of few, and not what W5 creates: those lists would be the longer, the faster a server is. */
const listedStatuses = statuses.filter((status) => status !== 'PUBLISHED' && status !== 'DRAFT');

/** Reads every list to its end, so that each page of it can be asked for: cursors are each server's own. */
async function everyPage(ask: Ask): Promise<Variables[]> {
  const pages: Variables[] = [];
  const lists = listedStatuses.flatMap((status) =>
    organizations[0]!.quantities.map(([quantity]) => ({ status, quantity })),
  );
  for (const list of lists) {
    for (let after: string | null | undefined = null; after !== undefined;) {
      const variables: Variables = { ...list, after };
      pages.push(variables);
      const { pageInfo } = (await ask(variables))['observations'] as {
        pageInfo: { hasNextPage: boolean; endCursor: string };
      };
      after = pageInfo.hasNextPage ? pageInfo.endCursor : undefined;
    }
  }
  return shuffled(pages, 3);
}

type Pick = (from: number, to: number) => number;

function newObservation(pick: Pick): Variables {
  const [quantity, unit] = organizations[0]!.quantities[pick(0, organizations[0]!.quantities.length)]!;
  const measuredAt: ObservationDraft['measuredAt'] = new Date(Date.UTC(2024, 0, 1) + pick(0, 31_000_000) * 1000);
  return {
    quantity,
    unit,
    value: `${pick(0, 99)}.5`,
    measuredAt: measuredAt.toISOString(),
    site: idOf('site', pick(sites.written.from, sites.written.to)),
    // Pergola takes it from the session.
    author: firstUser,
  };
}

function pool(seed: number, make: (pick: Pick) => Variables): Variables[] {
  const random = randomNumbers(seed);
  const pick: Pick = (from, to) => from + Math.floor(random() * (to - from));
  return Array.from({ length: poolSize }, () => make(pick));
}

function shuffled<T>(items: readonly T[], seed: number): T[] {
  const random = randomNumbers(seed);
  return items
    .map((item) => ({ item, at: random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

const lengthOf = (value: unknown) => (Array.isArray(value) ? value.length : -1);
const hasAuthors = (site: Data) => (site['observations'] as Data[]).every(({ author }) => author !== null);
