/** The real server, without a port: requests go through `fetch`. On a temporary database with the field survey of two organizations. */
import pino, { type Logger } from 'pino';
import { application } from '../../src/app/index.ts';
import { readConfig } from '../../src/config.ts';
import type { LimitChanges } from '../../src/limits/limits.ts';
import type { Personas } from '../../src/policy/persona.ts';
import { system } from '../../src/policy/viewer.ts';
import { openRates } from '../../src/server/open-rates.ts';
import { platformOptions } from '../../src/server/platform-options.ts';
import type { Tracing } from '../../src/server/tracing.ts';
import { designOf, openPlatform, type Platform } from '../../src/server/platform.ts';
import type { Metrics } from '../../src/server/metrics.ts';
import type { Registry } from '../../src/server/sdk/registry.ts';
import { assembleServer, serverParts, type Server } from '../../src/server/server.ts';
import { addRows } from '../server/graphiql-rows.ts';
import { openTemporaryDatabase } from './temporary-database.ts';

export interface Answer {
  status: number;
  headers: Headers;
  // What a test expects of an answer is what it checks.
  // oxlint-disable-next-line typescript/no-explicit-any
  body: any;
}

/** Takes out a part of the server, to see that something gets in. */
export type Weaken = (
  parts: ReturnType<typeof serverParts>,
  behind: { readonly platform: Platform; readonly logger: Logger },
) => Parameters<typeof assembleServer>[0];

export interface Served extends AsyncDisposable {
  platform: Platform;
  databaseUrl: string;
  server: Server;
  /** Everything, without a policy: to arrange and to check by. */
  all: ReturnType<Platform['database']['as']>['client'];
  /** Runs an operation as a persona of the example app. */
  run(persona: string, query: string, variables?: object, headers?: Record<string, string>): Promise<Answer>;
  /** What a persona of the example app is signed in by; undefined for nobody. */
  secretOf(persona: string): Promise<string | undefined>;
  /** Any request, from the address given. */
  request(init: RequestInit & { path?: string; address?: string }): Promise<Answer>;
  /** What was logged, as lines of JSON. */
  log: string[];
  /** The mail that was shown, because there is no mail server; once nothing is under way any more. */
  mails(): Promise<string[]>;
  /** Why mail could not be sent. */
  failures: unknown[];
}

/** One for all servers of a process: it takes half a second to make. */
const design = designOf(application);

export async function serve(
  environment: Record<string, string> = {},
  {
    rates: changes,
    operations,
    registry,
    tracing,
    metrics,
    statementSeconds,
    beside,
    weaken = (parts) => parts,
  }: LimitChanges & {
    registry?: (platform: Platform) => Registry;
    tracing?: Tracing;
    metrics?: Metrics;
    /** How long a statement may take. */
    statementSeconds?: number | undefined;
    /** On the database of another, which lives longer. */
    beside?: Pick<Served, 'databaseUrl'>;
    weaken?: Weaken;
  } = {},
): Promise<Served> {
  const temporary = beside ? undefined : await openTemporaryDatabase();
  if (temporary) await addRows(temporary.client);
  const config = readConfig({ NODE_ENV: 'test', PUBLIC_URL: 'http://localhost:4000', ...environment });
  const [log, mails, failures]: [string[], string[], unknown[]] = [[], [], []];
  const options = platformOptions(config, {
    mapClaims: application.mapClaims,
    print: (text) => void mails.push(text),
    onError: (error) => void failures.push(error),
  });
  const rates = await openRates(config, {
    changes: { ...application.limits.rates, ...changes },
    warn: (text, error) => void failures.push(error ?? text),
    onTaken: metrics?.limited,
  });
  const parameters = statementSeconds === undefined ? '' : `?statement_timeout=${statementSeconds}`;
  const databaseUrl = beside?.databaseUrl ?? `${temporary?.url}${parameters}`;
  const platform = await openPlatform(design, databaseUrl, { ...options, rates, trace: tracing });
  const logger = pino({ level: 'info' }, { write: (line: string) => log.push(line) });
  const server = assembleServer(
    weaken(
      serverParts({
        platform,
        config,
        logger,
        personas: application.personas,
        tracing,
        operationLimits: { ...application.limits.operations, ...operations },
        metrics,
        ...(registry && { registry: registry(platform) }),
      }),
      { platform, logger },
    ),
    logger,
  );
  const secrets = new Map<string, string>();

  const request: Served['request'] = async ({ path = '/graphql', address, ...init }) => {
    const connection = { req: { socket: { remoteAddress: address } } };
    const response = await server.fetch(`http://localhost:4000${path}`, init, connection);
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  };

  const secretOf = async (persona: string) => {
    const { email } = (application.personas as Personas)[persona]!;
    if (email === null) return undefined;
    const { id } = await platform.database.unguarded.user.findUniqueOrThrow({ where: { email } });
    const secret = secrets.get(persona) ?? (await platform.sessions.start(id)).secret;
    secrets.set(persona, secret);
    return secret;
  };

  return {
    platform,
    databaseUrl,
    server,
    all: platform.database.as(system).client,
    log,
    failures,
    secretOf,
    request,
    async mails() {
      await platform.background.settled();
      return mails;
    },
    async run(persona, query, variables = {}, more = {}) {
      const secret = await secretOf(persona);
      const bearer = secret && { authorization: `Bearer ${secret}` };
      const headers = { 'content-type': 'application/json', ...bearer, ...more };
      return request({ method: 'POST', headers, body: JSON.stringify({ query, variables }) });
    },
    async [Symbol.asyncDispose]() {
      await platform.background.settled();
      await platform.database.close();
      await rates.counter.close();
      await temporary?.[Symbol.asyncDispose]();
    },
  };
}
