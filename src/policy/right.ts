import { modelOf, relationsOf, type Model, type Schema } from '../model/model.ts';
import { readOnly, type FieldRights, type Policies, type Policy } from './policy.ts';
import { nobody, type FieldVerb, type RowVerb, type Rule } from './rule.ts';

/** The rule for a right on a row. What is written or linked must also be readable: an unreadable row does not exist. */
export function rowRule(policies: Policies, model: string, verb: RowVerb): Rule {
  const { rows } = policies.get(model);
  return verb === 'read' || verb === 'create' ? rows[verb] : { kind: 'all', rules: [rows.read, rows[verb]] };
}

/** The rule for a right on a field, among the rows that are readable. */
export function fieldRule(schema: Schema, policies: Policies, name: FieldName, verb: FieldVerb): Rule {
  const policy = policies.get(name.model);
  const rights = policy.fields.get(name.field) ?? unnamedRights(modelOf(schema, name.model), name.field, policy);
  const { read = nobody } = rights;
  if (verb === 'read' || verb === 'write') return rights[verb] ?? nobody;
  const own = rights[verb];
  // A right to filter by what one may not read would be a way of reading it.
  return own ? { kind: 'all', rules: [read, own] } : read;
}

export interface FieldName {
  readonly model: string;
  readonly field: string;
}

/**
 * The columns of a relation have no rights of their own: they are readable where the row that they point to is, used
 * where the relation may be, and written as it. Those of the key are part of the row's name, so they are read with it.
 */
function unnamedRights(model: Model, name: string, policy: Policy): FieldRights {
  if (model.key?.fields.includes(name)) return readOnly;
  const relation = relationsOf(model).find(
    ({ owning, join }) => owning && join.kind === 'columns' && join.pairs.some(([here]) => here === name),
  );
  if (!relation) return {};
  const { read = nobody, write: _write, ...uses } = policy.fields.get(relation.name) ?? {};
  return { ...uses, read: { kind: 'all', rules: [read, { kind: 'through', relation: relation.name, verb: 'read' }] } };
}
