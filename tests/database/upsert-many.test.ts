import { describe, expect, it } from 'vitest';
import type { Data } from '../../src/database/write/judge.ts';
import { hidden, open, policyLanguage } from '../../src/policy/policy.ts';
import { any, anyone, nobody } from '../../src/policy/rule.ts';
import { openTemporaryRows } from '../support/temporary-rows.ts';

const policy = policyLanguage<'admin' | 'editor'>();

/** Editors do not see currencies of the future, and write symbols that they cannot read. */
const currency = policy('Currency', ({ role, where }) => ({
  read: any(role('admin'), where({ name: { not: 'Future' } })),
  create: any(role('admin'), role('editor')),
  update: any(role('admin'), role('editor')),
  fields: {
    code: open,
    name: { read: anyone, write: any(role('admin'), where({ name: { not: 'Frozen' } })) },
    symbol: { read: any(role('admin'), nobody), write: anyone },
    countries: hidden,
  },
}));

async function openWithCurrencies(rows: readonly Data[]) {
  const test = await openTemporaryRows([currency]);
  const admin = await test.signIn('admin');
  await admin.write((writer) => writer.createMany('Currency', rows));
  const stored = async () => {
    const found = await admin.client.currency.findMany();
    return found.map(({ code, name, symbol }) => [code, name, symbol]);
  };
  return { ...test, admin, stored, [Symbol.asyncDispose]: test[Symbol.asyncDispose] };
}

const outcomes = (rows: readonly { outcome: string }[]) => rows.map(({ outcome }) => outcome);

describe('upsertMany', () => {
  it('creates what is not there, updates what differs, and leaves the rest alone', async () => {
    await using test = await openWithCurrencies([
      { code: 'EUR', name: 'Euro', symbol: '€' },
      { code: 'KES', name: 'Shilling' },
    ]);
    const rows = [
      { code: 'NOK', name: 'Krone' },
      { code: 'EUR', name: 'Euro', symbol: '€' },
      { code: 'KES', name: 'Kenyan shilling' },
    ];
    const written = await test.admin.write((writer) => writer.upsertMany('Currency', rows, ['code']));
    expect(written).toEqual([
      { key: { code: 'NOK' }, outcome: 'created' },
      { key: { code: 'EUR' }, outcome: 'same' },
      { key: { code: 'KES' }, outcome: 'updated', before: { name: 'Shilling' } },
    ]);
    expect(await test.stored()).toEqual([
      ['EUR', 'Euro', '€'],
      ['KES', 'Kenyan shilling', null],
      ['NOK', 'Krone', null],
    ]);
  });

  it('updates a key that is given twice, as it would be one by one', async () => {
    await using test = await openWithCurrencies([]);
    const rows = ['A', 'B', 'B'].map((name) => ({ code: 'EUR', name }));
    const written = await test.admin.write((writer) => writer.upsertMany('Currency', rows, ['code']));
    expect(outcomes(written)).toEqual(['created', 'updated', 'same']);
    expect(await test.stored()).toEqual([['EUR', 'B', null]]);
  });

  it('does not tell whether a value that the viewer cannot read is the same', async () => {
    await using test = await openWithCurrencies([{ code: 'EUR', name: 'Euro', symbol: '€' }]);
    const editor = await test.signIn('editor');
    for (const symbol of ['€', '$']) {
      const written = await editor.write((writer) =>
        writer.upsertMany('Currency', [{ code: 'EUR', symbol }], ['code']),
      );
      expect(outcomes(written)).toEqual(['updated']);
    }
  });

  it('meets a row that the viewer cannot read as any new row would', async () => {
    await using test = await openWithCurrencies([{ code: 'XFU', name: 'Future' }]);
    const editor = await test.signIn('editor');
    const rows = [{ code: 'XFU', name: 'Mine' }];
    const refused = editor.write((writer) => writer.upsertMany('Currency', rows, ['code']));
    await expect(refused).rejects.toMatchObject({ code: 'CONFLICT', inputPath: 'data[0]' });
    expect(await test.stored()).toEqual([['XFU', 'Future', null]]);
  });

  it('refuses an update that update refuses, and names the row', async () => {
    await using test = await openWithCurrencies([{ code: 'FRZ', name: 'Frozen' }]);
    const editor = await test.signIn('editor');
    const rows = [
      { code: 'NEW', name: 'New' },
      { code: 'FRZ', name: 'Thawed' },
    ];
    const refused = editor.write((writer) => writer.upsertMany('Currency', rows, ['code']));
    await expect(refused).rejects.toMatchObject({ code: 'FORBIDDEN', inputPath: 'data[1]' });
    expect(await test.stored()).toEqual([['FRZ', 'Frozen', null]]);
  });

  it('refuses fields that are no unique key, and rows without their key', async () => {
    await using test = await openWithCurrencies([]);
    const upsert = (rows: Data[], by: string[]) =>
      test.admin.write((writer) => writer.upsertMany('Currency', rows, by));
    await expect(upsert([{ code: 'EUR' }], ['name'])).rejects.toMatchObject({ code: 'BAD_INPUT', inputPath: 'key' });
    await expect(upsert([{ name: 'Euro' }], ['code'])).rejects.toMatchObject({
      code: 'BAD_INPUT',
      inputPath: 'data[0]',
    });
  });

  it('compares every type by value, and finds keys through relations', async () => {
    await using test = await openTemporaryRows();
    const admin = await test.signIn('admin');
    await admin.write((writer) => writer.create('Organization', { slug: 'o', name: 'O' }));
    const survey = (over: Data = {}): Data => ({
      title: 'S',
      startsOn: new Date('2026-03-01T00:00:00Z'),
      endsOn: null,
      visibility: 'PUBLIC',
      organization: { connect: { slug: 'o' } },
      ...over,
    });
    const upsert = (data: Data) =>
      admin.write((writer) => writer.upsertMany('Survey', [data], ['organizationId', 'title'])).then(outcomes);
    expect(await upsert(survey())).toEqual(['created']);
    expect(await upsert(survey())).toEqual(['same']);
    expect(await upsert(survey({ endsOn: new Date('2026-04-01T00:00:00Z') }))).toEqual(['updated']);
    expect(await upsert(survey({ visibility: 'PRIVATE' }))).toEqual(['updated']);
  });
});
