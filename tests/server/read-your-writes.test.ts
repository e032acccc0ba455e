/** Whoever has written is sent to the primary: by name in this process, by a cookie or a header in every other one. */
import { createSchema, createYoga } from 'graphql-yoga';
import { expect, it } from 'vitest';
import type { Database } from '../../src/database/database.ts';
import { mayLag, useReadYourWrites } from '../../src/server/use-read-your-writes.ts';
import type { Viewer } from '../../src/policy/viewer.ts';

const viewer: Viewer = { kind: 'user', id: 'alice', roles: [] };

function open(stickySeconds: number | undefined) {
  const stayed: Viewer[] = [];
  const lagged: boolean[] = [];
  const stayOnPrimary = (it_: Viewer) => void stayed.push(it_);
  const look = (_: unknown, __: unknown, { request }: { request: Request }) => lagged.push(mayLag(request)) > 0;
  const yoga = createYoga<object, { viewer: Viewer }>({
    schema: createSchema<{ viewer: Viewer; request: Request }>({
      typeDefs: 'type Query { read: Boolean } type Mutation { write: Boolean }',
      resolvers: { Query: { read: look }, Mutation: { write: look } },
    }),
    context: { viewer },
    plugins: [useReadYourWrites({ stickySeconds, stayOnPrimary } as Database)],
    logging: false,
  });
  const send = async (query: string, headers: Record<string, string> = {}) =>
    yoga.fetch('http://localhost/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query }),
    });
  return { send, stayed, lagged };
}

it('reads from the primary within a mutation, and says for how long to come back to it', async () => {
  const { send, stayed, lagged } = open(5);
  const query = await send('{ read }');
  const mutation = await send('mutation { write }');
  expect(lagged).toEqual([true, false]);
  expect(stayed).toEqual([viewer]);
  expect(query.headers.get('set-cookie')).toBeNull();
  expect(mutation.headers.get('pergola-primary-for')).toBe('5');
  const cookie = mutation.headers.get('set-cookie')!;
  expect(cookie).toBe('__Host-pergola-primary=1; Max-Age=5; Path=/; Secure; HttpOnly; SameSite=Lax');

  await send('{ read }', { cookie: `other=1; ${cookie.split(';')[0]}` });
  await send('{ read }', { 'pergola-primary': '1' });
  await send('{ read }', { cookie: 'other=__Host-pergola-primary' });
  expect(lagged.slice(2)).toEqual([false, false, true]);
});

it('says nothing where there is no replica', async () => {
  const { send, stayed } = open(undefined);
  const mutation = await send('mutation { write }');
  expect([stayed, mutation.headers.get('set-cookie')]).toEqual([[], null]);
});
