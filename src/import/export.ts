import { decodeCursor } from '../database/cursor.ts';
import type { GuardedRows } from '../database/guarded-rows.ts';
import { parseCallerWhere } from '../database/parse-arguments.ts';
import { related, withheld, type ListRead, type Order, type Row, type Rows, type Selection } from '../database/read.ts';
import { Values } from '../database/values.ts';
import { badInput } from '../errors.ts';
import {
  keyOf,
  modelOf,
  relationsOf,
  scalarOf,
  scalarsOf,
  type Model,
  type ScalarField,
  type ScalarType,
} from '../model/model.ts';
import { always, isNever } from '../policy/filter.ts';
import { defuse, defusedColumn, withheldCell } from './defused.ts';

export const exportFormats = ['csv', 'tsv', 'ndjson', 'json'] as const;
export type ExportFormat = (typeof exportFormats)[number];

export interface ExportOptions {
  /** As the viewer may see them. */
  readonly rows: Pick<GuardedRows, 'list' | 'policy' | 'schema'>;
  readonly model: string;
  readonly format: ExportFormat;
  /** As the API's `where`. */
  readonly where?: unknown;
  /** At most so many rows are in memory at a time. */
  readonly pageRows?: number;
}

/** The first page tells how long rows are. The others have as many as come to about so many characters, which takes some ms. */
const firstPageRows = 20;
const pageCharacters = 256 * 1024;

/**
 * What a viewer may read of a model, as a file that an import takes: pages by key, of which one is in memory. A value that
 * the viewer may not read is left out, or told apart from null where every row has all columns.
 *
 * @throws BAD_INPUT for a model that is none to the viewer, or a `where` that is none; FORBIDDEN for what it compares.
 */
export async function* exportRows(options: ExportOptions): AsyncGenerator<string> {
  const { rows, format, pageRows = 1000 } = options;
  const { schema, policy } = rows;
  const model = schema.models.get(options.model);
  // A model of which the viewer reads nothing is none: two answers would tell the names of hidden ones.
  if (!model?.key || isNever(policy.rows(model.name, 'read')))
    throw badInput(`There is no model "${options.model}" to export.`, 'Check its name, and that you may read it.');
  const columns = columnsOf(model, rows);
  const write = writers[format](columns.map(({ name }) => name));
  let text = write.begin;
  let limit = Math.min(firstPageRows, pageRows);
  for await (const page of pagesOf(model, columns, { ...options, limit: () => limit })) {
    for (const row of page) text += write.row(columns.map((column) => column.read(row)));
    limit = Math.min(pageRows, Math.ceil((pageCharacters * page.length) / text.length));
    if (text !== '') yield text;
    text = '';
  }
  if (text + write.end() !== '') yield text + write.end();
}

/** A value; undefined where it is withheld. */
interface Cell {
  readonly value: unknown;
  readonly shape: 'text' | 'plain' | 'json' | 'list';
}

interface Column {
  readonly name: string;
  readonly kind: 'scalar' | 'list';
  read(row: Row): Cell;
}

function columnsOf(model: Model, { policy, schema }: ExportOptions['rows']): Column[] {
  const isReadable = (name: string) => !isNever(policy.field(model.name, name, 'read'));
  const scalars = scalarsOf(model)
    .filter(({ name }) => isReadable(name))
    .map((field): Column => ({
      name: field.name,
      kind: 'scalar',
      read: (row) => ({
        value: row[withheld]?.has(field.name) ? undefined : plain(field, row[field.name]),
        shape: shapeOf(field),
      }),
    }));
  const lists = relationsOf(model)
    .filter(
      ({ join, name, target }) => join.kind === 'table' && isReadable(name) && !isNever(policy.rows(target, 'read')),
    )
    .map((relation): Column => {
      const target = modelOf(schema, relation.target);
      const key = scalarOf(target, keyOf(target).fields[0]!);
      return {
        name: relation.name,
        kind: 'list',
        read: (row) => {
          const list = row[related]?.[relation.name] as Rows | null | undefined;
          return { value: list?.rows.map((it) => plain(key, it[key.name])), shape: 'list' };
        },
      };
    });
  return [...scalars, ...lists];
}

function shapeOf({ type, list }: ScalarField): Cell['shape'] {
  if (list) return 'list';
  if (type === 'Json') return 'json';
  // Names of enums and what is written in digits cannot begin a formula that does anything.
  return type === 'String' ? 'text' : 'plain';
}

function plain({ type }: Pick<ScalarField, 'type'>, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value) && type !== 'Json') return value.map((it) => texts[type]?.(it as never) ?? it);
  return texts[type]?.(value as never) ?? value;
}

/** Where JSON has no value of the type. */
const texts: Partial<Record<ScalarType, (value: never) => string>> = {
  Decimal: (value: { toFixed(): string }) => value.toFixed(),
  BigInt: (value: bigint) => value.toString(),
  DateTime: (value: Date) => value.toISOString(),
  Date: (value: Date) => value.toISOString().slice(0, 10),
  Bytes: (value: Uint8Array) => Buffer.from(value).toString('base64'),
};

interface PagesOptions extends Pick<ExportOptions, 'rows' | 'where'> {
  /** Rows of the next page. */
  limit(): number;
}

async function* pagesOf(model: Model, columns: readonly Column[], options: PagesOptions) {
  const { rows, where } = options;
  const { schema } = rows;
  const keyFields = keyOf(model).fields;
  // The key orders whoever may read it or not: it is not shown, and the caller did not ask for it.
  const order = keyFields.map((field): Order => ({ by: { kind: 'field', field }, direction: 'asc', breaksTies: true }));
  const types = keyFields.map((name) => scalarOf(model, name).type);
  let cursor: string | undefined;
  for (;;) {
    const values = new Values();
    const filter = where === undefined ? always : parseCallerWhere(where, model, schema, values);
    const limit = values.add(options.limit());
    const place = cursor === undefined ? [] : decodeCursor(cursor, order, types);
    const seek =
      cursor === undefined ? undefined : ({ side: 'after', place: place.map((it) => values.add(it)) } as const);
    const select = selectionOf(model, columns, options.rows);
    const page = await rows.list(
      { ...list, model: model.name, filter, order, limit, seek, select, cursors: true },
      values,
    );
    yield page.rows;
    cursor = page.cursors.at(-1);
    if (!page.more || cursor === undefined) return;
  }
}

const list = { kind: 'list', backwards: false, total: false } as const satisfies Partial<ListRead>;

function selectionOf(model: Model, columns: readonly Column[], { schema }: Pick<GuardedRows, 'schema'>): Selection {
  const lists = relationsOf(model).filter(({ name }) => columns.some((it) => it.kind === 'list' && it.name === name));
  return {
    scalars: columns.filter(({ kind }) => kind === 'scalar').map(({ name }) => ({ field: name })),
    relations: lists.map(({ name, target: targetName }) => {
      const target = modelOf(schema, targetName);
      const [field] = keyOf(target).fields;
      const order: Order[] = [{ by: { kind: 'field', field: field! }, direction: 'asc', breaksTies: true }];
      const read: ListRead = {
        ...list,
        model: target.name,
        filter: always,
        order,
        limit: undefined,
        seek: undefined,
        cursors: false,
        select: { scalars: [{ field: field! }], relations: [] },
      };
      return { key: name, relation: name, read };
    }),
  };
}

interface FileWriter {
  readonly begin: string;
  row(cells: readonly Cell[]): string;
  end(): string;
}

const writers: Record<ExportFormat, (names: readonly string[]) => FileWriter> = {
  csv: (names) => tableWriter(names, ','),
  tsv: (names) => tableWriter(names, '\t'),
  ndjson: (names) => ({ begin: '', row: (cells) => `${jsonOf(names, cells)}\n`, end: () => '' }),
  json(names) {
    let separator = '';
    return {
      begin: '[\n',
      row(cells) {
        const text = separator + jsonOf(names, cells);
        separator = ',\n';
        return text;
      },
      end: () => '\n]\n',
    };
  },
};

/** What is withheld is left out. */
const jsonOf = (names: readonly string[], cells: readonly Cell[]) =>
  JSON.stringify(Object.fromEntries(names.map((name, at) => [name, cells[at]!.value])));

function tableWriter(names: readonly string[], delimiter: string): FileWriter {
  const line = (cells: readonly string[]) => `${cells.map(quoted).join(delimiter)}\n`;
  return {
    begin: line([...names, defusedColumn]),
    row: (cells) => line([...cells.map(cellText), '']),
    end: () => '',
  };
}

function cellText({ value, shape }: Cell): string {
  if (value === undefined) return withheldCell;
  if (value === null) return '';
  if (shape === 'json') return defuse(JSON.stringify(value));
  if (shape === 'list') return listText(value as readonly unknown[]);
  const text = `${value as string | number | boolean}`;
  return shape === 'text' ? defuse(text) : text;
}

function listText(values: readonly unknown[]): string {
  if (values.length === 0) return '';
  const items = values.map(String);
  const isPlain = items.every((it) => !/^\[|^\s|\s$|;|^$/.test(it));
  return defuse(isPlain ? items.join(';') : JSON.stringify(values));
}

/** RFC 4180. */
function quoted(text: string): string {
  return /[",\t\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
