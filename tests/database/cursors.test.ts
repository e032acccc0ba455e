/** A cursor is a place in an order. Whatever is sent in its stead is refused, or is another place among the same readable rows. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestPlatform, type TestPlatform } from '../support/platform.ts';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await openTestPlatform();
});
afterAll(() => platform[Symbol.asyncDispose]());

interface Listed {
  list: { edges: { cursor: string; node: Record<string, unknown> }[]; pageInfo: { hasPreviousPage: boolean } };
}

async function cursorsOf(list: string, args: string, name: 'guest' | 'alice' | 'root' = 'root') {
  const { data } = await platform
    .as(name)
    .run<Listed>(
      `{ list: ${list}(first: 100, ${args}) { edges { cursor node { __typename } } pageInfo { hasPreviousPage } } }`,
    );
  return data.list.edges.map(({ cursor }) => cursor);
}

const after = (list: string, cursor: string, args = '', name: 'guest' | 'alice' | 'root' = 'root') =>
  platform
    .as(name)
    .run<Listed | null>(
      `query ($cursor: String) { list: ${list}(first: 100, after: $cursor, ${args}) { edges { cursor node { __typename } } pageInfo { hasPreviousPage } } }`,
      { cursor },
    );

const refused = {
  code: 'BAD_CURSOR',
  message: 'The cursor does not belong to this list and order. Take it from pageInfo or an edge of the same list.',
  path: 'list',
};

const forge = (cursor: string, change: (parts: unknown[]) => unknown[]) => {
  const parts = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
  return Buffer.from(JSON.stringify(change(parts))).toString('base64url');
};

describe('a cursor', () => {
  it('holds the values of its own order and nothing else (attack 40)', async () => {
    const [cursor] = await cursorsOf(
      'observations',
      'orderBy: [{ quantity: asc }, { site: { name: desc } }], where: { id: { equals: "a-open-draft" } }',
    );
    const [mark, ...values] = JSON.parse(Buffer.from(cursor!, 'base64url').toString()) as unknown[];
    expect(values).toEqual(['air temperature', 'Site a-open', 'a-open-draft']);
    expect(mark).toMatch(/^[\w-]{8}$/);
  });

  it('holds nothing of what the viewer may not read (attack 40)', async () => {
    const orders = [
      'correctsId: asc',
      'corrects: { unit: asc }',
      'corrects: { id: asc }',
      'reviewer: { name: asc }',
      'reviewerId: asc',
    ];
    for (const order of orders) {
      const cursors = await cursorsOf('observations', `orderBy: [{ ${order} }]`, 'guest');
      const values = cursors.map((cursor) => (JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[])[1]);
      expect(values).toEqual([null, null, null]);
    }
  });

  it.each([
    ['empty', ''],
    ['no base64', '%%%'],
    ['no JSON', Buffer.from('a-open-draft').toString('base64url')],
    ['another JSON', Buffer.from('{"length":3}').toString('base64url')],
    ['of ten kilobytes', 'A'.repeat(10_000)],
    ['a number', '7'],
    ['a NUL', '\0'],
  ])('that nobody made is refused: %s (attack 41)', async (_, cursor) => {
    const viewer = platform.as('alice');
    const document = 'query ($cursor: String) { list: observations(after: $cursor) { nodes { id } } }';
    expect(await viewer.run(document, { cursor })).toEqual({ data: null, errors: [refused] });
    expect(viewer.statements).toBe(0);
  });

  it.each([
    ['one value less', (parts: unknown[]) => parts.slice(0, -1)],
    ['one value more', (parts: unknown[]) => [...parts, 'x']],
    ['another mark', ([, ...values]: unknown[]) => ['AAAAAAAA', ...values]],
    ['a list in a value', ([mark, , id]: unknown[]) => [mark, ['x'], id]],
    ['an object in a value', ([mark, , id]: unknown[]) => [mark, { viewer: 'id' }, id]],
    ['a number for text', ([mark, value]: unknown[]) => [mark, value, 7]],
    ['no moment', ([mark, , id]: unknown[]) => [mark, 'yesterday', id]],
  ])('that was changed is refused: %s (attack 41)', async (_, change) => {
    const args = 'orderBy: [{ measuredAt: asc }]';
    const [, cursor] = await cursorsOf('observations', args);
    expect(await after('observations', forge(cursor!, change), args)).toEqual({ data: null, errors: [refused] });
  });

  it.each([
    ['a whole number beyond 64 bits', 'serialNumber: asc', '9999999999999999999'],
    ['a moment of no calendar', 'measuredAt: asc', '+275760-09-13T00:00:00.000Z'],
    ['a decimal of no size', 'value: asc', '1e999999'],
    ['text with a NUL', 'unit: asc', 'a\0b'],
    ['half a character', 'unit: asc', '\ud800'],
    ['a decimal of too small a size', 'value: asc', '1e-31'],
    ['a moment before the first year', 'measuredAt: asc', '0000-12-31T23:59:59.999Z'],
  ])('that was forged with %s is refused or is a place, never a failure (attack 41)', async (_, order, value) => {
    const args = `orderBy: [{ ${order} }]`;
    const [, cursor] = await cursorsOf('observations', args);
    const { errors } = await after(
      'observations',
      forge(cursor!, ([mark, , id]) => [mark, value, id]),
      args,
    );
    expect(errors?.map(({ code }) => code)).toBeOneOf([undefined, ['BAD_CURSOR']]);
  });

  it.each([
    ['another field', 'orderBy: [{ quantity: asc }]'],
    ['the other direction', 'orderBy: [{ measuredAt: desc }]'],
    ['one more field', 'orderBy: [{ measuredAt: asc }, { unit: asc }]'],
    ['a relation', 'orderBy: [{ site: { name: asc } }]'],
    ['no order', ''],
  ])('of another order is refused: %s (attack 41)', async (_, args) => {
    const [cursor] = await cursorsOf('observations', 'orderBy: [{ measuredAt: asc }]');
    expect(await after('observations', cursor!, args)).toEqual({ data: null, errors: [refused] });
  });

  it('of another viewer is a place among the rows that one reads (attack 41)', async () => {
    const cursors = await cursorsOf('observations', 'orderBy: [{ id: asc }]', 'root');
    for (const cursor of cursors) {
      const { data, errors } = await after('observations', cursor, 'orderBy: [{ id: asc }]', 'guest');
      expect(errors).toBe(undefined);
      expect(data!.list.edges.length).toBeLessThanOrEqual(3);
    }
  });

  it('of a row that is gone is still a place', async () => {
    await using own = await openTestPlatform();
    const root = own.as('root');
    const list =
      'query ($after: String) { list: tags(first: 1, after: $after) { pageInfo { endCursor hasPreviousPage hasNextPage } nodes { slug } } }';
    const first = await root.run<{ list: { pageInfo: { endCursor: string } } }>(list);
    await root.run('mutation { deleteTag(where: { slug: "frost" }) { slug } }');
    const second = await root.run(list, { after: first.data.list.pageInfo.endCursor });
    expect(second.data).toMatchObject({
      list: { nodes: [{ slug: 'rain' }], pageInfo: { hasPreviousPage: false, hasNextPage: true } },
    });
  });

  it('leads on from a long text as from a short one', async () => {
    await using own = await openTestPlatform();
    const root = own.as('root');
    for (const id of ['a-open', 'a-closed']) {
      const description = `${id} ${'long '.repeat(1500)}`;
      const { errors } = await root.run(
        'mutation ($id: String, $description: String) { updateSurvey(where: { id: $id }, data: { description: $description }) { id } }',
        { id, description },
      );
      expect(errors).toBe(undefined);
    }
    const list =
      'query ($after: String) { list: surveys(first: 1, after: $after, orderBy: [{ description: desc }]) { pageInfo { endCursor } nodes { id } } }';
    const ids: string[] = [];
    for (let cursor: string | undefined; ids.length < 4;) {
      const { data, errors } = await root.run<{ list: { pageInfo: { endCursor: string }; nodes: { id: string }[] } }>(
        list,
        { after: cursor },
      );
      expect(errors).toBe(undefined);
      ids.push(data.list.nodes[0]!.id);
      cursor = data.list.pageInfo.endCursor;
    }
    expect(ids).toEqual(['a-open', 'a-closed', 'b-open', 'b-closed']);
  });
});

describe('a page', () => {
  it.each([
    ['first: 0', 'first is 0. Give a number from 1 to 100.', 'first'],
    ['first: -1', 'first is -1. Give a number from 1 to 100.', 'first'],
    ['first: 101', 'first is 101. Give a number from 1 to 100.', 'first'],
    ['first: 2147483647', 'first is 2147483647. Give a number from 1 to 100.', 'first'],
    ['last: 0', 'last is 0. Give a number from 1 to 100.', 'last'],
    [
      'first: 1, last: 1',
      'first/after and last/before stand together. Read in one direction: first with after, or last with before.',
      undefined,
    ],
    [
      'first: 1, before: "x"',
      'first/after and last/before stand together. Read in one direction: first with after, or last with before.',
      undefined,
    ],
  ])('of no size or of two directions is refused, not cut: %s', async (args, message, inputPath) => {
    expect(await platform.as('alice').run(`{ tags(${args}) { nodes { slug } } }`)).toEqual({
      data: null,
      errors: [{ code: 'BAD_INPUT', message, path: 'tags', ...(inputPath && { inputPath }) }],
    });
  });
});
