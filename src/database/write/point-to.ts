import { badInput } from '../../errors.ts';
import { modelOf, scalarOf, type Model, type RelationField, type Schema } from '../../model/model.ts';
import { all, never } from '../../policy/filter.ts';
import { uniqueTupleOf } from './bulk-link.ts';
import type { Data, Judge, Place, Wanted, Within } from './judge.ts';
import { inside, nestedEntries } from './nested-input.ts';
import type { KeyValues } from './row-writer.ts';
import { emptyColumns } from './shared-columns.ts';
import type { Whereabouts } from './whereabouts.ts';

export interface PointToContext {
  readonly schema: Schema;
  readonly judge: Judge;
  readonly whereabouts: Whereabouts;
  create(model: Model, data: Data, place: Place): Promise<KeyValues>;
  update(model: Model, wanted: { within: Within; path: string }, data: Data, place: Place): Promise<KeyValues>;
  delete(model: Model, key: KeyValues, path: string): Promise<void>;
}

/** What a nested write through a relation comes down to for the row that holds its columns. */
export interface Pointed {
  readonly columns: KeyValues;
  /** What must wait until the columns are written. */
  readonly after?: () => Promise<void>;
}

/** A row to be pointed at, which is not judged yet. */
export interface Unjudged {
  readonly relation: string;
  readonly model: Model;
  readonly wanted: Wanted;
}

interface PointToOptions {
  readonly place: Place;
  /** As it is stored; undefined while it is being created. */
  readonly row?: KeyValues | undefined;
  /** Takes it on to judge a row with the insert that points at it. Without, and in doubt, it is judged before. */
  readonly judgeLater?: ((link: Unjudged) => void) | undefined;
}

/** Writes through relations whose columns the row itself holds: the far row comes first, for its key stands in them. */
export function createPointer({ schema, judge, whereabouts, ...context }: PointToContext) {
  return async function pointTo(
    model: Model,
    relation: RelationField,
    value: unknown,
    { place, row, judgeLater }: PointToOptions,
  ): Promise<Pointed> {
    const pairs = pairsOf(relation);
    const target = modelOf(schema, relation.target);
    const [[verb, item] = []] = nestedEntries(value, relation, place.path);
    const at = inside(place, `.${verb}`);
    const to = async (far: KeyValues): Promise<Pointed> => {
      const there = await judge.readColumns(
        target,
        far,
        pairs.map(([, name]) => name),
      );
      return { columns: Object.fromEntries(pairs.map(([here, name]) => [here, there[name]])) };
    };
    const emptied = () => {
      if (relation.required) throw badInput(`"${place.path}" is required.`, 'Connect another row instead.', place.path);
      return emptyColumns(model, relation);
    };
    // Nothing is tied to a row that is only being created.
    const within = row ? await pointedAt(model, row, pairs) : () => never;
    const tied = { within, path: at.path };
    switch (verb) {
      case 'connect': {
        const wanted = { where: item, path: at.path };
        const columns = judgeLater && columnsNaming(item, target, pairs);
        if (!columns) return to(await judge.find(target, 'link', wanted));
        judgeLater({ relation: relation.name, model: target, wanted });
        return { columns };
      }
      case 'create':
        return to(await context.create(target, item as Data, at));
      case 'connectOrCreate': {
        const { where, create } = item as { where: unknown; create: Data };
        const wanted = { where, path: `${at.path}.where` };
        // A row that may not be read goes the way of one that is not there, and meets its unique key as any create would.
        const known = await judge.lookUp(target, 'read', wanted);
        return to(
          known
            ? await judge.find(target, 'link', wanted)
            : await context.create(target, create, inside(at, '.create')),
        );
      }
      case 'update':
        await context.update(target, tied, item as Data, at);
        return { columns: {} };
      case 'upsert': {
        const { create, update } = item as { create: Data; update: Data };
        const known = await judge.lookUp(target, 'read', tied);
        if (!known) return to(await context.create(target, create, inside(at, '.create')));
        await context.update(target, tied, update, inside(at, '.update'));
        return { columns: {} };
      }
      case 'delete': {
        const far = await judge.find(target, 'delete', tied);
        const now = whereabouts.follow(target, far, at.path);
        return { columns: emptied(), after: () => context.delete(target, now(), at.path) };
      }
      default:
        return { columns: emptied() };
    }
  };

  /** Names the row that this one points at. */
  async function pointedAt(
    model: Model,
    row: KeyValues,
    pairs: readonly (readonly [string, string])[],
  ): Promise<Within> {
    const here = await judge.readColumns(
      model,
      row,
      pairs.map(([name]) => name),
    );
    return (values) =>
      all(
        pairs.map(([name, there]) => {
          const value = here[name];
          if (value === null || value === undefined) return never;
          return { kind: 'compare', field: there, operator: 'equals', operands: [values.add(value)] };
        }),
      );
  }
}

/** The columns that point at a row, where what names it is what stands in them, to the letter. */
function columnsNaming(
  where: unknown,
  target: Model,
  pairs: readonly (readonly [string, string])[],
): KeyValues | undefined {
  const tuple = uniqueTupleOf(where, target)?.tuple;
  const columns = Object.fromEntries(pairs.map(([here, there]) => [here, tuple?.[there]]));
  const plain = pairs.every(([here, there]) => {
    const { type } = scalarOf(target, there);
    return (type === 'String' || type === 'Int') && columns[here] !== undefined;
  });
  return plain ? columns : undefined;
}

function pairsOf({ join, name }: RelationField) {
  if (join.kind !== 'columns') throw new Error(`${name} owns no columns.`);
  return join.pairs;
}
