/** Who gets the SDK, which version it has, and what a client of another API is told. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorCodes } from '../../src/errors.ts';
import { connect, type Drift } from '../../src/sdk/connect.ts';
import { surveys } from '../../src/sdk/generated/operations/surveys.ts';
import { serveSdk, type ServedSdk } from './serve-sdk.ts';

let open: ServedSdk;
let closed: ServedSdk;
beforeAll(async () => {
  open = await serveSdk();
  closed = await serveSdk({ NODE_ENV: 'production' });
});
afterAll(async () => {
  await open[Symbol.asyncDispose]();
  await closed[Symbol.asyncDispose]();
});

const handshake = (body: object) => ({
  path: '/-/sdk/handshake',
  method: 'POST',
  headers: { 'content-type': 'application/json', 'content-length': String(JSON.stringify(body).length) },
  body: JSON.stringify(body),
});
const old = 'a'.repeat(64);

describe('in production', () => {
  it.each(['/-/npm/@pergola%2fsdk', '/-/npm/@pergola/sdk/-/sdk-1.0.0.tgz', '/-/sdk.tgz'])(
    'has no %s for who may not read the API',
    async (path) => {
      expect((await closed.request({ path })).status).toBe(404);
      expect((await open.request({ path: '/-/sdk.tgz' })).status).toBe(200);
    },
  );
  it('tells nobody else why a document fails', async () => {
    const asked = handshake({ apiHash: old, operations: { mine: '{ survys { nodes { id } } }' } });
    expect((await closed.request(asked)).body).toEqual({ status: 'stale', failing: [] });
  });
});

describe('the handshake', () => {
  it('names the operations that fail, and why', async () => {
    const operations = { mine: '{ survys { nodes { id } } }', good: '{ surveys { nodes { id } } }' };
    const { body } = await open.request(handshake({ apiHash: old, operations }));
    expect(body.status).toBe('broken');
    expect(body.failing).toEqual([{ operation: 'mine', reason: expect.stringContaining('survys') }]);
  });
  it('says nothing to a client of this very API', async () => {
    const drifts: Drift[] = [];
    const client = connect({ url: `${open.url}/graphql`, onDrift: (drift) => drifts.push(drift) });
    const { nodes } = await client.run(surveys, { first: 1 });
    expect(nodes[0]?.createdAt).toBeInstanceOf(Date);
    expect(drifts).toEqual([]);
  });
});

it('knows the codes of the server', () => {
  const text = readFileSync(new URL('../../src/sdk/error-codes.ts', import.meta.url), 'utf8');
  expect([...text.matchAll(/'(\w+)'/g)].map((match) => String(match[1])).toSorted()).toEqual(
    [...errorCodes].toSorted(),
  );
});
