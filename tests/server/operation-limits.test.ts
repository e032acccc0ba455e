/** How much one operation may ask, and where that is said. */
import { getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { adminPassword } from './graphiql-rows.ts';
import { serve, type Served } from '../support/served.ts';

let served: Served;
beforeAll(async () => {
  served = await serve({ NODE_ENV: 'development' });
});
afterAll(() => served[Symbol.asyncDispose]());

const costOf = async (query: string, variables: object = {}) =>
  (await served.run('admin', query, variables)).body.extensions.cost as number;

describe('what an operation costs', () => {
  it.each([
    ['one row', '{ country(where: { code: "NL" }) { name } }', {}, 1],
    ['a page of twenty', '{ cities { nodes { name } } }', {}, 21],
    ['a page by edges', '{ cities(first: 5) { edges { cursor node { name } } pageInfo { endCursor } } }', {}, 6],
    ['only how many', '{ cities { totalCount } }', {}, 1],
    ['lists in lists', '{ surveys(first: 10) { nodes { sites(last: 5) { nodes { city { name } } } } } }', {}, 121],
    ['aliases', '{ a: cities(first: 2) { nodes { id } } b: cities(first: 3) { nodes { id } } }', {}, 7],
    ['a fragment twice', '{ cities(first: 9) { ...A ...A } } fragment A on CityConnection { nodes { id } }', {}, 10],
    ['a variable', 'query ($n: Int = 7) { cities(first: $n) { nodes { id } } }', { n: 3 }, 4],
    ['a default', 'query ($n: Int = 7) { cities(first: $n) { nodes { id } } }', {}, 8],
    [
      'what is left out',
      'query ($no: Boolean!) { viewer { kind } cities @include(if: $no) { nodes { id } } }',
      { no: false },
      1,
    ],
    ['ids', '{ nodes(ids: ["a", "b", "c"]) { ... on City { country { name } } } }', {}, 6],
  ])('%s', async (_, query, variables, cost) => {
    expect(await costOf(query, variables)).toBe(cost);
    // The second time it may be known.
    expect(await costOf(query, variables)).toBe(cost);
  });

  it('is said in development only', async () => {
    await using closed = await serve({ NODE_ENV: 'production' });
    expect((await closed.run('admin', '{ viewer { kind } }')).body.extensions).toBeUndefined();
  });

  it('counts against a budget when it is much', async () => {
    const minute = (max: number) => ({ max, windowSeconds: 60 });
    const rates = { cost: { guest: minute(4_000), user: minute(6_000), token: minute(9_000) } };
    await using limited = await serve({}, { rates });
    const expensive = '{ countries(first: 100) { nodes { cities(first: 30) { nodes { id } } } } }';
    const statuses = [];
    for (const persona of ['guest', 'guest', 'editor', 'editor']) {
      statuses.push((await limited.run(persona, expensive)).status);
    }
    expect(statuses).toEqual([200, 429, 200, 429]);
    expect((await limited.run('guest', '{ cities(first: 100) { nodes { id } } }')).status).toBe(200);
  });
});

describe('/-/limits', () => {
  it('says every limit, as JSON and as a page without a script', async () => {
    const { body } = await served.request({ path: '/-/limits' });
    expect(body.operations).toMatchObject({ bodyBytes: 1_000_000, tokens: 10_000, depth: 32, nodes: 10_000 });
    expect(body.pages).toEqual({ default: 20, max: 100 });
    expect(body.rates).toMatchObject({ guesses: { max: 10, windowSeconds: 900 }, 'mutations.guest': { max: 120 } });
    const page = await served.request({ path: '/-/limits', headers: { accept: 'text/html' } });
    expect(page.body).toContain('<tr><th scope="row">nodes</th><td>10,000</td></tr>');
    expect(page.body).not.toContain('<script');
    expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'nonce-[\w+/=]{24}';/);
  });
});

describe('in production', () => {
  it('the whole design is worked out once, and told at once to who may see it after that (79)', async () => {
    await using closed = await serve({ NODE_ENV: 'production' });
    const query = getIntrospectionQuery();
    const first = await closed.run('admin', query);
    const types = Object.keys(closed.platform.api.getTypeMap()).length;
    expect(first.body.data['__schema'].types).toHaveLength(types);
    const execute = vi.spyOn(closed.platform.api, 'getTypeMap');
    expect((await closed.run('admin', query)).body).toEqual(first.body);
    expect(execute).not.toHaveBeenCalled();
    expect((await closed.run('editor', query)).body).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] });
  });

  it('who has the right schema:read sees the design: introspection, suggestions, GraphiQL', async () => {
    await using closed = await serve({ NODE_ENV: 'production' });
    const { token } = (
      await closed.run(
        'guest',
        `mutation { signIn(email: "admin@example.test", password: "${adminPassword}") { token } }`,
      )
    ).body.data.signIn;
    const page = (headers: Record<string, string>) =>
      closed.request({ path: '/graphql', method: 'GET', headers: { accept: 'text/html', ...headers } });
    const ask = async (persona: string) => {
      const introspection = await closed.run(persona, '{ api: __schema { queryType { name } } }');
      const mistake = await closed.run(persona, '{ citie }');
      return [introspection.body.data?.api.queryType.name, mistake.body.errors[0].message as string];
    };
    expect(await ask('admin')).toEqual(['Query', expect.stringContaining('Did you mean "cities"')]);
    expect(await ask('editor')).toEqual([undefined, 'Cannot query field "citie" on type "…".']);
    expect((await page({ cookie: `__Host-pergola=${token}` })).status).toBe(200);
    expect((await page({})).status).toBe(405);
  });
});
