import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EngineName } from '../tests/support/test-engine.ts';
import { compiled } from './compiled.ts';
import { viewer } from './population.ts';
import type { Variables } from './workloads.ts';

export interface HttpRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A server program, and how each workload is asked of it. */
export interface Contender {
  readonly name: string;
  /** Two contenders of one program share its process. */
  readonly program: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Of Node. */
  readonly flags?: readonly string[];
  readonly signIn?: { readonly email: string; readonly password: string };
  request(workload: string, variables: Variables): Omit<HttpRequest, 'headers'>;
}

const pergolaMain = fileURLToPath(new URL('../dist/main.js', import.meta.url));

/** What `npm run serve` and the image give Node. */
const { scripts } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  scripts: { serve: string };
};
const servedWith = scripts.serve.split(' ').filter((word) => word.startsWith('--'));

const viaGraphql =
  (documents: Readonly<Record<string, string>>): Contender['request'] =>
  (workload, variables) => ({
    path: '/graphql',
    body: JSON.stringify({ query: documents[workload], variables }),
  });

const nestedSite = 'id name observations(first: 10';
const authored = 'nodes { id quantity value author { id name } }';
const observation = 'id quantity value unit measuredAt status';
const page = `totalCount pageInfo { hasNextPage endCursor } nodes { ${observation} }`;

const derived = viaGraphql({
  W1: `query Sites($from: String!) {
    sites(first: 20, where: { id: { gt: $from } }) { nodes { id name latitude longitude elevationMeters cityId } }
  }`,
  W2: `query Nested($from: String!) {
    sites(first: 20, where: { id: { gt: $from } }) { nodes { ${nestedSite}, orderBy: [{ measuredAt: desc }]) { ${authored} } } }
  }`,
  W3: `query Page($status: ObservationStatus!, $quantity: String!, $after: String) {
    observations(
      first: 20, after: $after, orderBy: [{ measuredAt: desc }],
      where: { status: { equals: $status }, quantity: { equals: $quantity } }
    ) { ${page} }
  }`,
  W4: `query One($id: String!) {
    observation(where: { id: $id }) { ${observation} site { id name } tags { nodes { slug label } } }
  }`,
  W5: `mutation Create($quantity: String!, $value: Decimal!, $unit: String!, $measuredAt: DateTime!, $site: String!) {
    createObservation(data: {
      quantity: $quantity, value: $value, unit: $unit, measuredAt: $measuredAt, site: { connect: { id: $site } }
    }) { ${observation} }
  }`,
});

const handWritten = viaGraphql({
  W1: `query Sites($from: ID!) {
    sites(first: 20, from: $from) { nodes { id name latitude longitude elevationMeters cityId } }
  }`,
  W2: `query Nested($from: ID!) {
    sites(first: 20, from: $from) { nodes { ${nestedSite}) { ${authored} } } }
  }`,
  W3: `query Page($status: ObservationStatus!, $quantity: String!, $after: String) {
    observations(first: 20, after: $after, status: $status, quantity: $quantity) { ${page} }
  }`,
  W4: `query One($id: ID!) {
    observation(id: $id) { ${observation} site { id name } tags { slug label } }
  }`,
  W5: `mutation Create($quantity: String!, $value: Decimal!, $unit: String!, $measuredAt: DateTime!, $site: ID!, $author: ID!) {
    createObservation(data: {
      quantity: $quantity, value: $value, unit: $unit, measuredAt: $measuredAt, siteId: $site, authorId: $author
    }) { ${observation} }
  }`,
});

/** The server as it is deployed, but for the line that it logs for each request and its rate limits: the others have neither. */
export const pergola = {
  program: pergolaMain,
  flags: servedWith,
  environment: {
    PERGOLA_SAMPLE_DATA: 'off',
    PERGOLA_RATE_LIMITS: 'off',
    LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'warn',
  },
  request: derived,
};

const rawOnSqlite = compiled(new URL('./servers/raw.ts', import.meta.url));
const rawOnServer = compiled(new URL('./servers/raw-server.ts', import.meta.url));

const peersOn = (engine: EngineName): readonly Contender[] => [
  {
    name: 'hand-written',
    program: compiled(new URL('./servers/hand-written.ts', import.meta.url)),
    environment: {},
    request: handWritten,
  },
  {
    name: 'raw',
    program: engine === 'sqlite' ? rawOnSqlite : rawOnServer,
    environment: {},
    request: (workload, variables) => ({ path: `/${workload}`, body: JSON.stringify(variables) }),
  },
];

export interface Choice {
  readonly engine: EngineName;
  /** The `main.js` of another build of pergola. */
  readonly against?: string | undefined;
}

/** In the order of the table. */
export function contendersFor({ against, engine }: Choice): Contender[] {
  const others: Contender[] = [];
  if (against) others.push({ ...pergola, name: 'other build', program: resolve(against), signIn: viewer });
  return [{ ...pergola, name: 'pergola', signIn: viewer }, ...peersOn(engine), ...others];
}
