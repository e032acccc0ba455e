/** Documents that clients are known to send: by their hash, and nothing else where that is enforced. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashOf } from '../../src/limits/trusted-documents.ts';
import { serve, type Served } from '../support/served.ts';

const cities = 'query Cities($first: Int) { cities(first: $first, orderBy: [{ name: asc }]) { nodes { name } } }';
const who = '{ viewer { kind } }';
const createTag = 'mutation { createTag(data: { slug: "trusted", label: "x" }) { slug } }';
const manifestOf = (...documents: string[]) =>
  Object.fromEntries(documents.map((document) => [hashOf(document), document]));

let folder: string;
let served: Served;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pergola-'));
  served = await open('enforce', 'documents.json', manifestOf(cities, who, createTag));
});
afterAll(async () => {
  await served[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

async function open(mode: string, file: string, manifest?: object): Promise<Served> {
  const path = join(folder, file);
  if (manifest) await writeFile(path, JSON.stringify(manifest));
  return serve({ PERGOLA_TRUSTED_DOCUMENTS: mode, PERGOLA_TRUSTED_DOCUMENTS_MANIFEST: path });
}

const json = { 'content-type': 'application/json' };
const post = (body: object, headers: object = {}, on = served) =>
  on.request({ method: 'POST', headers: { ...json, ...headers }, body: JSON.stringify(body) });
const get = (parameters: Record<string, string>, headers: Record<string, string> = {}, on = served) =>
  on.request({ method: 'GET', path: `/graphql?${new URLSearchParams(parameters)}`, headers });
const signedIn = async (persona: string, on = served) => {
  const { email } = await on.platform.database.unguarded.user.findUniqueOrThrow({
    where: { email: `${persona}@example.test` },
  });
  const { id } = await on.platform.database.unguarded.user.findUniqueOrThrow({ where: { email } });
  return { authorization: `Bearer ${(await on.platform.sessions.start(id)).secret}` };
};
const upload = async (persona: string, body: string, on = served) =>
  on.request({
    method: 'POST',
    path: '/-/trusted-documents',
    headers: { ...json, 'content-length': String(Buffer.byteLength(body)), ...(await signedIn(persona, on)) },
    body,
  });

describe('a document that is trusted', () => {
  it('runs by its hash and by its text', async () => {
    const data = { cities: { nodes: [{ name: 'Gent' }] } };
    expect((await post({ documentId: hashOf(cities), variables: { first: 1 } })).body).toEqual({ data });
    expect((await post({ documentId: `sha256:${hashOf(cities)}`, variables: { first: 1 } })).body).toEqual({ data });
    expect((await post({ query: cities, variables: { first: 1 } })).body).toEqual({ data });
  });

  it('may be asked for by GET, and kept by a cache where nobody is signed in', async () => {
    const guest = await get({ documentId: hashOf(who) });
    expect(guest.body).toEqual({ data: { viewer: { kind: 'guest' } } });
    expect([guest.headers.get('cache-control'), guest.headers.get('vary')]).toEqual([
      'public, max-age=60',
      'authorization, cookie',
    ]);
    const editor = await get({ documentId: hashOf(who) }, await signedIn('editor'));
    expect([editor.body.data.viewer.kind, editor.headers.get('cache-control')]).toEqual(['user', 'private, no-store']);
    expect((await get({ documentId: hashOf(cities), variables: '{"first":1}' })).body.data.cities.nodes).toHaveLength(
      1,
    );
  });

  it('changes nothing by GET (6)', async () => {
    const { status } = await get({ documentId: hashOf(createTag) }, await signedIn('editor'));
    expect([status, await served.all.tag.count({ where: { slug: { equals: 'trusted' } } })]).toEqual([405, 0]);
  });
});

describe('a document that is not', () => {
  const other = '{ countries { totalCount } }';

  it('does not run, whatever its hash is said to be', async () => {
    const codes = [];
    for (const body of [
      { query: other },
      { documentId: hashOf(other) },
      { documentId: hashOf(who), query: other },
      { documentId: 5 },
    ]) {
      const { status, body: answer } = await post(body);
      codes.push([status, answer.errors[0].extensions.code]);
    }
    expect(codes).toEqual([
      [400, 'DOCUMENT_NOT_TRUSTED'],
      [400, 'DOCUMENT_UNKNOWN'],
      [400, 'DOCUMENT_UNKNOWN'],
      [400, 'DOCUMENT_UNKNOWN'],
    ]);
    expect((await get({ query: other })).status).toBe(405);
    expect((await get({ query: other, documentId: hashOf(who) })).status).toBe(405);
  });

  it('runs in mode warn, and the log names it once', async () => {
    await using warning = await open('warn', 'warn.json', manifestOf(who));
    for (const query of [other, other, who]) expect((await post({ query }, {}, warning)).body.errors).toBeUndefined();
    const lines = warning.log.filter((line) => line.includes('not trusted'));
    expect(lines.map((line) => JSON.parse(line).hash)).toEqual([hashOf(other)]);
  });
});

describe('the manifest', () => {
  it('grows by uploads of who has the right, for every process that reads it', async () => {
    await using first = await open('enforce', 'grows.json');
    await using second = await open('enforce', 'grows.json');
    const manifest = JSON.stringify(manifestOf(who));
    expect((await upload('editor', manifest, first)).status).toBe(404);
    expect((await upload('admin', manifest, first)).body).toEqual({ added: 1 });
    expect((await post({ query: who }, {}, first)).body.data.viewer.kind).toBe('guest');
    await expect.poll(async () => (await post({ query: who }, {}, second)).status, { timeout: 5_000 }).toBe(200);
    expect(JSON.parse(await readFile(join(folder, 'grows.json'), 'utf8'))).toEqual(manifestOf(who));
  });

  it.each([
    ['no JSON', '{', 'It is no JSON.'],
    ['a list', '[]', 'It is no object.'],
    ['a hash of another document', JSON.stringify({ [hashOf(who)]: cities }), 'is not the hash of its document'],
    ['a document that the API does not know', JSON.stringify(manifestOf('{ nope }')), 'Cannot query field "nope"'],
  ])('does not take %s', async (_, body, message) => {
    const answer = await upload('admin', body);
    expect([answer.status, answer.body.errors[0].message]).toEqual([400, expect.stringContaining(message)]);
  });

  it('stops the start when it is none', async () => {
    await expect(open('enforce', 'broken.json', [])).rejects.toThrow('This is no manifest of documents.');
  });
});
