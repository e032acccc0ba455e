import DataLoader from 'dataloader';
import { Kind, type GraphQLResolveInfo } from 'graphql';
import { keyFilter } from '../database/parse-arguments.ts';
import { related, type ListRead, type Row, type Selection } from '../database/read.ts';
import { Values } from '../database/values.ts';
import { keyText } from '../database/run-plan.ts';
import { rowByKey } from '../database/refused-right.ts';
import { relationOf, type Model } from '../model/model.ts';
import type { Context } from './context.ts';
import { selectionOf } from './selection.ts';

/** Resolves a relation from what the operation's statement has fetched already. */
export function relatedOf(model: Model, relation: string) {
  return (row: Row, _args: object, context: Context, info: GraphQLResolveInfo): unknown => {
    const key = String(info.path.key);
    const fetched = row[related];
    if (fetched && key in fetched) {
      if (fetched[key] === null && context.explanations) noteAbsent(model, relation, row, context, info);
      return fetched[key];
    }
    return loadMissing(model, row, context, info).then((loaded) => loaded?.[related]?.[key] ?? null);
  };
}

/** By the row that it should hang on, whose key the operation must have asked for. */
function noteAbsent(model: Model, relation: string, row: Row, context: Context, { path }: GraphQLResolveInfo) {
  const { target } = relationOf(model, relation);
  context.explanations?.note(path, { model: target, verb: 'read', ...rowByKey(model, row, [relation]) });
}

export function scalarOfRow(model: Model, field: string) {
  return (row: Row, _args: object, context: Context, info: GraphQLResolveInfo): unknown => {
    const value = row[field];
    if (value !== undefined) return value;
    return loadMissing(model, row, context, info).then((loaded) => loaded?.[field] ?? null);
  };
}

/** Loaders of one request, by what they load. */
const loaders = new WeakMap<Context, Map<string, DataLoader<Row, Row | null>>>();

/**
 * For rows that a hand-written resolver returned: what was selected under this field is fetched for all of them in one
 * statement, by their keys, under the same policy.
 */
function loadMissing(model: Model, row: Row, context: Context, info: GraphQLResolveInfo): Promise<Row | null> {
  const { schema } = context.database;
  const values = new Values();
  const parent = wrapInParent(info);
  const select = selectionOf(model, info.parentType, [parent], { schema, info, values });
  const mine = loaders.get(context) ?? new Map<string, DataLoader<Row, Row | null>>();
  loaders.set(context, mine);
  const name = JSON.stringify([model.name, select, values.list], (_, value: unknown) =>
    typeof value === 'bigint' ? `${value}n` : value,
  );
  const loader =
    mine.get(name) ??
    new DataLoader((rows: readonly Row[]) => loadRows(model, rows, select, values, context), {
      cache: false,
      cacheKeyFn: (it: Row) => keyText(model, it),
    });
  mine.set(name, loader);
  return loader.load(row);
}

async function loadRows(
  model: Model,
  rows: readonly Row[],
  select: Selection,
  selected: Values,
  { database }: Context,
) {
  const values = new Values(selected.list);
  const read: ListRead = {
    kind: 'list',
    model: model.name,
    filter: keyFilter(model, rows, values),
    order: [],
    limit: undefined,
    seek: undefined,
    backwards: false,
    select,
    total: false,
    cursors: false,
  };
  const { rows: loaded } = await database.list(read, values);
  const byKey = new Map(loaded.map((row) => [keyText(model, row), row]));
  return rows.map((row) => byKey.get(keyText(model, row)) ?? null);
}

/** The field alone, as if its parent had selected nothing else. */
function wrapInParent(info: GraphQLResolveInfo) {
  const [node] = info.fieldNodes;
  return {
    ...node!,
    selectionSet: { kind: Kind.SELECTION_SET, selections: info.fieldNodes },
  } as GraphQLResolveInfo['fieldNodes'][number];
}
