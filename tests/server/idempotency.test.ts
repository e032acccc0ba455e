/** A mutation with an `Idempotency-Key` takes effect once, on the real server: attack 130. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { serve, type Served } from '../support/served.ts';

let served: Served;
let siteId: string;
beforeAll(async () => {
  served = await serve();
  siteId = (await served.all.site.findFirst({ where: { name: { equals: 'Well 7' } } }))!.id;
});
afterAll(() => served[Symbol.asyncDispose]());

const create = (quantity: string) => `mutation {
  createObservation(data: {
    quantity: "${quantity}", value: "1.50", unit: "m", measuredAt: "2026-01-01T00:00:00Z", site: { connect: { id: "${siteId}" } }
  }) { id quantity value measuredAt site { name } }
}`;
const count = (quantity: string) => served.all.observation.count({ where: { quantity: { equals: quantity } } });
const send = (persona: string, query: string, key: string) =>
  served.run(persona, query, {}, { 'idempotency-key': key });

it('gives the first answer again, and does nothing', async () => {
  const first = await send('member', create('once'), 'once');
  const again = await send('member', create('once'), 'once');
  expect(first.body.data.createObservation.quantity).toBe('once');
  expect(again.body).toEqual(first.body);
  expect([first, again].map(({ headers }) => headers.get('idempotency-replayed'))).toEqual([null, 'true']);
  expect(await count('once')).toBe(1);
});

it('takes effect once when it is sent twenty times at once', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => send('member', create('at once'), 'at-once')));
  expect(new Set(answers.map(({ body }) => body.data.createObservation.id)).size).toBe(1);
  expect(await count('at once')).toBe(1);
});

it('is refused with another body', async () => {
  await send('member', create('mine'), 'reused');
  const { status, body } = await send('member', create('another'), 'reused');
  expect([status, body.errors[0].extensions.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
  expect(await count('another')).toBe(0);
});

it('means nothing to another viewer', async () => {
  await send('member', create('shared'), 'shared');
  const { headers } = await send('reviewer', create('shared'), 'shared');
  expect(headers.get('idempotency-replayed')).toBe(null);
  expect(await count('shared')).toBe(2);
});

it('does what was done no second time, when the process ended before its answer was kept', async () => {
  const first = await send('member', create('crash'), 'crash');
  const all = served.platform.database.unguarded.idempotencyRecord;
  expect((await all.deleteMany({ where: { key: 'crash', step: 0 } })).count).toBe(1);
  const again = await send('member', create('crash'), 'crash');
  expect(again.body).toEqual(first.body);
  expect(again.headers.get('idempotency-replayed')).toBe(null);
  expect(await count('crash')).toBe(1);
});

it('does the rest of a document of which a part was done', async () => {
  const both = `mutation {
    one: createTag(data: { slug: "one", label: "One" }) { slug }
    two: createTag(data: { slug: "two", label: "Two" }) { slug }
  }`;
  const first = await send('member', both, 'both');
  const { unguarded } = served.platform.database;
  await unguarded.idempotencyRecord.deleteMany({ where: { key: 'both', step: { in: [0, 2] } } });
  await unguarded.tag.delete({ where: { slug: 'two' } });
  expect((await send('member', both, 'both')).body).toEqual(first.body);
  expect(await unguarded.tag.count({ where: { slug: { in: ['one', 'two'] } } })).toBe(2);
});

it('gives a refusal again too', async () => {
  const refused = 'mutation { deleteTag(where: { slug: "absent" }) { slug } }';
  const [first, again] = [await send('admin', refused, 'refused'), await send('admin', refused, 'refused')];
  expect(first.body.errors[0].extensions.code).toBe('NOT_FOUND');
  expect(again.body).toEqual(first.body);
  expect(again.headers.get('idempotency-replayed')).toBe('true');
});

it('gives a deleted row again, with what was below it', async () => {
  const { id } = (await send('member', create('gone'), 'gone-1')).body.data.createObservation;
  const remove = `mutation { deleteObservation(where: { id: "${id}" }) { id value measuredAt site { name } } }`;
  const first = await send('member', remove, 'gone-2');
  await served.platform.database.unguarded.idempotencyRecord.deleteMany({ where: { key: 'gone-2', step: 0 } });
  const again = await send('member', remove, 'gone-2');
  expect(again.body).toEqual(first.body);
  expect(again.body.data.deleteObservation).toMatchObject({ value: '1.5', site: { name: 'Well 7' } });
});

it('is forgotten after its time', async () => {
  await send('member', create('old'), 'old');
  const past = new Date(Date.now() - 1000);
  await served.platform.database.unguarded.idempotencyRecord.updateMany({
    where: { key: 'old' },
    data: { expiresAt: past },
  });
  await send('member', create('old'), 'old');
  expect(await count('old')).toBe(2);
});

it.each([
  ['a guest', 'guest', 'mutation { createTag(data: { slug: "g", label: "G" }) { slug } }', 'guest-key', 'BAD_INPUT'],
  [
    'what answers with a secret',
    'member',
    'mutation { signIn(email: "a@b.test", password: "x") { token } }',
    'k',
    'BAD_INPUT',
  ],
  [
    'a secret behind a fragment',
    'member',
    'mutation { ...F } fragment F on Mutation { signIn(email: "a@b.test", password: "x") { token } }',
    'k',
    'BAD_INPUT',
  ],
  ['a key that is none', 'member', '{ viewer { kind } }', 'a b', 'BAD_INPUT'],
])('is refused for %s', async (_, persona, query, key, code) => {
  expect((await send(persona, query, key)).body.errors[0].extensions.code).toBe(code);
});

it('means nothing to a query', async () => {
  const ask = () => send('member', '{ viewer { kind } }', 'query');
  await ask();
  expect((await ask()).headers.get('idempotency-replayed')).toBe(null);
});
