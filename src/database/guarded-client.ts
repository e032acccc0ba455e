import { badInput, notFound } from '../errors.ts';
import type { PrismaClient } from '../generated/sqlite/client.ts';
import { modelOf, relationOf, scalarsOf, type Model, type Schema } from '../model/model.ts';
import { lowerFirst } from '../model/naming.ts';
import { always } from '../policy/filter.ts';
import { keyFilter, parseCallerWhere, parseOrderBy, parseUniqueWhere } from './parse-arguments.ts';
import { related, type ListRead, type OneRead, type Row, type Rows, type Selection } from './read.ts';
import type { GuardedRows } from './guarded-rows.ts';
import type { LookUp, LookUpRow } from './look-ups-together.ts';
import { Values } from './values.ts';

type Method =
  | 'findUnique'
  | 'findUniqueOrThrow'
  | 'findFirst'
  | 'findMany'
  | 'count'
  | 'create'
  | 'update'
  | 'upsert'
  | 'delete';

/**
 * Prisma Client's own calls and types, answered by guarded reads and writes. What is not supported (`cursor`, `skip`,
 * `distinct`, `omit`) is refused: an argument that is dropped changes the result unseen.
 */
export type GuardedClient = {
  readonly [M in Exclude<keyof PrismaClient, `$${string}` | symbol>]: Pick<
    PrismaClient[M],
    Method & keyof PrismaClient[M]
  >;
};

type Arguments = Readonly<Record<string, unknown>>;

/** @param lookUp for a client that serves many requests. */
export type GuardedClientFactory = (rows: GuardedRows, lookUp?: LookUpRow) => GuardedClient;

/** Makes clients that share everything but the viewer. */
export function guardedClientFactory(schema: Schema): GuardedClientFactory {
  const models = [...schema.models.values()];
  return (rows, lookUp = ({ read }, value) => rows.one(read, new Values([value]))) => {
    const delegates: Record<string, unknown> = {};
    for (const model of models) {
      Object.defineProperty(delegates, lowerFirst(model.name), {
        get: () => delegateOf(model, rows, lookUp),
        enumerable: true,
      });
    }
    return delegates as unknown as GuardedClient;
  };
}

function delegateOf(model: Model, rows: GuardedRows, lookUp: LookUpRow) {
  const { schema } = rows;

  const list = async (args: Arguments, extra: Partial<ListRead>): Promise<Rows> => {
    accept(args, ['where', 'orderBy', 'take', 'select', 'include']);
    const values = new Values();
    const read: ListRead = {
      kind: 'list',
      model: model.name,
      filter: parseCallerWhere(args['where'] ?? {}, model, schema, values),
      order: parseOrderBy(args['orderBy'], model, schema),
      limit: args['take'] === undefined ? undefined : values.add(positive(args['take'])),
      seek: undefined,
      backwards: false,
      select: selectionOf(args, model, schema, values),
      total: false,
      cursors: false,
      ...extra,
    };
    return rows.list(read, values);
  };
  const one = async (args: Arguments, by: (values: Values) => OneRead['filter']) => {
    const values = new Values();
    const filter = by(values);
    const row = await rows.one(
      { kind: 'one', model: model.name, filter, select: selectionOf(args, model, schema, values) },
      values,
    );
    return row && flatten(row);
  };
  const unique = async (args: Arguments) => {
    accept(args, ['where', 'select', 'include']);
    const known = knownLookUp(args, model);
    if (known) {
      const row = await lookUp(known.lookUp, known.value);
      return row && flatten(row);
    }
    const values = new Values();
    const filter = parseUniqueWhere(args['where'], model, schema, values);
    const read: OneRead = { kind: 'one', model: model.name, filter, select: selectionOf(args, model, schema, values) };
    keepLookUp(args, read, values);
    const row = await rows.one(read, values);
    return row && flatten(row);
  };
  const written = (args: Arguments, key: Record<string, unknown>) =>
    one(args, (values) => keyFilter(model, [key], values));
  const created = async (args: Arguments) => {
    const row = await rows.create(model.name, args['data'] as Arguments, (key) => {
      const values = new Values();
      const filter = keyFilter(model, [key], values);
      return {
        read: { kind: 'one', model: model.name, filter, select: selectionOf(args, model, schema, values) },
        values,
      };
    });
    return row && flatten(row);
  };

  return {
    findUnique: unique,
    async findUniqueOrThrow(args: Arguments) {
      const row = await unique(args);
      if (!row) throw notFound(model.name);
      return row;
    },
    async findFirst(args: Arguments = {}) {
      const {
        rows: [row],
      } = await list({ ...args, take: 1 }, {});
      return row ? flatten(row) : null;
    },
    async findMany(args: Arguments = {}) {
      const { rows: found } = await list(args, {});
      return found.map(flatten);
    },
    async count(args: Arguments = {}) {
      accept(args, ['where']);
      return (await list(args, { select: undefined, total: true })).total;
    },
    async create(args: Arguments) {
      accept(args, ['data', 'select', 'include']);
      return created(args);
    },
    async update(args: Arguments) {
      accept(args, ['where', 'data', 'select', 'include']);
      return written(
        args,
        await rows.write((writer) => writer.update(model.name, args['where'], args['data'] as Arguments)),
      );
    },
    async upsert(args: Arguments) {
      accept(args, ['where', 'create', 'update', 'select', 'include']);
      const data = { create: args['create'] as Arguments, update: args['update'] as Arguments };
      return written(args, await rows.write((writer) => writer.upsert(model.name, args['where'], data)));
    },
    async delete(args: Arguments) {
      accept(args, ['where', 'select', 'include']);
      return rows.write(async (writer) => {
        const values = new Values();
        const filter = parseUniqueWhere(args['where'], model, schema, values);
        const row = await writer.one(
          { kind: 'one', model: model.name, filter, select: selectionOf(args, model, schema, values) },
          values,
        );
        await writer.delete(model.name, args['where']);
        return row && flatten(row);
      });
    },
  };
}

/** `select` or `include` as a selection; without either, every column. */
function selectionOf({ select, include }: Arguments, model: Model, schema: Schema, values: Values): Selection {
  const asked = Object.entries((select ?? include ?? {}) as Record<string, unknown>).filter(
    ([, it]) => it !== undefined && it !== false,
  );
  const scalars = select
    ? asked.filter(([name]) => model.fields.get(name)?.kind === 'scalar').map(([field]) => ({ field }))
    : scalarsOf(model).map(({ name }) => ({ field: name }));
  const relations = asked
    .filter(([name]) => model.fields.get(name)?.kind !== 'scalar')
    .map(([name, it]) => {
      const relation = relationOf(model, name);
      const target = modelOf(schema, relation.target);
      const args = (it === true ? {} : it) as Arguments;
      accept(args, ['where', 'orderBy', 'take', 'select', 'include']);
      const inner = selectionOf(args, target, schema, values);
      const filter = args['where'] ? parseCallerWhere(args['where'], target, schema, values) : always;
      const base = { model: target.name, filter, select: inner };
      const read: OneRead | ListRead = relation.list
        ? {
            ...base,
            kind: 'list',
            order: parseOrderBy(args['orderBy'], target, schema),
            limit: args['take'] === undefined ? undefined : values.add(positive(args['take'])),
            seek: undefined,
            backwards: false,
            total: false,
            cursors: false,
          }
        : { ...base, kind: 'one' };
      return { key: name, relation: name, read };
    });
  return { scalars, relations };
}

/** A row in Prisma's shape: related rows stand beside the columns. Nothing is done to one that has it already. */
function flatten(row: Row): Row {
  for (const [key, value] of Object.entries(row[related] ?? {})) {
    row[key] = isRows(value) ? value.rows.map(flatten) : value && flatten(value as Row);
  }
  // What is shown below the row may be selected otherwise: it is fetched for that selection.
  delete row[related];
  return row;
}

const isRows = (value: unknown): value is Rows => typeof value === 'object' && value !== null && 'cursors' in value;

function accept(args: Arguments, known: readonly string[]) {
  for (const [name, value] of Object.entries(args)) {
    if (value !== undefined && !known.includes(name))
      throw badInput(`"${name}" is not supported here.`, `Use ${known.join(', ')}.`, name);
  }
}

function positive(take: unknown): number {
  if (typeof take === 'number' && Number.isInteger(take) && take >= 0) return take;
  throw badInput(`take is ${String(take)}.`, 'Give a whole number from 0.', 'take');
}

/** Look-ups by one text and a `select` that the caller keeps: such as the session of every request. */
const lookUps = new WeakMap<object, LookUp>();

function keepLookUp({ where, select, include }: Arguments, read: OneRead, values: Values) {
  const [entry, ...others] = Object.entries(where ?? {});
  if (include || !isObject(select) || !entry || others.length > 0 || typeof entry[1] !== 'string') return;
  // With a further value in it, the selection is not the same for every call.
  if (values.list.length === 1) lookUps.set(select, { field: entry[0], read });
}

function knownLookUp({ where, select, include }: Arguments, model: Model) {
  const known = isObject(select) && !include ? lookUps.get(select) : undefined;
  const entries = Object.entries(where ?? {});
  if (!known || entries.length !== 1 || entries[0]![0] !== known.field || known.read.model !== model.name)
    return undefined;
  const value: unknown = entries[0]![1];
  // Anything else takes the long way, on which values are checked.
  return typeof value === 'string' && !value.includes('\0') ? { lookUp: known, value } : undefined;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
