/** Clocks of the world, as Node knows them: when they changed, and when a day began. */
import { describe, expect, it } from 'vitest';
import { startOfBucket } from '../../src/database/time-bucket.ts';
import { nextUnit, type TimeUnit } from '../../src/database/time-unit.ts';
import { firstMomentOf, offsetsOf, timeZoneNamed, type Offsets } from '../../src/database/time-zone.ts';

const hour = 3600;

/** Always by way of `Intl`, without anything of what is tested. */
function offsetBy(format: Intl.DateTimeFormat, moment: number): number {
  const part = (type: string) => Number(parts.find((one) => one.type === type)!.value);
  const parts = format.formatToParts(moment);
  const local = new Date(0);
  local.setUTCFullYear(part('year'), part('month') - 1, part('day'));
  local.setUTCHours(part('hour'), part('minute'), part('second'));
  return (local.getTime() - Math.floor(moment / 1000) * 1000) / 1000;
}

const formatFor = (timeZone: string) =>
  new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });

const offsets = (zone: string, from: string, to: string): Offsets =>
  offsetsOf(zone, { from: Date.parse(from), to: Date.parse(to), maxChanges: 10_000 })!;

const shown = ({ changes }: Offsets) =>
  changes.map(({ moment, offset }) => [new Date(moment).toISOString(), offset / hour]);

describe('the offsets of a zone', () => {
  it('change with summer time', () => {
    const amsterdam = offsets('Europe/Amsterdam', '2026-01-01T00:00:00Z', '2027-01-01T00:00:00Z');
    expect([amsterdam.first / hour, ...shown(amsterdam)]).toEqual([
      1,
      ['2026-03-29T01:00:00.000Z', 2],
      ['2026-10-25T01:00:00.000Z', 1],
    ]);
  });

  it.each([
    ['UTC', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z', 0],
    ['Etc/GMT+5', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z', 0],
    // Its last summer was that of 1951.
    ['Asia/Tokyo', '1952-01-01T00:00:00Z', '9999-12-31T23:59:59Z', 0],
    ['America/New_York', '2200-01-01T00:00:00Z', '2210-01-01T00:00:00Z', 20],
  ])('of %s from %s to %s change %3$d times', (zone, from, to, times) => {
    expect(offsets(zone, from, to).changes).toHaveLength(times);
  });

  it('are those of seconds where clocks were set by the sun', () => {
    expect(offsets('Europe/Paris', '1880-01-01T00:00:00Z', '1880-01-02T00:00:00Z').first).toBe(9 * 60 + 21);
  });

  it('are given up where they change too often', () => {
    const span = { from: Date.parse('2000-01-01'), to: Date.parse('2003-01-01') };
    expect(offsetsOf('Europe/Paris', { ...span, maxChanges: 6 })?.changes).toHaveLength(6);
    expect(offsetsOf('Europe/Paris', { ...span, maxChanges: 5 })).toBe(undefined);
  });

  it.each(['Asia/Gaza', 'America/Boa_Vista', 'Africa/Tunis', 'Africa/Casablanca', 'Africa/Cairo'])(
    'leave no change out, also where two follow within a week: %s, looked through by the day',
    (zone) => {
      const [from, to] = [Date.parse('1940-01-01'), Date.parse('2045-01-01')];
      const format = formatFor(zone);
      const { first, changes } = offsetsOf(zone, { from, to, maxChanges: 10_000 })!;
      const known = (moment: number) => changes.findLast((change) => change.moment <= moment)?.offset ?? first;
      const wrong: string[] = [];
      for (let moment = from; moment < to; moment += 86_400_000)
        if (offsetBy(format, moment) !== known(moment)) wrong.push(new Date(moment).toISOString());
      expect(wrong).toEqual([]);
    },
  );
});

describe('a day', () => {
  const startOf = (zone: string, day: string, unit: TimeUnit = 'day') => {
    const date = new Date(`${day}T00:00:00.000Z`);
    const year = 366 * 86_400_000;
    const known = offsetsOf(zone, { from: date.getTime() - year, to: date.getTime() + year, maxChanges: 100 })!;
    return startOfBucket(date, unit, known).toISOString();
  };

  it.each<[string, string, string, TimeUnit, string]>([
    ['begins at midnight', 'Europe/Amsterdam', '2026-07-01', 'day', '2026-06-30T22:00:00.000Z'],
    [
      'begins at midnight, the offset of which is not that of noon',
      'Europe/Amsterdam',
      '2026-03-29',
      'day',
      '2026-03-28T23:00:00.000Z',
    ],
    [
      'begins at one where clocks were set forward at midnight',
      'America/Sao_Paulo',
      '2018-11-04',
      'day',
      '2018-11-04T03:00:00.000Z',
    ],
    // At 00:01 they were set back into the day before, which then ended a second time.
    ['begins when it is first seen', 'America/St_Johns', '2010-11-07', 'day', '2010-11-07T02:30:00.000Z'],
    [
      'that was passed over has no beginning of its own: its week has',
      'Pacific/Apia',
      '2011-12-26',
      'week',
      '2011-12-26T10:00:00.000Z',
    ],
    [
      'after one that was passed over begins where that would have',
      'Pacific/Apia',
      '2011-12-31',
      'day',
      '2011-12-30T10:00:00.000Z',
    ],
    ['of a year begins with it', 'Asia/Kathmandu', '1986-01-01', 'year', '1985-12-31T18:30:00.000Z'],
    [
      'is the first of all, wherever the clocks are',
      'America/New_York',
      '0001-01-01',
      'day',
      '0001-01-01T00:00:00.000Z',
    ],
    ['is the first of all, wherever the clocks are', 'Asia/Tokyo', '0001-01-01', 'month', '0001-01-01T00:00:00.000Z'],
  ])('%s: %s %s, %s', (_, zone, day, unit, expected) => {
    expect(startOf(zone, day, unit)).toBe(expected);
  });

  it('that begins a month which the clocks passed over begins with the first that they showed', () => {
    const jump: Offsets = { first: 0, changes: [{ moment: Date.parse('2000-01-31T12:00:00Z'), offset: 24 * hour }] };
    const [day, next] = ['2000-02-01', '2000-03-01'].map((one) => Date.parse(one));
    expect(new Date(firstMomentOf(jump, day!, next!)).toISOString()).toBe('2000-01-31T12:00:00.000Z');
  });
});

describe('the next', () => {
  it.each<[TimeUnit, string, string]>([
    ['day', '2024-02-28', '2024-02-29'],
    ['week', '2026-12-28', '2027-01-04'],
    ['month', '2026-12-01', '2027-01-01'],
    ['quarter', '2026-10-01', '2027-01-01'],
    ['year', '0099-01-01', '0100-01-01'],
  ])('%s after %s begins on %s', (unit, day, expected) => {
    expect(nextUnit(new Date(day), unit).toISOString().slice(0, 10)).toBe(expected);
  });
});

describe('the name of a zone', () => {
  it('may be written in any case', () => {
    expect(timeZoneNamed('europe/amsterdam', 'x')).toBe('Europe/Amsterdam');
    expect(timeZoneNamed('Etc/UTC', 'x')).toBe('UTC');
  });

  it.each([
    ['Europe/Amsterdm', 'There is no time zone "Europe/Amsterdm". Write "Europe/Amsterdam".'],
    ['Amsterdam', 'There is no time zone "Amsterdam". Give a name of the IANA database, such as "Europe/Amsterdam".'],
    ['+02:00', 'There is no time zone "+02:00". Give a name of the IANA database, such as "Europe/Amsterdam".'],
    ['', 'There is no time zone "". Give a name of the IANA database, such as "Europe/Amsterdam".'],
  ])('that nobody knows is refused with the nearest: %j', (name, message) => {
    expect(() => timeZoneNamed(name, 'by[0].timeZone')).toThrow(
      expect.objectContaining({ code: 'BAD_INPUT', message, inputPath: 'by[0].timeZone' }),
    );
  });
});
