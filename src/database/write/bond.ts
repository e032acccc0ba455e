import { badInput, forbidden } from '../../errors.ts';
import { relationOf, type Join, type Model, type RelationField } from '../../model/model.ts';
import { all, isNever, type Filter } from '../../policy/filter.ts';
import type { RowVerb } from '../../policy/rule.ts';
import type { ViewerPolicy } from '../../policy/viewer-policy.ts';
import { keyFilter } from '../parse-arguments.ts';
import { Values } from '../values.ts';
import type { Data, Judge, Place, Within } from './judge.ts';
import type { KeyValues, RowWriter } from './row-writer.ts';
import { emptyColumns, requireSharedSame } from './shared-columns.ts';

/** How rows at the far end of one relation of one row are tied to it, and what that asks of the viewer. */
export interface Bond {
  /** The right on a far row that tying and untying it takes. */
  readonly verb: RowVerb;
  /** A far row is tied to this one. */
  readonly tied: Within;
  /** Creates a far row that is tied from the start. */
  create(item: Data, place: Place): Promise<KeyValues>;
  tie(far: KeyValues, path: string): Promise<void>;
  untie(far: KeyValues, path: string): Promise<void>;
}

export interface BondContext {
  readonly policy: ViewerPolicy;
  readonly rows: RowWriter;
  readonly judge: Judge;
  /** Creates a row under the policy of its model; `given` are columns that the caller does not write. */
  create(model: Model, data: Data, place: Place, given?: KeyValues): Promise<KeyValues>;
}

/** One row, and a relation of it whose columns it does not hold itself. */
export interface Near {
  readonly model: Model;
  readonly key: KeyValues;
  readonly relation: RelationField;
  readonly target: Model;
}

export function bondOf(near: Near, path: string, context: BondContext): Promise<Bond> | Bond {
  const { join } = near.relation;
  return join.kind === 'table' ? tableBond(near, path, context) : columnsBond(near, join, path, context);
}

/** Through the table of a many-to-many: neither row changes, and the far one must allow to be pointed at. */
function tableBond({ model, key, relation, target }: Near, path: string, { rows, create }: BondContext): Bond {
  const back = oppositeOf(relation, target, path);
  const tie = (far: KeyValues, at: string) => rows.tie(model, key, relation, far, at);
  return {
    verb: 'link',
    tied: (values) => ({ kind: 'some', relation: back.name, filter: keyFilter(model, [key], values) }),
    async create(item, place) {
      const far = await create(target, item, place);
      await tie(far, place.path);
      return far;
    },
    tie,
    untie: (far, at) => rows.untie(model, key, relation, far, at),
  };
}

/** The far row holds the columns: it is created or updated, and it points at this one, which must allow that. */
async function columnsBond(
  { model, key, relation, target }: Near,
  join: Extract<Join, { kind: 'columns' }>,
  path: string,
  { policy, rows, judge, create }: BondContext,
): Promise<Bond> {
  const { pairs } = join;
  const back = oppositeOf(relation, target, path);
  const right = policy.field(target.name, back.name, 'write');
  const here = await judge.readColumns(
    model,
    key,
    pairs.map(([name]) => name),
  );
  const write = `write ${target.name}.${back.name}`;
  const mayPoint = (at: string) => {
    if (isNever(right)) throw forbidden(write, at);
    const link = policy.rows(model.name, 'link');
    judge.checks.add({ model, filter: link, rows: [{ key, path: at }], what: `link to this ${model.name}` });
  };
  const point = async (far: KeyValues, columns: KeyValues, at: string) => {
    mayPoint(at);
    await judge.requireRow(target, far, right, () => forbidden(write, at));
    await requireSharedSame(target, back, columns, { row: far, relations: [], judge, path: at });
    const written = await rows.update(target, far, columns, at);
    const filter = all([policy.rows(target.name, 'update'), right]);
    judge.checks.add({
      model: target,
      filter,
      rows: [{ key: written, path: at }],
      what: `leave this ${target.name} so`,
    });
  };
  const columns = () => Object.fromEntries(pairs.map(([name, there]) => [there, here[name]]));
  return {
    verb: 'update',
    tied: (values) => all(pairs.map(([name, there]) => isEqual(there, here[name], values))),
    async create(item, place) {
      mayPoint(place.path);
      const created = await create(target, item, place, columns());
      judge.checks.add({ model: target, filter: right, rows: [{ key: created, path: place.path }], what: write });
      return created;
    },
    tie: (far, at) => point(far, columns(), at),
    async untie(far, at) {
      if (back.required)
        throw badInput(
          `"${at}" would leave ${target.name}.${back.name} empty.`,
          'Connect it elsewhere, or delete it.',
          at,
        );
      await point(far, emptyColumns(target, back), at);
    },
  };
}

/** A column that is null points at nothing, so nothing is tied by it. */
function isEqual(field: string, value: unknown, values: Values): Filter {
  if (value === null || value === undefined) return { kind: 'any', of: [] };
  return { kind: 'compare', field, operator: 'equals', operands: [values.add(value)] };
}

function oppositeOf(relation: RelationField, target: Model, path: string): RelationField {
  if (relation.opposite !== undefined) return relationOf(target, relation.opposite);
  throw badInput(`"${path}" cannot be written: its other end is not part of the API.`, 'Leave it out.', path);
}
