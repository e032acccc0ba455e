import { sql } from 'kysely';
import { badInput } from '../../errors.ts';
import { keyOf, scalarOf, type Model, type ScalarField } from '../../model/model.ts';
import { cachedStatement } from '../statement-cache.ts';
import { nameForCallers } from './check-columns.ts';
import type { KeyAt } from './new-keys.ts';
import type { RowWriterContext } from './row-writer.ts';

type Context = Pick<RowWriterContext, 'engine' | 'run' | 'schema'>;

/** The one field of the key, where the database counts it up and tells how far it has come. */
export function countedField({ engine }: Context, model: Model): ScalarField | undefined {
  if (!engine.countedKey) return undefined;
  const fields = keyOf(model).fields.map((name) => scalarOf(model, name));
  return fields.find(
    (it) => fields.length === 1 && it.default?.kind === 'function' && it.default.name === 'autoincrement',
  );
}

/** Where no insert returns its keys, one that is neither given nor counted up is known to nobody. Throws BAD_INPUT. */
export function countedFieldAlone(context: Context, model: Model, path: string): ScalarField {
  const counted = countedField(context, model);
  if (counted) return counted;
  const names = keyOf(model).fields.map((name) => nameForCallers(model, name));
  throw badInput(
    `"${path}" lacks ${names.join(', ')}, and this database does not tell what it makes up itself.`,
    'Give it a value.',
    path,
  );
}

/** The keys that were given out last, to so many rows one after the other. */
export async function readCountedKeys(
  context: Context,
  model: Model,
  { field, rows }: { field: ScalarField; rows: number },
): Promise<KeyAt> {
  const { engine, run } = context;
  const { statement, of } = engine.countedKey!;
  const [[told, stepTold = 1] = []] = await run(cachedStatement(context, 'counted key', () => statement).sql, []);
  const [key, step] = [BigInt(String(told)), BigInt(String(stepTold))];
  if (of === 'last') await checkGaps(context, model, { field, rows, last: key });
  const first = of === 'first' ? key : key - BigInt(rows - 1);
  if (field.type !== 'Int') return (at) => ({ [field.name]: engine.fromColumn(field, first + step * BigInt(at)) });
  // 32 bits are counted without asking for memory.
  const [from, by] = [Number(first), Number(step)];
  return (at) => ({ [field.name]: from + by * at });
}

/** Each is larger than any before it: with a gap among them, fewer would stand so close to the last one. */
async function checkGaps(
  context: Context,
  model: Model,
  { field, rows, last }: { field: ScalarField; rows: number; last: bigint },
): Promise<void> {
  const behind = cachedStatement(
    context,
    `counted ${model.name}`,
    () => sql`select count(*) from ${sql.table(model.table)} where ${sql.id(field.column)} > ${null}`,
  );
  const [[count] = []] = await context.run(behind.sql, [context.engine.toParameter(field, last - BigInt(rows))]);
  if (Number(count) !== rows) throw new Error(`${model.name} counts its keys with gaps.`);
}
