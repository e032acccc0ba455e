import { generateSync } from 'otplib';
import { describe, expect, it } from 'vitest';
import { createSecondFactor } from '../../src/auth/second-factor.ts';
import { createSeal } from '../../src/auth/sealed.ts';
import { createUser } from '../../src/auth/sign-in.ts';
import { timeStepOf } from '../../src/auth/totp.ts';
import { openTemporaryDatabase } from '../support/temporary-database.ts';

const seal = createSeal('a secret of these tests, long enough', 'second factor');
const started = new Date('2024-02-28T23:00:00Z').getTime();
const seconds = 1000;

/** Ann with a second factor, her app and her recovery codes. The clock stands until it is moved. */
async function openWithFactor() {
  const database = await openTemporaryDatabase();
  const { client } = database;
  const { id } = await createUser(client, { email: 'ann@example.test', name: 'Ann' });
  let time = started;
  const factor = createSecondFactor(client, { seal, now: () => new Date(time) });
  const { secret, uri } = await factor.start(id, 'ann@example.test');
  const codeAt = (sinceStart: number) => generateSync({ secret, epoch: (started + sinceStart) / seconds });
  return {
    ...database,
    id,
    factor,
    secret,
    uri,
    codeAt,
    moveTo: (sinceStart: number) => (time = started + sinceStart),
  };
}

const failed = { code: 'SIGN_IN_FAILED' };

describe('a second factor', () => {
  it('asks for nothing until a code of the app has confirmed it', async () => {
    await using test = await openWithFactor();
    expect(test.uri).toBe(`otpauth://totp/Pergola:ann%40example.test?secret=${test.secret}&issuer=Pergola`);
    await expect(test.factor.require(test.id, undefined)).resolves.toBe(undefined);
    await expect(test.factor.confirm(test.id, '000000')).rejects.toMatchObject(failed);
    expect(await test.factor.isOn(test.id)).toBe(false);

    expect(await test.factor.confirm(test.id, test.codeAt(0))).toHaveLength(10);
    expect(await test.factor.isOn(test.id)).toBe(true);
    await expect(test.factor.require(test.id, undefined)).rejects.toMatchObject({ code: 'SECOND_FACTOR_REQUIRED' });
    await expect(test.factor.require(test.id, '')).rejects.toMatchObject({ code: 'SECOND_FACTOR_REQUIRED' });
  });

  it('cannot be replaced while it is on', async () => {
    await using test = await openWithFactor();
    await test.factor.confirm(test.id, test.codeAt(0));
    await expect(test.factor.start(test.id, 'x')).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(test.factor.confirm(test.id, test.codeAt(30 * seconds))).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('takes each code once, also when it is given twice at a time', async () => {
    await using test = await openWithFactor();
    await test.factor.confirm(test.id, test.codeAt(0));
    await expect(test.factor.require(test.id, test.codeAt(0))).rejects.toMatchObject(failed);
    test.moveTo(30 * seconds);
    const code = test.codeAt(30 * seconds);
    const attempts = await Promise.allSettled(Array.from({ length: 8 }, () => test.factor.require(test.id, code)));
    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('takes a recovery code once, also when it is given twice at a time, however it is typed', async () => {
    await using test = await openWithFactor();
    const [first = '', second = ''] = await test.factor.confirm(test.id, test.codeAt(0));
    expect(first).toMatch(/^([0-9a-f]{4}-){7}[0-9a-f]{4}$/);
    const attempts = await Promise.allSettled(Array.from({ length: 8 }, () => test.factor.require(test.id, first)));
    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await test.factor.require(test.id, ` ${second.toUpperCase().replaceAll('-', ' ')} `);
    await expect(test.factor.require(test.id, second)).rejects.toMatchObject(failed);
  });

  it('keeps of the recovery codes their hashes only, and they open nothing', async () => {
    await using test = await openWithFactor();
    const codes = await test.factor.confirm(test.id, test.codeAt(0));
    const rows = await test.client.recoveryCode.findMany();
    expect(rows).toHaveLength(10);
    for (const code of codes) expect(JSON.stringify(rows)).not.toContain(code.replaceAll('-', ''));
    await expect(test.factor.require(test.id, rows[0]!.id)).rejects.toMatchObject(failed);
    await expect(test.factor.require(test.id, rows[0]!.id.slice(0, 32))).rejects.toMatchObject(failed);
  });

  it("takes nobody else's recovery code", async () => {
    await using test = await openWithFactor();
    const [code = ''] = await test.factor.confirm(test.id, test.codeAt(0));
    const bob = await createUser(test.client, { email: 'bob@example.test', name: 'Bob' });
    const { secret } = await test.factor.start(bob.id, 'bob@example.test');
    await test.factor.confirm(bob.id, generateSync({ secret, epoch: started / seconds }));
    await expect(test.factor.require(bob.id, code)).rejects.toMatchObject(failed);
    await test.factor.require(test.id, code);
  });

  it('is stored so that whoever reads the table, or has another key, makes no code of it', async () => {
    await using test = await openWithFactor();
    const codes = await test.factor.confirm(test.id, test.codeAt(0));
    const row = await test.client.totpSecret.findUniqueOrThrow({ where: { userId: test.id } });
    expect(JSON.stringify(row)).not.toContain(test.secret);
    expect(seal.open(row.secret, test.id)).toBe(test.secret);
    expect(seal.close(test.secret, test.id)).not.toBe(row.secret);
    const changed = row.secret.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
    expect(() => seal.open(row.secret, 'somebody else')).toThrow('does not open');
    expect(() => seal.open(changed, test.id)).toThrow('does not open');
    expect(() => seal.open(test.secret, test.id)).toThrow('never sealed');
    for (const key of ['another secret of these tests, as long', undefined]) {
      const other = createSecondFactor(test.client, {
        seal: createSeal(key, 'second factor'),
        now: () => new Date(started),
      });
      test.moveTo(30 * seconds);
      await expect(other.require(test.id, test.codeAt(30 * seconds))).rejects.toThrow('does not open');
      // Whoever has lost the key has not lost the account.
      await other.require(test.id, codes.pop());
    }
    const off = createSecondFactor(test.client, { seal: createSeal(undefined, 'second factor') });
    const bob = await createUser(test.client, { email: 'bob@example.test', name: 'Bob' });
    await expect(off.start(bob.id, 'bob@example.test')).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('is stopped by a code of it, with its recovery codes', async () => {
    await using test = await openWithFactor();
    const [code = ''] = await test.factor.confirm(test.id, test.codeAt(0));
    await expect(test.factor.stop(test.id, '000000')).rejects.toMatchObject(failed);
    await test.factor.stop(test.id, code);
    expect(await test.factor.isOn(test.id)).toBe(false);
    expect(await test.client.recoveryCode.count()).toBe(0);
  });
});

describe('a code of the app', () => {
  // RFC 6238, appendix B, whose eight digits end in these six.
  const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
  it.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_234_567_890, '005924'],
    [20_000_000_000, '353130'],
  ])('is that of RFC 6238 at %d s', (time, code) => {
    const step = Math.floor(time / 30);
    expect(timeStepOf(code, secret, { after: step - 1, now: new Date(time * seconds) })).toBe(step);
    expect(timeStepOf(code, secret, { after: step, now: new Date(time * seconds) })).toBe(undefined);
  });

  it('is taken in the step before and after its own, no further', () => {
    const at = (time: number) => timeStepOf('081804', secret, { after: 0, now: new Date(time * seconds) });
    const step = 37_037_036;
    const begin = step * 30;
    expect([begin - 31, begin - 30, begin, begin + 59, begin + 60].map(at)).toEqual([
      undefined,
      step,
      step,
      step,
      undefined,
    ]);
  });

  it.each(['', '28708', '2870820', '28708a', '٢٨٧٠٨٢', ' 287082', '287082\n'])(
    'is six digits and nothing else: %j',
    (code) => {
      expect(timeStepOf(code, secret, { after: 0, now: new Date(59 * seconds) })).toBe(undefined);
    },
  );
});
