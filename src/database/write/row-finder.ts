import { sql } from 'kysely';
import { Decimal } from '@prisma/client/runtime/client';
import { keyOf, scalarOf, type Model } from '../../model/model.ts';
import { always, bigIntText, type Filter } from '../../policy/filter.ts';
import type { Viewer } from '../../policy/viewer.ts';
import type { ViewerPolicy } from '../../policy/viewer-policy.ts';
import { compileFilter, parameter } from '../compile-filter.ts';
import { compileRead } from '../compile-read.ts';
import { makeDecoder } from '../decode-read.ts';
import type { Sql } from '../engine.ts';
import { partsOf } from '../grouping.ts';
import { guardRead } from '../guard.ts';
import { bind, type Parameter } from '../parameters.ts';
import { keyFilter } from '../parse-arguments.ts';
import type { Statement } from '../plan.ts';
import type { ListRead, Row, Rows, Selection } from '../read.ts';
import type { KeyValues, RowWriterContext } from './row-writer.ts';
import { column, type CompileContext, type Scope } from '../scope.ts';
import { cachedStatement } from '../statement-cache.ts';
import { Values } from '../values.ts';

/** Which rows to look for: those that hold one of several tuples in these fields, and satisfy the filter. */
export interface Search {
  readonly model: Model;
  /** The fields of a unique key. */
  readonly by: readonly string[];
  readonly filter: Filter;
  /** What to read of each row found; the fields of `by` come with it. */
  readonly columns: readonly string[];
}

/** What to look for, by `tupleText`: a tuple that is given twice is looked for once. None of them holds null. */
export type Tuples = ReadonlyMap<string, KeyValues>;

/** The rows found, by the text of their tuple. */
export type Found = ReadonlyMap<string, KeyValues>;

const maxTuples = 2048;
/** Where the key has several fields, a condition on each row is one level deeper; SQLite takes 1000 of them. */
const maxCompoundKeys = 200;

/** Finds many rows by their keys, inside the transaction, with as few statements as the engine allows. */
export function createRowFinder({ schema, engine, run }: RowWriterContext, viewer: Viewer, policy: ViewerPolicy) {
  /** Asks for no right but `filter`. */
  async function find(search: Search, tuples: Tuples): Promise<Found> {
    const found = new Map<string, KeyValues>();
    // Half of the parameters are left to the filter.
    const limit = floorToPower(Math.min(maxTuples, engine.maxParameters / 2 / search.by.length));
    for (const part of partsOf([...tuples.values()], limit)) {
      for (const row of await findPart(search, part)) found.set(tupleText(search.model, search.by, row), row);
    }
    return found;
  }

  async function findPart(search: Search, tuples: readonly KeyValues[]): Promise<readonly Row[]> {
    const { model, by } = search;
    const list = searchRead(search);
    // Filled up to a power of two with its last tuple, so that few statements serve all lengths.
    const length = Math.min(ceilToPower(tuples.length), maxTuples);
    const key = JSON.stringify(['find', model.name, by, search.columns, search.filter, length], bigIntText);
    const statement = cachedStatement({ schema, engine }, key, () => compileSearch(search, list, length));
    const values: unknown[] = [];
    for (let at = 0; at < length; at++) {
      const tuple = tuples[Math.min(at, tuples.length - 1)]!;
      for (const name of by) values.push(tuple[name]);
    }
    return runList(statement, list, values);
  }

  /** Rows as the viewer may see them, by their primary keys. */
  async function read(model: Model, keys: readonly KeyValues[], select: Selection): Promise<Row[]> {
    const rows: Row[] = [];
    for (const part of partsOf(keys, keyOf(model).fields.length === 1 ? maxTuples : maxCompoundKeys)) {
      const values = new Values();
      const filter = keyFilter(model, part, values);
      const guarded = guardRead({ ...wholeList, model: model.name, filter, select }, { schema, policy });
      const compiled = engine.selectValue(compileRead(guarded, compileContext())).compile(engine.compiler);
      const statement = { sql: compiled.sql, parameters: compiled.parameters as unknown as Parameter[] };
      rows.push(...(await runList(statement, guarded, values.list)));
    }
    return rows;
  }

  async function runList({ sql: text, parameters }: Statement, list: ListRead, values: readonly unknown[]) {
    const [row] = await run(text, bind(parameters, values, viewer, { schema, engine }));
    const decode = makeDecoder(list, { schema, engine });
    return (decode(JSON.parse(String(row?.[0])), () => undefined) as Rows).rows;
  }

  const compileContext = (): CompileContext => {
    let aliases = 0;
    return { schema, engine, nextAlias: () => `t${aliases++}` };
  };

  /** In the shape that `compileRead` gives a plain list, so that its decoder reads it. */
  function compileSearch({ model, by, filter }: Search, { select }: ListRead, length: number): Sql {
    const context = compileContext();
    const scope: Scope = { model, alias: context.nextAlias() };
    const fields = by.map((name) => scalarOf(model, name));
    const tuples = Array.from({ length }, (_, row) =>
      fields.map((field, at) => parameter({ kind: 'argument', at: row * by.length + at }, field)),
    );
    const conditions = [
      engine.isOneOf(
        by.map((name) => column(scope, name)),
        tuples,
      ),
      compileFilter(filter, scope, context),
    ];
    const selected = select!.scalars.map(({ field }) => scalarOf(model, field));
    const item = selected.map(({ type, column: name }) => engine.toJson(type, sql.id(scope.alias, name)));
    const rows = engine.jsonRows(engine.jsonArray(item), {
      from: sql`${sql.table(model.table)} as ${sql.id(scope.alias)}`,
      alias: scope.alias,
      columns: selected.map(({ name, column: stored }) => ({ name: stored, expression: column(scope, name) })),
      where: sql.join(conditions, sql` and `),
      orderBy: [],
      limit: undefined,
      derived: false,
    });
    return engine.selectValue(rows);
  }

  return { find, read };
}

export type RowFinder = ReturnType<typeof createRowFinder>;

const wholeList = {
  kind: 'list',
  order: [],
  limit: undefined,
  seek: undefined,
  backwards: false,
  total: false,
  cursors: false,
} as const satisfies Partial<ListRead>;

const searchRead = ({ model, by, columns }: Search): ListRead => {
  const scalars = [...new Set([...by, ...columns])].map((field) => ({ field }));
  return { ...wholeList, model: model.name, filter: always, select: { scalars, relations: [] } };
};

/** A key's values as one text: the same for a value as it was given and as it is stored. */
export function tupleText(model: Model, fields: readonly string[], values: KeyValues): string {
  const [name] = fields;
  if (fields.length === 1 && name !== undefined) return valueText(model, name, values[name]);
  return JSON.stringify(fields.map((field) => valueText(model, field, values[field])));
}

function valueText(model: Model, name: string, value: unknown): string {
  const { type } = scalarOf(model, name);
  if (type === 'Decimal') return plainDecimal(value);
  if (value instanceof Date) return value.toISOString();
  if (type === 'DateTime' || type === 'Date') return new Date(String(value)).toISOString();
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : String(value);
}

const plainDigits = /^-?(0|[1-9]\d*)(\.\d*[1-9])?$/;

/** `11.1` for 11.10 and 1.11e1 alike. */
function plainDecimal(value: unknown): string {
  const text = String(value);
  return plainDigits.test(text) && text !== '-0' ? text : new Decimal(text).plus(0).toFixed();
}

const floorToPower = (length: number) => 2 ** Math.floor(Math.log2(length));
const ceilToPower = (length: number) => 2 ** Math.ceil(Math.log2(length));
