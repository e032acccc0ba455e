/** Groups by units of time: as the calendar on the wall of a time zone has them. */
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { policy } from '../../src/app/policies/language.ts';
import type { PrismaClient } from '../../src/generated/sqlite/client.ts';
import { anyone } from '../../src/policy/rule.ts';
import { insertRows } from '../support/naive-world.ts';
import { observationFields } from '../support/open-fields.ts';
import { openTestPlatform, type TestPlatform } from '../support/platform.ts';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await openTestPlatform();
});
afterAll(() => platform[Symbol.asyncDispose]());

describe('units of time', () => {
  const moments = randomMoments(300);
  const fill = async (client: PrismaClient) => {
    await insertRows(client, { Site: [{ id: 's0', name: 'x' }], Observation: [], Comment: [], Tag: [] });
    await client.observation.createMany({
      data: moments.map((measuredAt, at) => ({
        id: `o${at}`,
        measuredAt: new Date(measuredAt),
        quantity: 'x',
        unit: 'x',
        value: at,
        siteId: 's0',
        authorId: 'alice',
      })),
    });
  };
  let clocks: TestPlatform;
  beforeAll(async () => {
    clocks = await openTestPlatform({ fill });
  });
  afterAll(() => clocks[Symbol.asyncDispose]());

  /** The first day of the unit, by what the zone's calendar says. */
  function dayOf(zone: string, unit: string): (moment: number) => string {
    const format = new Intl.DateTimeFormat('en-CA', {
      timeZone: zone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
    });
    return (moment) => {
      const day = new Date(format.format(moment));
      if (unit === 'week') day.setUTCDate(day.getUTCDate() - ((day.getUTCDay() + 6) % 7));
      if (unit !== 'day' && unit !== 'week') day.setUTCDate(1);
      if (unit === 'quarter') day.setUTCMonth(day.getUTCMonth() - (day.getUTCMonth() % 3));
      if (unit === 'year') day.setUTCMonth(0);
      return day.toISOString().slice(0, 10);
    };
  }

  const zones = [
    'Europe/Amsterdam',
    'America/New_York',
    'Asia/Kathmandu',
    'Australia/Lord_Howe',
    'Pacific/Apia',
    'America/St_Johns',
    'Asia/Tokyo',
  ];
  const cases = zones.flatMap((zone) =>
    ['day', 'week', 'month', 'quarter', 'year'].map((unit) => [unit, zone] as const),
  );

  it.each([...cases, ['week', 'UTC'] as const, ['month', 'Etc/GMT-3'] as const])(
    'are those of the calendar on the wall: %s in %s',
    async (unit, zone) => {
      const viewer = clocks.as('root');
      const where = { value: { lt: '100' } };
      const document = `query ($where: ObservationWhere, $zone: String) {
        groups: observationGroups(by: [{ field: measuredAt, unit: ${unit}, timeZone: $zone }], where: $where, first: 100) { key { measuredAt } count }
      }`;
      const { data, errors } = await viewer.run<{ groups: { key: { measuredAt: string }; count: number }[] }>(
        document,
        { zone, where },
      );
      expect(errors).toBe(undefined);
      expect(viewer.statements).toBe(zone === 'UTC' ? 1 : 2);
      const day = dayOf(zone, unit);
      const expected = new Map<string, number>();
      for (const moment of moments.slice(0, 100)) expected.set(day(moment), (expected.get(day(moment)) ?? 0) + 1);
      const found = data.groups.map(({ key, count }) => [day(Date.parse(key.measuredAt)), count]);
      expect(found).toEqual([...expected].toSorted(([one], [other]) => (one < other ? -1 : 1)));
      // Each begins with its own first moment: the one before lies in another.
      const early = data.groups.filter(
        ({ key }) => day(Date.parse(key.measuredAt) - 1) === day(Date.parse(key.measuredAt)),
      );
      expect(early).toEqual([]);
    },
  );

  it('of a DateTime without a zone, and of a Date, are those of the calendar', async () => {
    const { data } = await platform.as('root').run(`{
      moments: observationGroups(by: [{ field: measuredAt, unit: month }]) { key { measuredAt } count }
      days: surveyGroups(by: [{ field: startsOn, unit: month }, { field: visibility }]) { key { startsOn visibility } count }
      weeks: surveyGroups(by: [{ field: startsOn, unit: week }]) { key { startsOn } count }
    }`);
    expect(data).toEqual({
      moments: [{ key: { measuredAt: '2026-01-01T00:00:00.000Z' }, count: 18 }],
      days: ['PRIVATE', 'PUBLIC'].map((visibility) => ({ key: { startsOn: '2026-01-01', visibility }, count: 2 })),
      weeks: [{ key: { startsOn: '2025-12-29' }, count: 4 }],
    });
  });

  it('may be in two zones at once, and are put in order', async () => {
    const viewer = platform.as('root');
    const { data } = await viewer.run(`{
      observationGroups(by: [{ field: measuredAt, unit: week, timeZone: "Asia/Tokyo" }, { field: createdAt, unit: month, timeZone: "America/New_York" }],
        orderBy: [{ key: { measuredAt: desc } }], first: 2) { key { measuredAt createdAt } count }
    }`);
    expect(data).toEqual({
      observationGroups: [
        { key: { measuredAt: '2026-01-11T15:00:00.000Z', createdAt: '2026-01-01T05:00:00.000Z' }, count: 7 },
        { key: { measuredAt: '2026-01-04T15:00:00.000Z', createdAt: '2026-01-01T05:00:00.000Z' }, count: 7 },
      ],
    });
    expect(viewer.statements).toBe(2);
  });

  it('of hidden values are none: no clock is asked for them, and they are absent (attack 39)', async () => {
    const someTimes = policy('Observation', ({ where }) => ({
      read: anyone,
      fields: { ...observationFields, measuredAt: { read: where({ status: { equals: 'DRAFT' } }) } },
    }));
    await using strict = await openTestPlatform({ policies: [someTimes] });
    const document =
      '{ observationGroups(by: [{ field: measuredAt, unit: month, timeZone: "Europe/Amsterdam" }]) { key { measuredAt } count } }';
    const before = await strict.as('root').run(document);
    expect(before).toEqual({
      data: {
        observationGroups: [
          { key: { measuredAt: null }, count: 13 },
          { key: { measuredAt: '2025-12-31T23:00:00.000Z' }, count: 5 },
        ],
      },
    });
    // A hidden moment in a far year would make the span too long, were it looked at.
    await strict.database.unguarded.observation.update({
      where: { id: 'a-open-published' },
      data: { measuredAt: new Date('0001-01-01') },
    });
    await strict.database.unguarded.observation.update({
      where: { id: 'b-open-published' },
      data: { measuredAt: new Date('9999-01-01') },
    });
    expect(await strict.as('root').run(document)).toEqual(before);
  });

  it('are refused where the clocks of the zone change more often than one statement can say, and answered up to there', async () => {
    await using own = await openTestPlatform();
    const set = async (id: string, day: string) =>
      own.database.unguarded.observation.update({ where: { id }, data: { measuredAt: new Date(`${day}T00:00:00Z`) } });
    const root = own.as('root');
    const document =
      'query ($zone: String) { observationGroups(by: [{ field: measuredAt, unit: year, timeZone: $zone }]) { key { measuredAt } count } }';
    await set('a-open-draft', '2150-06-01');
    // Twice a year from 2025 to 2151, and once in what is looked at of 2152 or 2024.
    const answer = await root.run(document, { zone: 'Europe/Amsterdam' });
    expect(answer).toEqual({
      data: {
        observationGroups: [
          { key: { measuredAt: '2025-12-31T23:00:00.000Z' }, count: 17 },
          { key: { measuredAt: '2149-12-31T23:00:00.000Z' }, count: 1 },
        ],
      },
    });
    await set('a-open-draft', '2160-06-01');
    expect(await root.run(document, { zone: 'Europe/Amsterdam' })).toEqual({
      data: null,
      errors: [
        {
          code: 'BAD_INPUT',
          message:
            'The clocks of Europe/Amsterdam change more than 255 times from 2024 to 2161. Narrow "where" to fewer years, or leave "timeZone" out.',
          path: 'observationGroups',
          inputPath: 'by[0].timeZone',
        },
      ],
    });
    // Where the clocks stand still, no span is too long.
    await set('a-open-draft', '9999-12-31');
    const { data } = await root.run<{ observationGroups: object[] }>(document, { zone: 'Asia/Tokyo' });
    expect(data.observationGroups.at(-1)).toEqual({ key: { measuredAt: '9998-12-31T15:00:00.000Z' }, count: 1 });
  });
});

/** Over the last hundred years, half of them near a midnight. */
function randomMoments(length: number): number[] {
  const span = { from: Date.parse('1926-01-01'), to: Date.parse('2030-01-01') };
  const [moments] = fc.sample(
    fc.array(
      fc
        .tuple(fc.integer({ min: span.from, max: span.to }), fc.boolean(), fc.integer({ min: -14, max: 14 }))
        .map(([ms, near, hours]) => {
          const day = Math.floor(ms / 86_400_000) * 86_400_000;
          return near ? day + hours * 3_600_000 - 1 : ms;
        }),
      { minLength: length, maxLength: length },
    ),
    { numRuns: 1, seed: 9 },
  );
  return moments!;
}
