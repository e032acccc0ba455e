/** A rule that compares two fields of a row finds, in SQL, the rows that it finds on plain values, where one or both are absent too. */
import { afterAll, describe, expect, it } from 'vitest';
import { policy } from '../../src/app/policies/language.ts';
import type { PrismaClient } from '../../src/generated/sqlite/client.ts';
import { field } from '../../src/policy/field-value.ts';
import { open, readOnly } from '../../src/policy/policy.ts';
import type { SafeWhere } from '../../src/policy/where-types.ts';
import { openTestPlatform, type TestPlatform } from '../support/platform.ts';

const days = [null, new Date('2026-01-01'), new Date('2026-01-02')];
const titles = ['a', 'b'];
const descriptions = [null, 'a', 'c'];

/** Every combination of two dates and two texts, of which three may be absent. */
const rows = days
  .flatMap((startsOn) =>
    days.flatMap((endsOn) =>
      titles.flatMap((title) => descriptions.map((description) => ({ startsOn, endsOn, title, description }))),
    ),
  )
  .map((row, at) => ({ ...row, id: `s${String(at).padStart(2, '0')}` }));

type Row = (typeof rows)[number];

async function fill(client: PrismaClient) {
  for (const { id, title, ...row } of rows) {
    await client.organization.create({ data: { id, slug: id, name: id } });
    await client.survey.create({ data: { id, title, ...row, organizationId: id } });
  }
}

const fields = {
  id: readOnly,
  title: open,
  description: open,
  visibility: open,
  startsOn: open,
  endsOn: open,
  createdAt: readOnly,
  updatedAt: readOnly,
  organization: open,
  sites: open,
};

const platforms: TestPlatform[] = [];
afterAll(() => Promise.all(platforms.map((platform) => platform[Symbol.asyncDispose]())));

/** The surveys that a policy of this one condition shows. */
async function shown(where: SafeWhere<'Survey'>): Promise<unknown[]> {
  const platform = await openTestPlatform({
    policies: [policy('Survey', (words) => ({ read: words.where(where), fields }))],
    fill,
  });
  platforms.push(platform);
  return platform.as('alice').ids('surveys', { orderBy: [{ id: 'asc' }] });
}

const idsWhere = (holds: (row: Row) => boolean) => rows.filter(holds).map(({ id }) => id);
const there = (...values: unknown[]) => values.every((value) => value !== null);

const cases: [string, SafeWhere<'Survey'>, (row: Row) => boolean][] = [
  [
    'equals',
    { endsOn: { equals: field('startsOn') } },
    ({ endsOn, startsOn }) => there(endsOn, startsOn) && endsOn?.getTime() === startsOn?.getTime(),
  ],
  [
    'gt',
    { endsOn: { gt: field('startsOn') } },
    ({ endsOn, startsOn }) => there(endsOn, startsOn) && endsOn! > startsOn!,
  ],
  [
    'lte',
    { endsOn: { lte: field('startsOn') } },
    ({ endsOn, startsOn }) => there(endsOn, startsOn) && endsOn! <= startsOn!,
  ],
  [
    'required with optional',
    { title: { equals: field('description') } },
    ({ title, description }) => title === description,
  ],
  [
    'optional with required',
    { description: { gt: field('title') } },
    ({ title, description }) => there(description) && description! > title,
  ],
  [
    'in',
    { title: { in: ['b', field('description')] } },
    ({ title, description }) => title === 'b' || title === description,
  ],
  [
    'in, of fields alone',
    { description: { in: [field('title'), field('id')] } },
    ({ title, description }) => title === description,
  ],
];

describe('a field compared with another of its row', () => {
  it('is tried on every combination of values', () => {
    expect(rows).toHaveLength(54);
  });

  it.each(cases)('finds what it says: %s', async (_, where, holds) => {
    expect(await shown(where)).toEqual(idsWhere(holds));
  });

  it.each(cases)('and its opposite every other row: %s', async (_, where, holds) => {
    expect(await shown({ NOT: where })).toEqual(idsWhere((row) => !holds(row)));
  });

  it('is judged as it is stored, where the viewer reads neither', async () => {
    const rule = policy('Survey', (words) => ({
      read: words.where({ endsOn: { gt: field('startsOn') } }),
      fields: { ...fields, startsOn: {}, endsOn: {} },
    }));
    await using platform = await openTestPlatform({ policies: [rule], fill });
    expect(await platform.as('alice').ids('surveys', { orderBy: [{ id: 'asc' }] })).toEqual(
      idsWhere(({ endsOn, startsOn }) => there(endsOn, startsOn) && endsOn! > startsOn!),
    );
  });

  it('is of the row at the end of the path', async () => {
    const rule = policy('Organization', ({ exists }) => ({
      read: exists('surveys', { endsOn: { gt: field('startsOn') } }),
      fields: { id: readOnly, slug: open, name: open, createdAt: readOnly, memberships: readOnly, surveys: readOnly },
    }));
    await using platform = await openTestPlatform({ policies: [rule], fill });
    expect(await platform.as('alice').ids('organizations', { orderBy: [{ id: 'asc' }] })).toEqual(
      idsWhere(({ endsOn, startsOn }) => there(endsOn, startsOn) && endsOn! > startsOn!),
    );
  });

  it('is no word of callers: whatever they send is a value', async () => {
    await using platform = await openTestPlatform({ fill });
    const root = platform.as('root');
    await expect(root.ids('surveys', { where: { title: { equals: { field: 'description' } } } })).rejects.toThrow(
      'String cannot represent',
    );
    expect(await root.ids('surveys', { where: { title: { equals: 'description' } } })).toEqual([]);
  });
});
