/** `pergola doctor`: what it finds, and that it says what to do without showing a secret. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { examine } from '../../src/cli/examine.ts';
import { readConfig } from '../../src/config.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pergola-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function findings(environment: Record<string, string>) {
  const config = readConfig({ DATABASE_URL: `file:${join(folder, 'none.db')}`, ...environment });
  return new Map((await examine(config)).map((finding) => [finding.about, finding]));
}

describe('pergola doctor', () => {
  it('looks at everything that a server needs', async () => {
    const found = await findings({});
    expect([...found.keys()]).toEqual(['node', 'policies', 'database', 'secrets', 'clock', 'redis', 'disk']);
    for (const about of ['node', 'policies', 'secrets', 'clock', 'redis']) expect(found.get(about)?.state).toBe('ok');
  });

  it('says that migrations are pending, and how to apply them', async () => {
    const { state, fact, remedy } = (await findings({})).get('database')!;
    expect([state, fact]).toEqual(['warning', expect.stringMatching(/^\d+ migrations are pending\.$/)]);
    expect(remedy).toContain('migrate deploy');
  });

  it('says that Redis does not answer, without its password', async () => {
    const { state, remedy, fact } = (await findings({ REDIS_URL: 'redis://:tiger@127.0.0.1:1' })).get('redis')!;
    expect([state, `${fact} ${remedy}`]).toEqual(['failed', expect.not.stringContaining('tiger')]);
  });

  it('asks for what production needs', async () => {
    const plain = await findings({ NODE_ENV: 'production' });
    expect(plain.get('secrets')).toMatchObject({ state: 'warning', fact: expect.stringContaining('PUBLIC_URL') });
    const secure = { NODE_ENV: 'production', PUBLIC_URL: 'https://pergola.example.org' };
    expect((await findings(secure)).get('secrets')).toMatchObject({ fact: expect.stringContaining('METRICS_TOKEN') });
    const watched = { ...secure, METRICS_TOKEN: 'a-token-of-sixteen-characters' };
    expect((await findings(watched)).get('secrets')).toMatchObject({ fact: expect.stringContaining('PERGOLA_SECRET') });
    const whole = await findings({ ...watched, PERGOLA_SECRET: 'a-secret-of-thirty-two-characters' });
    expect(whole.get('secrets')?.state).toBe('ok');
  });
});
