/** The servers that are attacked, each of production: what is set differently, where a case is about that or takes too long otherwise. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import type { LimitChanges } from '../../../src/limits/limits.ts';
import type { ConnectionLimits } from '../../../src/server/connection-limits.ts';
import { openMailServer } from '../../support/mail-server.ts';
import type { Served } from '../../support/served.ts';

export interface ServerSettings extends LimitChanges {
  readonly connections?: Partial<ConnectionLimits>;
  readonly statementSeconds?: number;
  /** Whether it counts, for who has the token. */
  readonly metrics?: boolean;
  /** What the server is to find when it starts. */
  readonly surroundings?: () => Promise<Surroundings>;
  /** Rows beside those of the field survey. */
  readonly fill?: (rows: Served['platform']['database']['unguarded']) => Promise<unknown>;
}

export interface Surroundings extends AsyncDisposable {
  readonly environment: Readonly<Record<string, string>>;
  readonly mails?: () => string[];
}

export type ServerName = keyof typeof servers;

const endless = { max: Infinity, windowSeconds: 60 };
const forAll = { guest: endless, user: endless, token: endless };

/** Hashing passwords takes time: fewer tell as much. */
const few = { max: 5, windowSeconds: 900 };

export const metricsToken = 'the-token-of-the-metrics';

export const usualServer = 'as in production';

export const servers = {
  [usualServer]: { rates: { guesses: few, signIns: { max: 40, windowSeconds: 900 } } },
  'that takes many accounts': {
    rates: { guesses: few, guessesFromKnownDevice: few, signIns: endless, mails: endless, mutations: forAll },
    surroundings: withMailServer,
    metrics: true,
  },
  'without budgets': { rates: { guesses: endless, signIns: endless, mutations: forAll } },
  'that has little patience': {
    connections: { headersMs: 400, bodyMs: 400, idleMs: 400, maxConnectionsPerAddress: 40 },
    // More than the buffers between it and a caller hold; written bit by bit, to take no memory that would count.
    async fill({ tag }) {
      const label = 'x'.repeat(1_000);
      for (let at = 0; at < 6_000; at += 200)
        await tag.createMany({ data: Array.from({ length: 200 }, (_, n) => ({ slug: `long-${at + n}`, label })) });
    },
  },
  'whose statements may take a second': {
    statementSeconds: 1,
    // Many ways from tag to tag, and texts in which a long one is long looked for.
    async fill({ tag, site, observation, user }) {
      const [{ id: siteId }, { id: authorId }] = [await site.findFirstOrThrow(), await user.findFirstOrThrow()];
      const label = 'x'.repeat(100_000);
      const tags = Array.from({ length: 40 }, (_, at) => ({ slug: `slow-${at}`, label }));
      await tag.createMany({ data: tags });
      const slugs = tags.map(({ slug }) => ({ slug }));
      for (let at = 0; at < 40; at++) {
        const measured = { measuredAt: new Date(0), quantity: 'x', unit: 'x', value: at, status: 'PUBLISHED' as const };
        await observation.create({ data: { ...measured, siteId, authorId, tags: { connect: slugs } } });
      }
    },
  },
  'whose Redis fails': {
    rates: { guesses: few },
    surroundings: withFailingRedis,
  },
} satisfies Record<string, ServerSettings>;

async function withMailServer(): Promise<Surroundings> {
  const server = await openMailServer();
  return {
    environment: { PERGOLA_SMTP_URL: server.url },
    // Lines are broken where a mail may have no longer ones.
    mails: () => server.received.map(({ source }) => source.replace(/=\r\n/g, '').replaceAll('=3D', '=')),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

const failures: readonly ((socket: Socket) => void)[] = [
  (socket) => socket.destroy(),
  () => {},
  (socket) => socket.on('data', () => socket.write('?what\r\n$-7\r\n*x\r\n')),
  (socket) => socket.on('data', () => socket.write('+OK\r\n')),
  (socket) => socket.on('data', () => socket.write('-OOM command not allowed\r\n')),
];

/** Something that listens where Redis should be, and fails otherwise for each connection. */
async function withFailingRedis(): Promise<Surroundings> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    failures[connections++ % failures.length]!(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    environment: { REDIS_URL: `redis://127.0.0.1:${(server.address() as AddressInfo).port}` },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
