/** Case 124: a server whose clock jumps, as faketime has it jump while the server runs. */
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { requirement } from '../support/requirements.ts';
import { startSignedIn, type SignedInProcess } from '../support/signed-in-process.ts';

const faketime = requirement('faketime');

let folder: string;
let server: SignedInProcess;

/** How the clock goes from now on: `+2h` and `-2h` of the right time, or `@2028-02-29 12:00:00`. */
async function setClock(time: string): Promise<void> {
  // In one step: a clock that is half written stands at no time.
  await writeFile(join(folder, 'next'), time);
  await rename(join(folder, 'next'), join(folder, 'clock'));
}

beforeAll(async () => {
  if (faketime.needed.skip) return;
  folder = await mkdtemp(join(tmpdir(), 'pergola-clock-'));
  await setClock('+0');
  server = await startSignedIn({
    environment: {
      LD_PRELOAD: faketime.location,
      FAKETIME_TIMESTAMP_FILE: join(folder, 'clock'),
      FAKETIME_NO_CACHE: '1',
      // As it is on a machine: what a clock says may jump, what it measures does not.
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },
  });
});
afterAll(async () => {
  if (faketime.needed.skip) return;
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});
beforeEach(() => setClock('+0'));

const whoami = async (secret?: string): Promise<string> =>
  (await server.run('{ viewer { email } }', {}, secret)).body.data.viewer.email;
/** @returns when the server says that it has made it. */
async function create(slug: string, secret?: string): Promise<string> {
  const query = 'mutation ($slug: String!) { createOrganization(data: { slug: $slug, name: "x" }) { createdAt } }';
  return (await server.run(query, { slug }, secret)).body.data.createOrganization.createdAt;
}

describe('a clock that jumps', faketime.needed, () => {
  it('124: is seen by the server', async () => {
    await setClock('+2h');
    const createdAt = Date.parse(await create('seen'));
    expect((createdAt - Date.now()) / 3_600_000).toBeCloseTo(2, 1);
  });

  it.each(['+2h', '-2h'])('124: leaves sessions alone, by %s', async (jump) => {
    await setClock(jump);
    expect(await whoami()).toBe(server.email);
    const secret = await server.signIn();
    await setClock('+0');
    expect(await whoami(secret)).toBe(server.email);
  });

  it('124: ends what is over by then, and no earlier', async () => {
    const made = await server.run(
      'mutation { createApiToken(name: "a day", scopes: ["*:read"], expiresInDays: 1) { secret } }',
    );
    const { secret } = made.body.data.createApiToken;
    for (const early of ['-2h', '+23h']) {
      await setClock(early);
      expect(await whoami(secret)).toBe(server.email);
    }
    await setClock('+25h');
    const late = await server.run('{ viewer { email } }', {}, secret);
    expect(late.body.errors[0].extensions.code).toBe('UNAUTHENTICATED');
  });

  it('124: makes a budget neither last longer nor come back', async () => {
    const guess = () =>
      server.run('mutation { signIn(email: "nobody@example.test", password: "wrong") { token } }', {}, '');
    for (let times = 0; times < 10; times++) await guess();
    for (const jump of ['+0', '+2h', '-2h']) {
      await setClock(jump);
      const { extensions } = (await guess()).body.errors[0];
      expect(extensions.code).toBe('RATE_LIMITED');
      expect(extensions.retryAfterSeconds).toBeGreaterThan(800);
      expect(extensions.retryAfterSeconds).toBeLessThanOrEqual(900);
    }
  });

  it('124: leaves pages by time whole', async () => {
    const jumps = ['+0', '-2h', '+2h', '-1h', '+0', '+1h'];
    for (const [at, jump] of jumps.entries()) {
      await setClock(jump);
      await create(`paged-${at}`);
    }
    const found: string[] = [];
    for (let after: string | null | undefined = null; after !== undefined;) {
      const { body } = await server.run(
        `query ($after: String) { organizations(first: 2, after: $after, orderBy: [{ createdAt: asc }], where: { slug: { startsWith: "paged" } }) {
          nodes { slug } pageInfo { hasNextPage endCursor } } }`,
        { after },
      );
      const { nodes, pageInfo } = body.data.organizations;
      found.push(...nodes.map(({ slug }: { slug: string }) => slug));
      after = pageInfo.hasNextPage ? pageInfo.endCursor : undefined;
      // Between two pages the clock goes on jumping.
      await setClock(found.length % 4 === 0 ? '+2h' : '-2h');
    }
    expect(found).toEqual([1, 3, 0, 4, 5, 2].map((at) => `paged-${at}`));
  });

  it('124: knows a leap day, and the day after it', async () => {
    await setClock('@2028-02-29 23:59:00');
    const secret = await server.signIn();
    const leap = await create('leap', secret);
    await setClock('@2028-03-01 00:01:00');
    const next = await create('next', secret);
    expect([leap.slice(0, 10), next.slice(0, 10)]).toEqual(['2028-02-29', '2028-03-01']);
  });
});
