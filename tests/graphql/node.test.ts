/** `node` and `nodes`: one id for every row, and one answer to whatever is no id (attacks 30, 31, 32). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PergolaError } from '../../src/errors.ts';
import { decodeNodeId, encodeNodeId } from '../../src/graphql/node-id.ts';
import { modelOf } from '../../src/model/model.ts';
import { openTestPlatform, type TestPlatform } from '../support/platform.ts';
import { byEngine } from '../support/requirements.ts';
import { tinySchema } from '../support/tiny-schema.ts';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await openTestPlatform();
});
afterAll(() => platform[Symbol.asyncDispose]());

const longestKey = byEngine('a text in a key has at most 255 characters on MariaDB', {
  sqlite: 1000,
  mysql: 255,
  postgresql: 1000,
});

const idOf = (text: string) => Buffer.from(text).toString('base64url');
const node = (id: unknown, name: 'guest' | 'alice' | 'root' = 'alice') =>
  platform
    .as(name)
    .run(
      'query ($id: ID!) { node(id: $id) { __typename nodeId ... on Observation { quantity site { name } } ... on Membership { role } } }',
      { id },
    );

describe('node', () => {
  it('gives the row that nodeId names, as its own type', async () => {
    const id = idOf('Observation:["a-open-draft"]');
    const { data } = await platform.as('alice').run('{ observation(where: { id: "a-open-draft" }) { nodeId } }');
    expect(data).toEqual({ observation: { nodeId: id } });
    expect(await node(id)).toEqual({
      data: {
        node: { __typename: 'Observation', nodeId: id, quantity: 'air temperature', site: { name: 'Site a-open' } },
      },
    });
  });

  it('knows rows by a key of several fields', async () => {
    const id = idOf('Membership:["alice","a"]');
    expect(await node(id)).toEqual({ data: { node: { __typename: 'Membership', nodeId: id, role: 'MEMBER' } } });
  });

  it('says the same of a row that may not be read and of one that is not there (attack 30)', async () => {
    const answers = await Promise.all(['b-closed-draft', 'nowhere'].map((id) => node(idOf(`Observation:["${id}"]`))));
    expect(answers).toEqual([{ data: { node: null } }, { data: { node: null } }]);
  });

  it('answers several ids in their order, each for itself (attack 30)', async () => {
    const ids = ['a-open-draft', 'b-closed-draft', 'nowhere', 'a-open-draft'].map((id) =>
      idOf(`Observation:["${id}"]`),
    );
    const viewer = platform.as('alice');
    expect(await viewer.run('query ($ids: [ID!]!) { nodes(ids: $ids) { nodeId } }', { ids })).toEqual({
      data: { nodes: [{ nodeId: ids[0] }, null, null, { nodeId: ids[0] }] },
    });
  });

  it('takes a hundred ids at once, not more', async () => {
    const ids = Array.from({ length: 101 }, () => idOf('Observation:["a-open-draft"]'));
    const viewer = platform.as('alice');
    expect(await viewer.run('query ($ids: [ID!]!) { nodes(ids: $ids) { nodeId } }', { ids })).toEqual({
      data: null,
      errors: [{ code: 'BAD_INPUT', message: 'ids holds 101 ids. Give 100 at most.', path: 'nodes', inputPath: 'ids' }],
    });
    expect(viewer.statements).toBe(0);
  });

  it.each([
    ['nothing', ''],
    ['no base64', '%%%'],
    ['a word', 'Observation'],
    ['a plain key', 'a-open-draft'],
    ['a field of every object', idOf('__proto__:["1"]')],
    ['`constructor`', idOf('constructor:["1"]')],
    ['no model', idOf('Query:["1"]')],
    ['a model that is internal', idOf('Session:["x"]')],
    ['a model in lower case', idOf('observation:["a-open-draft"]')],
    ['SQL', idOf('City:["1 OR 1=1"]')],
    ['a number with an exponent', idOf('City:["1e0"]')],
    ['a number with a zero before it', idOf('City:["01"]')],
    ['a number with a blank', idOf('City:[" 1"]')],
    ['a number as a number', idOf('City:[1]')],
    ['a number too large', idOf('City:["99999999999"]')],
    ['a NUL', idOf('City:["\\u0000"]')],
    ['text with a NUL', idOf('Observation:["a\\u0000"]')],
    ['too few parts', idOf('Membership:["alice"]')],
    ['too many parts', idOf('Observation:["a-open-draft","x"]')],
    ['a list in a part', idOf('Observation:[["a-open-draft"]]')],
    ['no list', idOf('Observation:"a-open-draft"')],
    ['another spelling of the list', idOf('Observation:[ "a-open-draft" ]')],
    ['another base64 of the same', Buffer.from('Observation:["a-open-draft"]').toString('base64').padEnd(44, '=')],
    ['ten kilobytes', 'A'.repeat(10_000)],
  ])(
    'refuses what is no id with one and the same error, before any row is looked for: %s (attacks 31, 32)',
    async (_, id) => {
      const viewer = platform.as('alice');
      const answer = await viewer.run('query ($id: ID!) { node(id: $id) { nodeId } }', { id });
      expect(answer).toEqual({
        data: { node: null },
        errors: [
          { code: 'BAD_ID', message: 'This is not an id of this API. Take ids from nodeId fields.', path: 'node' },
        ],
      });
      expect(viewer.statements).toBe(0);
    },
  );

  it('does not take the id of one type where a key of another stands (attack 31)', async () => {
    const id = idOf('Survey:["a-open"]');
    const { data } = await platform
      .as('alice')
      .run('query ($id: String) { observation(where: { id: $id }) { id } survey(where: { id: $id }) { id } }', { id });
    expect(data).toEqual({ observation: null, survey: null });
  });
});

describe('an id', () => {
  const schema = tinySchema('keys');
  const row = {
    big: 9007199254740993n,
    decimal: '0.1',
    when: new Date('2026-01-01T00:00:00.123Z'),
    yes: false,
    bytes: new Uint8Array([0, 255]),
    mood: 'BAD',
  };

  it('holds a key of any types without losing a digit', () => {
    const model = modelOf(schema, 'TypedKeys');
    const id = encodeNodeId(model, row);
    expect(decodeNodeId(id, schema.models)).toEqual({ model, key: row });
  });

  it.each([
    ['a moment', { when: 'yesterday' }],
    ['a yes or no', { yes: 'maybe' }],
    ['bytes', { bytes: '%' }],
    ['a decimal', { decimal: '1,5' }],
    ['a whole number', { big: '99999999999999999999' }],
    ['a whole number of 64 bits', { big: '9999999999999999999' }],
  ])('that holds no value of its type is refused: %s', (_, part) => {
    const parts = {
      big: '1',
      decimal: '0.1',
      when: '2026-01-01T00:00:00.123Z',
      yes: 'false',
      bytes: 'AP8=',
      mood: 'BAD',
      ...part,
    };
    const id = idOf(`TypedKeys:${JSON.stringify(Object.values(parts))}`);
    expect(() => decodeNodeId(id, schema.models)).toThrow(PergolaError);
  });

  it('names a row by a long key as by a short one', async () => {
    await using own = await openTestPlatform();
    const root = own.as('root');
    const slug = 'x'.repeat(longestKey);
    const { data } = await root.run<{ createTag: { nodeId: string } }>(
      'mutation ($slug: String!) { createTag(data: { slug: $slug, label: "Long" }) { nodeId } }',
      { slug },
    );
    const answer = await root.run('query ($id: ID!) { node(id: $id) { ... on Tag { label } } }', {
      id: data.createTag.nodeId,
    });
    expect(answer).toEqual({ data: { node: { label: 'Long' } } });
  });
});
