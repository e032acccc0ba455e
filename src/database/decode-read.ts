import { modelOf, scalarOf, type ScalarField, type Schema } from '../model/model.ts';
import { encodeCursor } from './cursor.ts';
import type { Engine } from './engine.ts';
import {
  isListOfRows,
  isPlainList,
  related,
  withheld,
  type ListRead,
  type OneRead,
  type OrderExpression,
  type Read,
  type Row,
  type Rows,
  type Selection,
} from './read.ts';

/** Parses the text of what `compileStatement` compiled into the JSON that `compileRead` tells of. */
export function parseRead(text: string | null, read: Read, engine: Engine): unknown {
  if (!engine.selectRows || !isListOfRows(read)) return text === null ? null : JSON.parse(text);
  const rows = JSON.parse(`[${text ?? ''}]`) as unknown[];
  if (isPlainList(read)) return rows;
  const rest = rows.pop() as unknown[];
  return [rows, ...rest];
}

/** Makes the reader of what `compileRead` compiled: JSON values in, rows out. */
export function makeDecoder(read: Read, context: DecodeContext): (json: unknown, limit: LimitOf) => Row | Rows | null {
  return read.kind === 'one' ? makeOneDecoder(read, context) : makeListDecoder(read, context);
}

export interface DecodeContext {
  readonly schema: Schema;
  readonly engine: Engine;
}

/** The value of a list's limit in this run. */
type LimitOf = (read: ListRead) => number | undefined;

function makeOneDecoder(read: OneRead, context: DecodeContext) {
  const decodeRow = makeRowDecoder(read.model, read.select, context);
  return (json: unknown, limitOf: LimitOf): Row | null =>
    json === null ? null : decodeRow(json as unknown[], limitOf);
}

function makeListDecoder(read: ListRead, context: DecodeContext) {
  const decodeRow = read.select && makeRowDecoder(read.model, read.select, context);
  const width = (read.select?.scalars.length ?? 0) + (read.select?.relations.length ?? 0);
  const withheldPlaces = read.select?.scalars.filter(({ visible }) => visible).length ?? 0;
  const firstPlace = width + withheldPlaces;
  const decoders = read.order.map(({ by }) => makeValueDecoder(orderedField(by, read.model, context.schema), context));
  const cursorOf = (item: readonly unknown[]) =>
    encodeCursor(
      read.order,
      decoders.map((decode, at) => decode(item[firstPlace + at] ?? null)),
    );
  const plain = isPlainList(read);
  return (json: unknown, limitOf: LimitOf): Rows => {
    const [items, total, skipped] = (plain ? [json, null, 0] : json) as [unknown[][] | null, number | null, unknown];
    const all = items ?? [];
    const limit = limitOf(read);
    const more = limit !== undefined && all.length > limit;
    const page = more ? all.slice(0, limit) : all;
    if (read.backwards) page.reverse();
    return {
      rows: decodeRow ? page.map((item) => decodeRow(item, limitOf)) : [],
      cursors: read.cursors ? page.map(cursorOf) : [],
      more,
      skipped: isTrue(skipped),
      total: total ?? undefined,
    };
  };
}

function makeRowDecoder(modelName: string, select: Selection, context: DecodeContext) {
  const model = modelOf(context.schema, modelName);
  const scalars = select.scalars.map(({ field, visible }) => ({
    name: field,
    conditional: visible !== undefined,
    decode: makeValueDecoder(scalarOf(model, field), context),
  }));
  const relations = select.relations.map(({ key, read }) => ({ key, decode: makeDecoder(read, context) }));
  return (item: readonly unknown[], limitOf: LimitOf): Row => {
    const row: Row = {};
    let at = 0;
    let hidden: Set<string> | undefined;
    for (const { name, conditional, decode } of scalars) {
      if (conditional && !isTrue(item[at++])) (hidden ??= new Set()).add(name);
      row[name] = decode(item[at++]);
    }
    if (hidden) row[withheld] = hidden;
    if (relations.length > 0) {
      const nested: Record<string, unknown> = {};
      for (const { key, decode } of relations) nested[key] = decode(item[at++], limitOf);
      row[related] = nested;
    }
    return row;
  };
}

export function makeValueDecoder(
  field: Pick<ScalarField, 'type' | 'enum'>,
  { schema, engine }: DecodeContext,
): (value: unknown) => unknown {
  const { type } = field;
  if (type === 'String' || type === 'Int') return (value) => value;
  const stored = field.enum && schema.enums.get(field.enum)?.values;
  if (stored) {
    const names = new Map(stored.map((it) => [it.stored, it.name]));
    return (value) => (value === null ? null : names.get(value as string));
  }
  return (value) => (value === null || value === undefined ? null : engine.fromJson(type, value));
}

/** Not every engine has truth values of its own in JSON. */
const isTrue = (value: unknown) => value === true || value === 1;

/** The field whose values an order term has, for reading a cursor. */
export function orderedField(
  by: OrderExpression,
  modelName: string,
  schema: Schema,
): Pick<ScalarField, 'type' | 'enum'> {
  if (by.kind === 'count') return { type: 'Int', enum: undefined };
  const model = modelOf(schema, modelName);
  if (by.kind === 'field') return scalarOf(model, by.field);
  const relation = model.fields.get(by.relation);
  if (relation?.kind !== 'relation') throw new Error(`${modelName} has no relation "${by.relation}".`);
  return orderedField(by.of, relation.target, schema);
}
