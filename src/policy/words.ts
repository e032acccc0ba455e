import type { ModelTypes } from '../generated/model-types.ts';
import { badInput } from '../errors.ts';
import { modelOf, type Model, type Schema } from '../model/model.ts';
import { field, fieldNamed } from './field-value.ts';
import { some, type ComparisonOperand, type Filter, type Operand } from './filter.ts';
import { parseWhere } from './parse-where.ts';
import type { RowVerb, Rule } from './rule.ts';
import { isViewerValue, viewer } from './viewer.ts';
import type { ModelName, PathEnd, RelationPath, SafeWhere } from './where-types.ts';

/** The words of a policy that need the model's own names. */
export interface ModelWords<M extends ModelName, RoleName extends string> {
  /** The row satisfies this condition. */
  readonly where: (filter: SafeWhere<M>) => Rule<M>;
  /** There is a row at the end of these relations, one that satisfies the condition: `exists('site.survey', { … })`. */
  readonly exists: <const P extends string>(
    path: P extends RelationPath<M, P> ? P : RelationPath<M, P>,
    filter?: SafeWhere<PathEnd<M, P>>,
  ) => Rule<M>;
  /** The viewer is the user whom this column names. */
  readonly owner: (column: ColumnOf<M, string>) => Rule<M>;
  /** The viewer has this right on the row at the other end: "same as its parent". */
  readonly through: (relation: keyof ModelTypes[M]['toOne'] & string, verb?: RowVerb) => Rule<M>;
  /** The viewer has this role everywhere. */
  readonly role: (name: RoleName) => Rule<never>;
  /** The current viewer, for values in conditions and presets. */
  readonly viewer: typeof viewer;
  /** Another field of the row that is compared, for values in conditions. */
  readonly field: typeof field;
}

type ColumnOf<M extends ModelName, T> = {
  [F in keyof ModelTypes[M]['scalars']]: NonNullable<ModelTypes[M]['scalars'][F]> extends T ? F : never;
}[keyof ModelTypes[M]['scalars']] &
  string;

export function wordsFor<M extends ModelName, RoleName extends string>(
  schema: Schema,
  name: M,
): ModelWords<M, RoleName> {
  const model = modelOf(schema, name);
  const place = `policy ${name}`;
  const where = (filter: object): Rule<M> => ({
    kind: 'where',
    filter: parseWhere(filter, model, { schema, toOperand }, place),
  });
  return {
    viewer,
    field,
    where,
    exists: (path, filter = {}) => ({
      kind: 'where',
      filter: parseExists(path.split('.'), filter, model, schema, place),
    }),
    owner: (column) => where({ [column]: { equals: viewer.id } }),
    through: (relation, verb = 'read') => ({ kind: 'through', relation, verb }),
    role: (role) => ({ kind: 'role', role }),
  };
}

/** Each relation of the path is crossed as `where` crosses it, so there is no second way. */
function parseExists(
  [relation, ...rest]: readonly string[],
  where: object,
  model: Model,
  schema: Schema,
  place: string,
): Filter {
  if (relation === undefined) return parseWhere(where, model, { schema, toOperand }, place);
  const at = `${place}.${relation}`;
  const found = model.fields.get(relation);
  if (found?.kind !== 'relation')
    throw badInput(`${model.name} has no relation "${relation}".`, 'Check the spelling.', at);
  return some(relation, parseExists(rest, where, modelOf(schema, found.target), schema, at));
}

function toOperand(value: unknown): ComparisonOperand {
  const other = fieldNamed(value);
  return other === undefined ? valueOperand(value) : { kind: 'field', field: other };
}

/** A value in a policy: the viewer's, or itself. */
export const valueOperand = (value: unknown): Operand =>
  isViewerValue(value) ? { kind: 'viewer', value: value.viewer } : { kind: 'constant', value };
