/** Introspection and the API as text, as the server tells each viewer of them (case 55). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiText } from '../../src/graphql/api-text.ts';
import { serve, type Served } from '../support/served.ts';

const types = '{ api: __schema { types { name } } }';

describe('in development', () => {
  let served: Served;
  beforeAll(async () => {
    served = await serve({ NODE_ENV: 'development' });
  });
  afterAll(() => served[Symbol.asyncDispose]());

  const namesFor = async (persona: string) =>
    ((await served.run(persona, types)).body.data.api.types as { name: string }[]).map(({ name }) => name);

  it('everybody sees their own part, whoever asked the same before (55)', async () => {
    const personas = ['admin', 'guest', 'admin', 'member', 'guest'];
    const together = await Promise.all([...personas, ...personas].map(namesFor));
    const seen = together.map((names) => [names.includes('AuditEntry'), names.includes('CommentCreateInput')]);
    const expected = [
      [true, true],
      [false, false],
      [true, true],
      [false, true],
      [false, false],
    ];
    expect(seen).toEqual([...expected, ...expected]);
  });

  it('who asks for what they never read beside the design is told that there is no such thing (55)', async () => {
    const document = '{ __typename api: __schema { queryType { name } } auditEntries { totalCount } }';
    const ask = async (persona: string) => (await served.run(persona, document)).body;
    expect((await ask('guest')).errors[0].message).toBe('Cannot query field "auditEntries" on type "Query".');
    expect((await ask('admin')).data).toMatchObject({ api: { queryType: { name: 'Query' } } });
    expect((await ask('guest')).errors[0].extensions.code).toBe('BAD_REQUEST');
  });

  it('runs what asks for no design on the whole API, also at once with what does', async () => {
    const asked = await Promise.all(
      Array.from({ length: 10 }, (_, at) =>
        at % 2 === 0 ? namesFor('guest') : served.run('guest', '{ auditEntries { totalCount } }'),
      ),
    );
    const answers = asked.filter((_, at) => at % 2 === 1) as Awaited<ReturnType<Served['run']>>[];
    expect(answers.map(({ body }) => body.data)).toEqual(answers.map(() => ({ auditEntries: { totalCount: 0 } })));
  });

  it('tells the same as text (55)', async () => {
    const text = async (persona: string) => {
      const secret = await served.secretOf(persona);
      const headers = secret === undefined ? {} : { authorization: `Bearer ${secret}` };
      return (await served.request({ path: '/-/schema.graphql', method: 'GET', headers })).body as string;
    };
    expect(await text('admin')).toBe(apiText(served.platform.api));
    expect(await text('guest')).not.toMatch(/AuditEntry|internalNote|input \w+CreateInput/);
    expect(await text('guest')).toContain('type Observation implements Node');
  });
});

describe('in production', () => {
  it('a token is shown what its scopes leave, with no name beyond; one that only reads the API, all that its owner uses (55)', async () => {
    await using closed = await serve({ NODE_ENV: 'production' });
    const creation =
      'mutation ($scopes: [String!]!) { createApiToken(name: "x", scopes: $scopes, expiresInDays: 1) { secret } }';
    const askerWith = async (...scopes: string[]) => {
      const { secret } = (await closed.run('admin', creation, { scopes })).body.data.createApiToken;
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${secret}` };
      return async (query: string) =>
        (await closed.request({ method: 'POST', headers, body: JSON.stringify({ query }) })).body;
    };
    const [part, whole] = [await askerWith('schema:read', 'Tag:read'), await askerWith('schema:read')];
    const site = '{ __type(name: "Site") { name } }';
    expect(await part(site)).toEqual({ data: { __type: null } });
    expect(await whole(site)).toEqual({ data: { __type: { name: 'Site' } } });
    expect((await part('{ site }')).errors[0].message).not.toContain('SiteUniqueWhere');
    expect((await part('{ siteGroup { count } }')).errors[0].message).toBe(
      'Cannot query field "siteGroup" on type "…".',
    );
    expect((await whole('{ siteGroup { count } }')).errors[0].message).toContain('Did you mean');
  });
});
