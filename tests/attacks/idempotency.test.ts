/** Requests that are sent again with the same `Idempotency-Key` (attack 130), over the real server. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { holdLockOf } from '../support/lock-holder.ts';
import { serve, type Served } from '../support/served.ts';
import { onSqlite } from '../support/requirements.ts';

let served: Served;
beforeAll(async () => {
  served = await serve();
});
afterAll(() => served[Symbol.asyncDispose]());

let keys = 0;
let key = '';
beforeEach(() => {
  key = `key-${++keys}`;
});

interface Sent {
  readonly status: number;
  readonly text: string;
  readonly replayed: string | null;
  readonly type: string | null;
  readonly body: {
    data?: Record<string, unknown>;
    errors?: { message: string; extensions: Record<string, unknown> }[];
  };
}

interface SendOptions {
  as?: string;
  variables?: object;
  headers?: Record<string, string>;
}

async function send(query: string, { as = 'member', variables, headers }: SendOptions = {}): Promise<Sent> {
  const answer = await served.run(as, query, variables, { 'idempotency-key': key, ...headers });
  const isText = typeof answer.body === 'string';
  return {
    status: answer.status,
    text: isText ? answer.body : JSON.stringify(answer.body),
    replayed: answer.headers.get('idempotency-replayed'),
    type: answer.headers.get('content-type'),
    body: isText ? {} : answer.body,
  };
}

const createTag = (slug: string, select = '{ slug label }') =>
  `mutation { createTag(data: { slug: "${slug}", label: "L" }) ${select} }`;
const count = (slug: string) => served.all.tag.count({ where: { slug: { startsWith: slug } } });
const audited = async (slug: string) => (await entries(slug)).length;
const entries = (slug: string) => served.all.auditEntry.findMany({ where: { key: { startsWith: slug } } });
const codes = ({ body }: Sent) => body.errors?.map(({ extensions }) => extensions['code']);

const first = { replayed: null, status: 200 };
const again = { replayed: 'true', status: 200 };

describe('130: the same key and body', () => {
  it('take effect once, and give the same bytes again', async () => {
    const one = await send(createTag('twice', '{ slug label }'));
    const two = await send(createTag('twice', '{ slug label }'));
    expect(one).toMatchObject({ ...first, body: { data: { createTag: { slug: 'twice', label: 'L' } } } });
    expect(two).toEqual({ ...one, ...again });
    expect([await count('twice'), await audited('twice')]).toEqual([1, 1]);
  });

  it('give the answer as it was then, whatever has become of the row', async () => {
    const one = await send(createTag('gone'));
    await served.all.tag.delete({ where: { slug: 'gone' } });
    expect(await send(createTag('gone'))).toEqual({ ...one, ...again });
    expect(await count('gone')).toBe(0);
  });

  it('twenty times at once take effect once', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(createTag('at-once'))));
    expect(new Set(answers.map(({ text }) => text))).toEqual(
      new Set(['{"data":{"createTag":{"slug":"at-once","label":"L"}}}']),
    );
    expect([await count('at-once'), await audited('at-once')]).toEqual([1, 1]);
  });

  it('give an error again too', async () => {
    const conflict = createTag('taken');
    await served.all.tag.create({ data: { slug: 'taken', label: 'first' } });
    const one = await send(conflict);
    expect(codes(one)).toEqual(['CONFLICT']);
    await served.all.tag.delete({ where: { slug: 'taken' } });
    expect(await send(conflict)).toEqual({ ...one, ...again });
    expect(await count('taken')).toBe(0);
  });

  it('are one request whatever the order of headers, and two for two operations of one document', async () => {
    const query = `mutation A { createTag(data: { slug: "op-a", label: "L" }) { slug } } mutation B { createTag(data: { slug: "op-b", label: "L" }) { slug } }`;
    const run = async (operationName: string) =>
      served.request({
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'idempotency-key': key,
          authorization: `Bearer ${await served.secretOf('member')}`,
        },
        body: JSON.stringify({ query, operationName }),
      });
    expect((await run('A')).body).toEqual({ data: { createTag: { slug: 'op-a' } } });
    expect((await run('B')).status).toBe(422);
    expect(await count('op-')).toBe(1);
  });
});

describe('130: another body under the same key', () => {
  const reused = () => ({
    status: 422,
    replayed: null,
    body: {
      errors: [
        {
          message: `The Idempotency-Key "${key}" has been used for another request. Make a new key for each request, and send the same only to repeat it.`,
          extensions: { code: 'IDEMPOTENCY_KEY_REUSED' },
        },
      ],
    },
  });

  it('is refused, and the first stays what it was', async () => {
    const one = await send(createTag('first-body'));
    expect(await send(createTag('second-body'))).toMatchObject(reused());
    expect(await send(createTag('first-body'), { variables: { x: 1 } })).toMatchObject(reused());
    expect(await send(createTag('first-body'))).toEqual({ ...one, ...again });
    expect(await count('second-body')).toBe(0);
  });

  it('is refused while the first is under way and before its answer is kept', async () => {
    const answers = await Promise.all([
      send(createTag('race-a')),
      send(createTag('race-b')),
      send(createTag('race-a')),
      send(createTag('race-b')),
    ]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 200, 422, 422]);
    expect(await count('race-')).toBe(1);
    await forgetAnswer();
    const [winner, loser] = answers[0].status === 200 ? ['race-a', 'race-b'] : ['race-b', 'race-a'];
    expect(await send(createTag(loser))).toMatchObject(reused());
    expect(await send(createTag(winner))).toMatchObject({
      status: 200,
      body: { data: { createTag: { slug: winner } } },
    });
    expect(await count('race-')).toBe(1);
  });
});

describe('who asks', () => {
  it('has keys of their own', async () => {
    expect(await send(createTag('mine'))).toMatchObject(first);
    expect(await send(createTag('theirs'), { as: 'reviewer' })).toMatchObject(first);
    expect(await send(createTag('mine'), { as: 'editor' })).toMatchObject({
      replayed: null,
      body: { errors: [{ extensions: { code: 'CONFLICT' } }] },
    });
  });

  it('must be somebody', async () => {
    const answer = await send(createTag('guest'), { as: 'guest' });
    expect(answer.body.errors).toMatchObject([
      {
        message: 'Nobody is signed in to keep an answer for. Sign in, or leave the Idempotency-Key out.',
        extensions: { code: 'BAD_INPUT' },
      },
    ]);
    expect(await count('guest')).toBe(0);
  });
});

it('is nothing to a query', async () => {
  expect(await send('{ tags { totalCount } }')).toMatchObject(first);
  await served.all.tag.create({ data: { slug: 'between', label: 'L' } });
  expect(await send('{ __typename }')).toMatchObject({ ...first, body: { data: { __typename: 'Query' } } });
  expect(await records()).toEqual([]);
});

it('is refused where the answer holds a secret, however it is asked for', async () => {
  for (const query of [
    'mutation { signIn(email: "admin@example.test", password: "correct horse battery") { token } }',
    'mutation { x: signIn(email: "admin@example.test", password: "correct horse battery") { token } }',
    'mutation { ...F } fragment F on Mutation { ... { signIn(email: "admin@example.test", password: "correct horse battery") { token } } }',
  ]) {
    const answer = await send(query);
    expect(answer.body.errors?.[0]?.message).toBe(
      'The answer of signIn holds a secret, which is not kept. Send it without an Idempotency-Key.',
    );
    expect(answer.text).not.toContain('token');
  }
  expect(await records()).toEqual([]);
});

it.each(['', ' ', 'a b', 'é', 'x'.repeat(256)])('is refused when it is no key: "%s"', async (bad) => {
  const answer = await send(createTag('bad-key'), { headers: { 'idempotency-key': bad === 'é' ? 'Ã©' : bad } });
  expect(codes(answer)).toEqual(['BAD_INPUT']);
  expect(await count('bad-key')).toBe(0);
});

it('is kept for a caller who takes the answer as events', async () => {
  const accept = { headers: { accept: 'text/event-stream' } };
  const one = await send(createTag('events'), accept);
  expect(one.status).toBeLessThan(300);
  const two = await send(createTag('events'), accept);
  expect(two.text).toContain('"slug":"events"');
  expect([await count('events'), await audited('events')]).toEqual([1, 1]);
});

const records = (of = key) =>
  served.all.idempotencyRecord.findMany({ where: { key: { equals: of } }, orderBy: [{ step: 'asc' }] });

/** As after a crash between the commit and the answer: what was done is noted, what was answered is not. */
async function forgetAnswer() {
  for (const { scope, step } of await records())
    if (step === 0)
      await served.all.idempotencyRecord.update({
        where: { scope_key_step: { scope, key, step } },
        data: { outcome: '-1' },
      });
}

describe('130: after a crash before the answer', () => {
  it('answers from what is done', async () => {
    const one = await send(createTag('crash'));
    await forgetAnswer();
    expect(await send(createTag('crash'))).toEqual({ ...one, ...first });
    expect([await count('crash'), await audited('crash')]).toEqual([1, 1]);
    expect(await send(createTag('crash'))).toEqual({ ...one, ...again });
  });

  it('does what was not done, of several fields', async () => {
    const query = `mutation { a: createTag(data: { slug: "step-a", label: "L" }) { slug } b: createTag(data: { slug: "step-b", label: "L" }) { slug } }`;
    const one = await send(query);
    await forgetAnswer();
    // The second was never done.
    await served.all.tag.delete({ where: { slug: 'step-b' } });
    for (const { scope, step } of await records())
      if (step === 2) await served.all.idempotencyRecord.delete({ where: { scope_key_step: { scope, key, step } } });
    expect(await send(query)).toEqual({ ...one, ...first });
    expect([await count('step-'), await audited('step-a'), await audited('step-b')]).toEqual([2, 1, 2]);
  });

  it('gives a deleted row as it was, with what was nested in it, exactly', async () => {
    const site = await served.all.site.findFirst({ where: { name: { equals: 'Well 7' } } });
    const data = {
      quantity: 'nitrate',
      value: '123456789012.345',
      unit: 'mg/L',
      measuredAt: '2026-11-22T10:00:00.123Z',
      details: { a: [1, { b: null }], é: '"', __proto__x: 1 },
      rawFrame: 'AP8Q',
      serialNumber: '9007199254740993',
      site: { connect: { id: site!.id } },
      tags: { create: [{ slug: 'of-a-deleted-row', label: 'L' }] },
      comments: { create: [{ body: 'one' }, { body: 'two' }] },
    };
    const select = `{ id value measuredAt details rawFrame serialNumber createdAt internalNote reviewer { id }
      site { name latitude city { coordinates } } tags { totalCount nodes { label } edges { cursor } } many: comments(first: 1) { pageInfo { hasNextPage } nodes { body author { name } } } }`;
    const created = await served.run(
      'member',
      'mutation ($data: ObservationCreateInput!) { createObservation(data: $data) { id } }',
      { data },
    );
    const remove = `mutation { deleteObservation(where: { id: "${created.body.data.createObservation.id}" }) ${select} }`;
    const one = await send(remove);
    expect(one.body.data?.['deleteObservation']).toMatchObject({
      value: '123456789012.345',
      measuredAt: '2026-11-22T10:00:00.123Z',
      details: data.details,
      rawFrame: 'AP8Q',
      serialNumber: '9007199254740993',
      internalNote: null,
      site: { name: 'Well 7', city: { coordinates: '51.05 N 3.71667 E' } },
      tags: { totalCount: 1, nodes: [{ label: 'L' }] },
      many: { pageInfo: { hasNextPage: true } },
    });
    await forgetAnswer();
    expect(await send(remove)).toEqual({ ...one, ...first });
  });

  it('gives many rows again as they were', async () => {
    const query = `mutation { createTags(data: [{ slug: "bulk-a", label: "A" }, { slug: "bulk-b", label: "B" }]) { count a: nodes(first: 1) { slug } nodes { slug observations { totalCount } } } }`;
    const one = await send(query);
    expect(one.body.data?.['createTags']).toMatchObject({ count: 2, a: [{ slug: 'bulk-a' }] });
    await forgetAnswer();
    expect(await send(query)).toEqual({ ...one, ...first });
    expect([await count('bulk-'), await audited('bulk-')]).toEqual([2, 2]);
  });

  it('does nothing for a preview, which is not noted', async () => {
    const query = `mutation { createTags(data: [{ slug: "shown", label: "A" }], preview: true) { count } }`;
    const one = await send(query);
    expect(one.body.data).toEqual({ createTags: { count: 1 } });
    expect((await records()).map(({ step }) => step)).toEqual([0]);
    expect(await send(query)).toEqual({ ...one, ...again });
    expect(await count('shown')).toBe(0);
  });
});

// On a server, writers wait for rows (case 118).
it('keeps no answer that says to try again', onSqlite('the lock of a whole file'), async () => {
  {
    await using lock = await holdLockOf(served.platform.database);
    const busy = await send(createTag('busy'));
    await lock.release();
    expect([busy.status, codes(busy)]).toEqual([503, ['DATABASE_UNAVAILABLE']]);
  }
  expect(await send(createTag('busy'))).toMatchObject({ ...first, body: { data: { createTag: { slug: 'busy' } } } });
  expect([await count('busy'), await audited('busy')]).toEqual([1, 1]);
});

it('holds for 24 hours', async () => {
  const query = createTag('a-day');
  await send(query);
  const inHours = (await records()).map(({ expiresAt }) => Math.round((expiresAt.getTime() - Date.now()) / 36e5));
  expect(inHours).toEqual([24, 24]);
  for (const { scope, step } of await records())
    await served.all.idempotencyRecord.update({
      where: { scope_key_step: { scope, key, step } },
      data: { expiresAt: new Date(Date.now() - 1) },
    });
  expect(codes(await send(createTag('a-day')))).toEqual(['CONFLICT']);
  // With it went what had expired, and only that: the answer of now stands there alone.
  expect((await records()).map(({ step }) => step)).toEqual([0]);
});

it('keeps nothing readable of what was asked, and notes nobody', async () => {
  await send(createTag('private-slug'));
  const [answer, step] = await records();
  const asked = JSON.stringify([createTag('private-slug'), {}, null]);
  expect([answer?.bodyHash, step?.bodyHash]).toEqual(
    Array.from({ length: 2 }, () => createHash('sha256').update(asked).digest('hex')),
  );
  expect(await served.all.auditEntry.count({ where: { model: { equals: 'IdempotencyRecord' } } })).toBe(0);
});
