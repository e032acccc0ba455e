/** A script that acts for a user, over HTTP. Numbers are those of the catalogue of attacks. */
import { createConnection } from 'node:net';
import { text } from 'node:stream/consumers';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { application } from '../../src/app/index.ts';
import { readConfig } from '../../src/config.ts';
import { listen } from '../../src/server/listen.ts';
import { createServer } from '../../src/server/server.ts';
import { serve, type Served } from '../support/served.ts';

let served: Served;
beforeAll(async () => {
  served = await serve();
});
afterAll(() => served[Symbol.asyncDispose]());

const json = { 'content-type': 'application/json' };
const query = (document: string, headers: Record<string, string> = {}) =>
  served.request({ method: 'POST', headers: { ...json, ...headers }, body: JSON.stringify({ query: document }) });
const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });

const creation = `mutation ($name: String!, $scopes: [String!]!) {
  createApiToken(name: $name, scopes: $scopes) { secret token { id name scopes lastUsedAt revokedAt } }
}`;
async function createToken(persona: string, ...scopes: string[]) {
  const { body } = await served.run(persona, creation, { name: 'script', scopes });
  return body.data.createApiToken as { secret: string; token: { id: string } };
}
const createTag = (slug: string) => `mutation { createTag(data: { slug: "${slug}", label: "x" }) { slug } }`;

describe('a token', () => {
  it('is made, used, listed and revoked by its owner, and dead at once (25)', async () => {
    const { secret, token } = await createToken('editor', 'Tag:read,create');
    expect(token).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{16}$/),
      name: 'script',
      scopes: ['Tag:create', 'Tag:read'],
      lastUsedAt: null,
      revokedAt: null,
    });
    expect((await query('{ viewer { kind email roles scopes } }', bearer(secret))).body.data.viewer).toEqual({
      kind: 'token',
      email: 'editor@example.test',
      roles: ['editor'],
      scopes: ['Tag:create', 'Tag:read'],
    });
    const listed = await served.run('editor', '{ viewer { apiTokens { id lastUsedAt } } }');
    expect(listed.body.data.viewer.apiTokens).toContainEqual({ id: token.id, lastUsedAt: expect.any(String) });

    const foreign = await served.run('admin', `mutation { revokeApiToken(id: "${token.id}") }`);
    expect(foreign.body.errors[0].extensions.code).toBe('NOT_FOUND');
    const revoked = await served.run('editor', `mutation { revokeApiToken(id: "${token.id}") }`);
    expect(revoked.body).toEqual({ data: { revokeApiToken: true } });
    expect((await query('{ viewer { kind } }', bearer(secret))).status).toBe(401);
  });

  it('does what its scopes say, and nothing else (25)', async () => {
    const { secret } = await createToken('editor', 'Tag:read');
    const { secret: both } = await createToken('editor', 'Tag:read,create');
    const refused = await query(createTag('by-token'), bearer(secret));
    expect([refused.body.data, refused.body.errors[0].extensions.code]).toEqual([{ createTag: null }, 'FORBIDDEN']);
    expect(await served.all.tag.count({ where: { slug: { equals: 'by-token' } } })).toBe(0);

    expect((await query(createTag('by-token'), bearer(both))).body.data).toEqual({ createTag: { slug: 'by-token' } });
    const rows = await query('{ tags { totalCount } cities { totalCount } node(id: "x") { nodeId } }', bearer(secret));
    expect(rows.body.data.tags.totalCount).toBe(1);
    expect(rows.body.data.cities.totalCount).toBe(0);
  });

  it('sees no row of another model below its own, in lists, filters, counts and columns (25)', async () => {
    const { secret } = await createToken('member', 'Observation:read');
    const document =
      '{ observations(first: 1) { totalCount nodes { value siteId site { name } tags { totalCount } } } }';
    const { body } = await query(document, bearer(secret));
    expect(body.data.observations).toEqual({
      totalCount: (await served.run('member', '{ observations { totalCount } }')).body.data.observations.totalCount,
      nodes: [{ value: expect.any(String), siteId: null, site: null, tags: { totalCount: 0 } }],
    });
    expect(body.data.observations.totalCount).toBeGreaterThan(0);
    const filtered = '{ observations(where: { site: { is: { name: { contains: "" } } } }) { totalCount } }';
    expect((await query(filtered, bearer(secret))).body.data.observations.totalCount).toBe(0);
    const byColumn = '{ observations(where: { siteId: { equals: "x" } }) { totalCount } }';
    expect((await query(byColumn, bearer(secret))).body.errors[0].extensions.code).toBe('FORBIDDEN');
  });

  it('shares no plan with its owner or another token of the owner (58)', async () => {
    const [tags, cities] = [await createToken('editor', 'Tag:read'), await createToken('editor', 'City:read')];
    const document = '{ cities { totalCount } }';
    const counts = [];
    for (const who of [tags, cities, tags, cities]) {
      counts.push((await query(document, bearer(who.secret))).body.data.cities.totalCount);
      counts.push((await served.run('editor', document)).body.data.cities.totalCount);
    }
    expect(counts).toEqual([0, 2, 2, 2, 0, 2, 2, 2]);
  });

  it('has no more than its owner, then and later (25)', async () => {
    const beyond = await served.run('member', creation, { name: 'x', scopes: ['City:read,create'] });
    expect(beyond.body.errors[0]).toMatchObject({
      message: 'You may not grant City:create, which you do not have. Leave it out, or ask for the right.',
      extensions: { code: 'FORBIDDEN', inputPath: 'scopes' },
    });
    for (const scopes of [['Session:read'], ['ApiToken:create'], ['schema:read']]) {
      expect((await served.run('member', creation, { name: 'x', scopes })).body.errors[0].extensions.code).toBe(
        'FORBIDDEN',
      );
    }
    const { secret } = await createToken('member', '*:read,create,update,delete,link');
    const language = 'mutation { createLanguage(data: { code: "xxx", name: "x" }) { code } }';
    expect((await query(language, bearer(secret))).body.errors[0].extensions.code).toBe('FORBIDDEN');
    const surveys = '{ surveys { totalCount } }';
    expect((await query(surveys, bearer(secret))).body).toEqual((await served.run('member', surveys)).body);
  });

  it('manages no account: it could make itself one without limits', async () => {
    const { secret } = await createToken('admin', '*:read,create,update,delete,link', 'schema:read');
    for (const operation of [
      'mutation { createApiToken(name: "x", scopes: ["*:read"]) { secret } }',
      'mutation { revokeApiToken(id: "x") }',
      'mutation { changePassword(current: "correct horse battery", new: "another password") { token } }',
      'mutation { endSession(id: "x") }',
      'mutation { signOutEverywhere }',
      '{ viewer { sessions { id } } }',
      '{ viewer { apiTokens { id } } }',
    ]) {
      for (const headers of [bearer(secret), {}]) {
        const { body } = await query(operation, headers);
        expect([body.data, body.errors[0].extensions.code], operation).toEqual([null, 'FORBIDDEN']);
      }
    }
  });
});

describe('credentials that are not valid (25)', () => {
  it('get one 401, to the letter, before anything is read', async () => {
    const { secret } = await createToken('editor', 'Tag:read');
    const revoked = await createToken('editor', 'Tag:read');
    await served.run('editor', `mutation { revokeApiToken(id: "${revoked.token.id}") }`);
    const expired = await createToken('editor', 'Tag:read');
    await served.platform.database.unguarded.apiToken.update({
      where: { id: expired.token.id },
      data: { expiresAt: new Date(0) },
    });
    const texts = [
      revoked.secret,
      expired.secret,
      secret.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
      secret.replace(/^pgl_.{16}/, `pgl_${'0'.repeat(16)}`),
      secret.slice(0, 21),
      secret.toUpperCase(),
      `${secret}%00`,
      `${secret}%20`,
      `${secret},`,
      'a'.repeat(40),
      'eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.x',
      'x',
    ];
    const headers = [
      ...texts.map(bearer),
      { authorization: '' },
      { authorization: 'Bearer' },
      { authorization: secret },
    ];
    headers.push({ authorization: `Basic ${secret}` }, { authorization: `Bearer  ${secret}` });
    const answers = await Promise.all(headers.map((sent) => query(createTag('never'), sent)));
    const distinct = answers.map(({ status, headers: sent, body }) =>
      JSON.stringify([status, body, [...sent].filter(([name]) => name !== 'x-request-id')]),
    );
    expect(new Set(distinct).size).toBe(1);
    expect([answers[0]!.status, answers[0]!.headers.get('www-authenticate'), answers[0]!.body]).toEqual([
      401,
      'Bearer',
      {
        errors: [
          {
            message: 'The credentials in the Authorization header are not valid. Sign in again, or make a new token.',
            extensions: { code: 'UNAUTHENTICATED' },
          },
        ],
      },
    ]);
  });

  it('do not arrive with a NUL: the server of Node refuses such a header', async () => {
    const { secret } = await createToken('editor', 'Tag:read');
    const server = createServer({
      platform: served.platform,
      config: readConfig({}),
      logger: pino({ level: 'silent' }),
      personas: application.personas,
    });
    const listening = await listen(server, { host: '127.0.0.1', port: 0 });
    const socket = createConnection(listening.port, '127.0.0.1');
    socket.end(`POST /graphql HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${secret}\0\r\ncontent-length: 0\r\n\r\n`);
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 400 /);
    await listening.close();
  });

  it('are not replaced by the cookie beside them, nor is a valid token (26)', async () => {
    const { id } = await served.platform.database.unguarded.user.findUniqueOrThrow({
      where: { email: 'admin@example.test' },
    });
    const cookie = `__Host-pergola=${(await served.platform.sessions.start(id)).secret}`;
    const { secret } = await createToken('editor', 'Tag:read');
    const who = '{ viewer { kind email } }';
    expect((await query(who, { cookie })).body.data.viewer).toEqual({ kind: 'user', email: 'admin@example.test' });
    expect((await query(who, { cookie, ...bearer(secret) })).body.data.viewer).toEqual({
      kind: 'token',
      email: 'editor@example.test',
    });
    expect((await query(who, { cookie, ...bearer('x') })).status).toBe(401);
  });
});

describe('a request from a foreign page (26)', () => {
  const origin = 'https://evil.test';

  it('is exempt from the rule of one origin only by a token that is valid itself', async () => {
    const { secret } = await createToken('editor', 'Tag:read,create');
    const { id } = await served.platform.database.unguarded.user.findUniqueOrThrow({
      where: { email: 'editor@example.test' },
    });
    const cookie = `__Host-pergola=${(await served.platform.sessions.start(id)).secret}`;
    const statuses = [];
    for (const headers of [
      {},
      { cookie },
      { cookie, authorization: '' },
      { cookie, ...bearer('x') },
      { cookie, authorization: 'Basic eDp4' },
    ]) {
      statuses.push((await query(createTag('foreign'), { origin, ...headers })).status);
    }
    expect(statuses).toEqual([403, 403, 401, 401, 401]);
    expect(await served.all.tag.count({ where: { slug: { equals: 'foreign' } } })).toBe(0);
    expect((await query(createTag('foreign'), { origin, ...bearer(secret) })).body.data).toEqual({
      createTag: { slug: 'foreign' },
    });
  });
});

it('reads /-/schema.graphql in production with the scope schema:read, of an admin', async () => {
  await using closed = await serve({ NODE_ENV: 'production' });
  const make = async (persona: string, ...scopes: string[]) =>
    (await closed.run(persona, creation, { name: 'x', scopes })).body.data?.createApiToken.secret as string;
  const status = async (headers: Record<string, string>) =>
    (await closed.request({ path: '/-/schema.graphql', method: 'GET', headers })).status;
  expect(await status(bearer(await make('admin', 'schema:read')))).toBe(200);
  expect(await status(bearer(await make('admin', '*:read')))).toBe(404);
  expect(await status({})).toBe(404);
  expect(await status(bearer('x'))).toBe(401);
});
