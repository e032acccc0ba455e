import { modelOf, relationOf, relationsOf, type Model, type Schema } from '../model/model.ts';
import { all, always, any, isAlways, never, not, some, type Filter, type Operand } from './filter.ts';
import { readOnly, type FieldRights, type Policies, type Policy } from './policy.ts';
import { nobody, type FieldVerb, type RowVerb, type Rule } from './rule.ts';
import { withinScopes } from './token-scopes.ts';
import { system, type Viewer } from './viewer.ts';

/** One viewer's policy: what each right comes down to as a condition on rows. Conditions are made on first use and kept. */
export interface ViewerPolicy {
  /** The rows of the model on which the viewer has the right. */
  rows(model: string, verb: RowVerb): Filter;
  /** Where, among the rows that the viewer reads, they have the right on the field. */
  field(model: string, field: string, verb: FieldVerb): Filter;
  presets(model: string): ReadonlyMap<string, Operand>;
}

export function viewerPolicy(schema: Schema, policies: Policies, viewer: Viewer): ViewerPolicy {
  if (viewer === system) return { rows: () => always, field: () => always, presets: () => new Map() };
  const memory = new Map<string, Filter>();
  const remember = (key: string, make: () => Filter) => {
    const known = memory.get(key) ?? make();
    memory.set(key, known);
    return known;
  };

  const toFilter = (rule: Rule, model: string): Filter => {
    switch (rule.kind) {
      case 'always':
        return always;
      case 'never':
        return never;
      case 'signedIn':
        return viewer.id === null ? never : always;
      case 'role':
        return viewer.roles.includes(rule.role) ? always : never;
      case 'where':
        return bindViewer(rule.filter, viewer);
      case 'through': {
        const relation = relationOf(modelOf(schema, model), rule.relation);
        const there = rows(relation.target, rule.verb);
        return relation.owning && relation.required && isAlways(there) ? always : some(rule.relation, there);
      }
      case 'any':
        return any(rule.rules.map((it) => toFilter(it, model)));
      case 'all':
        return all(rule.rules.map((it) => toFilter(it, model)));
      case 'not':
        return not(toFilter(rule.rule, model));
    }
  };

  // Whatever is written or linked must also be readable: a row that the viewer may not read does not exist for them.
  const rows = (model: string, verb: RowVerb): Filter =>
    remember(`${model} ${verb}`, () => {
      const own = toFilter(policies.get(model).rows[verb], model);
      return verb === 'read' || verb === 'create' ? own : all([rows(model, 'read'), own]);
    });

  const field = (model: string, name: string, verb: FieldVerb): Filter =>
    remember(`${model}.${name} ${verb}`, () => {
      const policy = policies.get(model);
      const rights = policy.fields.get(name) ?? unnamedRights(modelOf(schema, model), name, policy);
      const asked = verb === 'read' || verb === 'write' ? rights[verb] : (rights[verb] ?? rights.read);
      const own = asked ? toFilter(asked, model) : never;
      // A right to filter by what one may not read would be a way of reading it.
      return verb === 'read' || verb === 'write' ? own : all([field(model, name, 'read'), own]);
    });

  const policy: ViewerPolicy = { rows, field, presets: (model) => policies.get(model).presets };
  return viewer.scopes ? withinScopes(policy, viewer.scopes, schema) : policy;
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

/** A guest has no id, so no column equals it: the comparison is false, and its opposite true, before the database is asked. */
function bindViewer(filter: Filter, viewer: Viewer): Filter {
  switch (filter.kind) {
    case 'all':
      return all(filter.of.map((it) => bindViewer(it, viewer)));
    case 'any':
      return any(filter.of.map((it) => bindViewer(it, viewer)));
    case 'not':
      return not(bindViewer(filter.of, viewer));
    case 'some':
      return some(filter.relation, bindViewer(filter.filter, viewer));
    case 'compare': {
      if (viewer.id !== null || filter.operands.every(({ kind }) => kind !== 'viewer')) return filter;
      const known = filter.operands.filter(({ kind }) => kind !== 'viewer');
      return known.length === 0 ? never : { ...filter, operands: known };
    }
  }
}
