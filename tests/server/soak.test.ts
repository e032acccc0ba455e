/**
 * Case 127: what a server holds after many requests is what it held after some: memory, open files, timers and
 * connections. `SOAK_REQUESTS=50000 npm test -- soak` goes on for longer.
 */
import { readdirSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startSignedIn, type SignedInProcess } from '../support/signed-in-process.ts';

/** As many as fill the caches of documents, and then some more. */
const [some, more] = [7_500, Number(process.env.SOAK_REQUESTS ?? 5_000)];

let server: SignedInProcess;

beforeAll(async () => {
  server = await startSignedIn({
    environment: { PERGOLA_RATE_LIMITS: 'off', LOG_LEVEL: 'error', NODE_OPTIONS: '--expose-gc' },
    // Tells on a signal what is left when nothing is under way.
    before: `process.on('SIGUSR2', () => {
      gc();
      const { heapUsed, external } = process.memoryUsage();
      process.stderr.write('held ' + JSON.stringify({ heap: heapUsed + external, resources: process.getActiveResourcesInfo().length }) + '\\n');
    });`,
  });
});
afterAll(() => server[Symbol.asyncDispose]());

const agent = new Agent({ keepAlive: true, maxSockets: 8 });
afterAll(() => agent.destroy());

/** @returns the body, whatever it says. */
function ask(body: object): Promise<string> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${server.secret}` };
  return new Promise((resolve, reject) => {
    const sent = request(
      { port: server.process.port, path: '/graphql', method: 'POST', headers, agent },
      (response) => {
        let text = '';
        response
          .setEncoding('utf8')
          .on('data', (part: string) => (text += part))
          .on('end', () => resolve(text));
        response.on('error', reject);
      },
    );
    sent.on('error', reject).end(JSON.stringify(body));
  });
}

/** One of each kind: read, written, undone, refused as it is there already, of an unknown field, and of no document at all. */
const kinds = [
  'query ($slug: String!) { tags(where: { slug: { gt: $slug } }) { totalCount nodes { slug observations { totalCount } } } }',
  'mutation ($slug: String!) { createTag(data: { slug: $slug, label: "x" }) { slug } }',
  'mutation ($slug: String!) { createTag(data: { slug: $slug, label: "y" }) { slug } }',
  'mutation ($slug: String!) { deleteTag(where: { slug: $slug }) { slug } }',
  'query ($slug: String!) { tags(where: { slug: { equals: $slug } }) { NAME } }',
  '{ tags(',
];
let asked = 0;

async function askSome(): Promise<void> {
  const slug = `soak${asked++}`;
  for (const query of kinds) await ask({ query: query.replace('NAME', slug), variables: { slug } });
}

async function askUntil(requests: number): Promise<void> {
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      while (asked * kinds.length < requests) await askSome();
    }),
  );
}

/** When the connections of those who asked are closed. */
async function held(): Promise<{ heap: number; resources: number; files: number }> {
  agent.destroy();
  const before = server.process.errors().length;
  await sleep(1_500);
  server.process.signal('SIGUSR2');
  for (;;) {
    const [, figures] = /^held (.+)$/m.exec(server.process.errors().slice(before)) ?? [];
    if (figures) return { ...JSON.parse(figures), files: readdirSync(`/proc/${server.process.pid}/fd`).length };
    await sleep(20);
  }
}

it(
  '127: holds no more after many requests than after some',
  { timeout: 120_000 + more * 20, skip: process.platform !== 'linux' },
  async () => {
    await askUntil(some);
    const first = await held();
    await askUntil(some + more);
    const last = await held();
    expect([last.files, last.resources]).toEqual([first.files, first.resources]);
    // A kilobyte that is kept of each request would be more.
    expect((last.heap - first.heap) / 1e6).toBeLessThan(5);
  },
);
