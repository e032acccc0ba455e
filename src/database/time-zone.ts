import { LRUCache } from 'lru-cache';
import { badInput } from '../errors.ts';
import { nearest } from '../model/nearest.ts';

/** How a zone's clocks stood through a span of time. Moments are milliseconds since 1970, offsets seconds east of UTC. */
export interface Offsets {
  /** At the beginning of the span. */
  readonly first: number;
  readonly changes: readonly OffsetChange[];
}

export interface OffsetChange {
  readonly moment: number;
  /** From this moment on. */
  readonly offset: number;
}

/** Clocks were set by the sun before: the first change of any zone is of 1844. */
const firstYear = 1840;
/** Where clocks still change in this year they do so by a rule, every year; elsewhere they do not change any more. */
const lastListedYear = 2101;

/**
 * Engines differ in the zones that they know, or know none, so the zones are those of Node, and no engine is asked.
 *
 * @returns the zone under the one name that Node has for it.
 * @throws BAD_INPUT with the nearest name for a zone that Node does not know.
 */
export function timeZoneNamed(name: string, path: string): string {
  try {
    // Later versions of Node take offsets for names.
    if (/^[a-z]/i.test(name)) return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    // Said below.
  }
  const like = nearest(name.slice(0, 50), Intl.supportedValuesOf('timeZone'));
  const remedy = like ? `Write "${like}".` : 'Give a name of the IANA database, such as "Europe/Amsterdam".';
  throw badInput(`There is no time zone "${name.slice(0, 50)}".`, remedy, path);
}

/** @returns undefined when the span holds more than `maxChanges`. */
export function offsetsOf(
  zone: string,
  { from, to, maxChanges }: { from: number; to: number; maxChanges: number },
): Offsets | undefined {
  const changes: OffsetChange[] = [];
  const lastYear = new Date(to).getUTCFullYear();
  for (let year = Math.max(firstYear, new Date(from).getUTCFullYear()); year <= lastYear; year++) {
    const found = changesIn(zone, year);
    if (found.length === 0 && year > lastListedYear) break;
    changes.push(...found.filter(({ moment }) => moment > from && moment <= to));
    if (changes.length > maxChanges) return undefined;
  }
  return { first: clockOf(zone)(from), changes };
}

/**
 * The earliest moment that the zone's calendars showed a day from `day` on, and before `nextDay`; both are midnights
 * as UTC writes them. A day may begin after midnight, and may have been passed over altogether.
 */
export function firstMomentOf({ first, changes }: Offsets, day: number, nextDay: number): number {
  let [since, offset] = [-Infinity, first];
  for (const change of [...changes, { moment: Infinity, offset: 0 }]) {
    const moment = Math.max(since, day - offset * 1000);
    if (moment < change.moment && moment + offset * 1000 < nextDay) return moment;
    [since, offset] = [change.moment, change.offset];
  }
  return day;
}

/**
 * Two changes that undo each other within one step would be missed. The nearest two lie 6.9 days apart: every zone was
 * looked through by the day, from 1800 to 2110, and the test does so for the worst.
 */
const stepMs = 4 * 86_400_000;

/** Entries kept: one per zone and year (a hundred bytes each). */
const yearCache = new LRUCache<string, readonly OffsetChange[]>({ max: 20_000 });

/** The changes after the beginning of the year, up to the beginning of the next. */
function changesIn(zone: string, year: number): readonly OffsetChange[] {
  const key = `${zone} ${year}`;
  let changes = yearCache.get(key);
  if (!changes) yearCache.set(key, (changes = findChanges(clockOf(zone), Date.UTC(year, 0), Date.UTC(year + 1, 0))));
  return changes;
}

function findChanges(offsetAt: (moment: number) => number, from: number, to: number): OffsetChange[] {
  const changes: OffsetChange[] = [];
  let [known, offset] = [from, offsetAt(from)];
  while (known < to) {
    let [before, after] = [known, Math.min(known + stepMs, to)];
    if (offsetAt(after) === offset) {
      known = after;
      continue;
    }
    while (after - before > 1000) {
      const middle = before + Math.floor((after - before) / 2000) * 1000;
      if (offsetAt(middle) === offset) before = middle;
      else after = middle;
    }
    // The search goes on from the change itself: another may follow within the same step.
    [known, offset] = [after, offsetAt(after)];
    changes.push({ moment: known, offset });
  }
  return changes;
}

const clockCache = new LRUCache<string, (moment: number) => number>({ max: 50 });

function clockOf(zone: string): (moment: number) => number {
  let clock = clockCache.get(zone);
  if (!clock) clockCache.set(zone, (clock = makeClock(zone)));
  return clock;
}

/** Reads the offset off what Node writes behind a date, such as `GMT+05:30`, in old times `GMT-00:01:15`, or `GMT`. */
function makeClock(zone: string): (moment: number) => number {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  return (moment) => {
    const [, sign, hours = '0', minutes = '0', seconds = '0'] =
      /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(format.format(moment)) ?? [];
    const size = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
    return sign === '-' ? -size : size;
  };
}
