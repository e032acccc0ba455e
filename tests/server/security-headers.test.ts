/** What every answer tells a browser, whoever asks for what. */
import pino from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { application } from '../../src/app/index.ts';
import { readConfig } from '../../src/config.ts';
import { createServer } from '../../src/server/server.ts';
import { serve, type Served } from '../support/served.ts';

let served: Served;
beforeAll(async () => {
  served = await serve();
});
afterAll(() => served[Symbol.asyncDispose]());

const serverAt = (publicUrl: string) =>
  createServer({
    platform: served.platform,
    config: readConfig({ NODE_ENV: 'test', PUBLIC_URL: publicUrl }),
    logger: pino({ level: 'silent' }),
    personas: application.personas,
  });

interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const json = expect.stringMatching(/^application\/(graphql-response\+)?json\b/) as string;

const answers: readonly (readonly [string, string, Sent, string | null])[] = [
  ['an operation', '/graphql', { method: 'POST', body: '{"query":"{ __typename }"}' }, json],
  ['a refusal', '/graphql', { method: 'POST', body: '{' }, json],
  [
    'credentials that are none',
    '/graphql',
    { method: 'POST', headers: { authorization: 'Bearer x' }, body: '{}' },
    json,
  ],
  ['a probe', '/livez', {}, 'text/plain;charset=UTF-8'],
  // Without a body.
  ['a page that is none', '/no/such/page', {}, null],
];

it.each(answers)(
  '%s: nothing is run, framed, guessed at or told to other sites (ASVS 3.4)',
  async (_, path, init, type) => {
    const { headers } = await serverAt('https://api.example.test').fetch(`http://localhost:4000${path}`, {
      ...init,
      headers: { 'content-type': 'application/json', ...init.headers },
    });
    const told = (name: string) => headers.get(name);
    expect({
      type: told('content-type'),
      policy: told('content-security-policy'),
      sniffing: told('x-content-type-options'),
      referrer: told('referrer-policy'),
      resource: told('cross-origin-resource-policy'),
      transport: told('strict-transport-security'),
      origins: told('access-control-allow-origin'),
    }).toEqual({
      type,
      policy: "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      sniffing: 'nosniff',
      referrer: 'no-referrer',
      resource: 'same-origin',
      transport: 'max-age=31536000',
      origins: null,
    });
  },
);

it('says nothing of encryption where there is none', async () => {
  const { headers } = await serverAt('http://localhost:4000').fetch('http://localhost:4000/livez');
  expect(headers.get('strict-transport-security')).toBe(null);
});
