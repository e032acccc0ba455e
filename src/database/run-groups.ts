import type { AggregateRead } from './aggregate.ts';
import { guardGroups, type Group, type GroupKey, type GroupsRead } from './groups.ts';
import { bind } from './parameters.ts';
import type { RunContext } from './run-plan.ts';
import { addOffsets, offsetsAround, startOfBucket } from './time-bucket.ts';
import type { Offsets } from './time-zone.ts';
import { Values } from './values.ts';

/**
 * Runs a read of groups: one statement, and one before it where a key is in a time zone, for the span in which that
 * zone's clocks must be known.
 */
export async function runGroups(read: GroupsRead, values: Values, context: RunContext): Promise<Group[]> {
  const { planner, viewer } = context;
  // Whatever is refused is refused before the first statement, the one about the span included.
  guardGroups(read, { schema: planner.schema, policy: planner.policyOf(viewer) });
  const clocks = await clocksOf(read, values, context);
  const all = new Values(values.list);
  const keys = read.keys.map((key, at): GroupKey => {
    const [bucket, clock] = [key.bucket, clocks[at]];
    return bucket && clock ? { ...key, bucket: { unit: bucket.unit, offsets: addOffsets(clock, all) } } : key;
  });
  const { statement, decode } = planner.groupsPlan({ ...read, keys }, viewer);
  const groups = decode(await context.query(statement.sql, bind(statement.parameters, all.list, viewer, planner)));
  return groups.map((group) => ({
    ...group,
    keys: group.keys.map((key, at) => startOf(key, read.keys[at]!, clocks[at])),
  }));
}

const startOf = (day: unknown, { bucket }: GroupKey, clock: Offsets | undefined) =>
  bucket && clock && day instanceof Date ? startOfBucket(day, bucket.unit, clock) : day;

/**
 * How the clocks stood for each key that is in a time zone, from the first to the last of its values: of the same rows
 * and under the same right as the groups.
 */
async function clocksOf(
  { model, filter, keys }: GroupsRead,
  values: Values,
  { planner, viewer, query }: RunContext,
): Promise<(Offsets | undefined)[]> {
  const zoned = keys.filter(({ bucket }) => bucket?.timeZone !== undefined);
  if (zoned.length === 0) return [];
  const functions = zoned.flatMap(({ field }) => [{ name: 'min', field } as const, { name: 'max', field } as const]);
  const read: AggregateRead = { kind: 'aggregate', model, filter, functions };
  const { statement, decode } = planner.aggregatePlan(read, viewer);
  const ends = decode(await query(statement.sql, bind(statement.parameters, values.list, viewer, planner)));
  // Without any value there is nothing to be in a zone, and any moment will do.
  const moments = ends.map((end) => (end instanceof Date ? end.getTime() : 0));
  return keys.map((key, at) => {
    const place = zoned.indexOf(key);
    if (place === -1) return undefined;
    return offsetsAround([moments[2 * place]!, moments[2 * place + 1]!], key.bucket!.timeZone!, `by[${at}].timeZone`);
  });
}
