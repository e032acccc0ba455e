/** DATABASE_URL of a server: one reading of it, for the server and for its migrations. */
import { describe, expect, it } from 'vitest';
import { pushSchema } from '../../src/database/schema-engine/migrations.ts';
import { serverUrl } from '../../src/database/server-url.ts';
import { requirement } from '../support/requirements.ts';

const tlsOf = (query: string) => serverUrl(`mysql://user@db.example/pergola${query}`, 3306).tls;

describe('the URL of a server', () => {
  it('says who connects, where and to what', () => {
    const url = 'mysql://ann%40b:p%2Fw@[::1]:3307/my%20data';
    expect(serverUrl(url, 3306)).toMatchObject({
      host: '::1',
      port: 3307,
      user: 'ann@b',
      password: 'p/w',
      database: 'my data',
    });
    expect(serverUrl('mysql://db.example/pergola', 3306).port).toBe(3306);
  });

  it.each(['?ssl=true', '?sslmode=require', '?sslmode=verify-full', '?sslaccept=strict', '?ssl=tru'])(
    'has %s encrypt the connection and check the certificate',
    (query) => expect(tlsOf(query)).toEqual({ rejectUnauthorized: true }),
  );

  it.each(['?ssl=unchecked', '?sslmode=no-verify', '?sslaccept=accept_invalid_certs'])(
    'has %s encrypt the connection alone',
    (query) => expect(tlsOf(query)).toEqual({ rejectUnauthorized: false }),
  );

  it.each(['', '?ssl=false', '?sslmode=disable'])('leaves the connection open with "%s"', (query) =>
    expect(tlsOf(query)).toBeUndefined(),
  );

  it.each([
    ['no database', 'mysql://user:secret@db.example'],
    ['no server', 'mysql://user:secret@'],
    ['a port that is none', 'mysql://user:secret@db.example:x/y'],
  ])('is refused with %s, and not shown', (_, url) => {
    expect(() => serverUrl(url, 3306)).toThrow('DATABASE_URL names no server or no database.');
    expect(() => serverUrl(url, 3306)).not.toThrow(/secret/);
  });
});

const { needed, location } = requirement('mysql');

// The server of the tests has no certificate, so it can only be reached in plain text.
describe('a server that cannot encrypt', needed, () => {
  const url = new URL(`${location}?ssl=true`);
  url.pathname = '/pergola_never_made';

  it('gets no password from a migration that was told to encrypt', async () => {
    await expect(pushSchema({ url: url.href, schema: 'model A {\n  id Int @id\n}' })).rejects.toThrow(
      'does not encrypt its connections',
    );
  });
});
