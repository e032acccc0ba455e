import type { Case } from './case.ts';
import type { Operation } from './operation.ts';
import { pickOperation, pickWhere, type Keeps } from './pick-operation.ts';
import type { PolicyText, PolicyTexts, RuleText } from './policy-text.ts';
import { modelIn, relationIn, relationsIn, tablesIn, type ModelShape, type Shape } from './shape.ts';
import type { World } from './world.ts';

/** The case without a model, and without whatever speaks of it. */
export function withoutModel(it: Case, name: string): Case {
  const gone = new Set(
    it.world.shape.models.flatMap((model) =>
      relationsIn(model)
        .filter((field) => model.name === name || field.target === name)
        .map(({ relation }) => relation),
    ),
  );
  const models = it.world.shape.models
    .filter((model) => model.name !== name)
    .map((model) => withoutRelations(model, gone));
  return strip(it, { ...it.world.shape, models });
}

/** The case without a field; a relation goes with its other end and its columns. */
export function withoutField(it: Case, modelName: string, name: string): Case {
  const field = modelIn(it.world.shape, modelName).fields.find((other) => other.name === name)!;
  const without = (model: ModelShape): ModelShape => {
    if (field.kind === 'relation') return withoutRelations(model, new Set([field.relation]));
    if (model.name !== modelName) return model;
    return {
      ...model,
      fields: model.fields.filter((other) => other.name !== name),
      uniques: model.uniques.filter((key) => !key.includes(name)),
    };
  };
  return strip(it, { ...it.world.shape, models: it.world.shape.models.map(without) });
}

function withoutRelations(model: ModelShape, gone: ReadonlySet<string>): ModelShape {
  const leaving = relationsIn(model).filter(({ relation }) => gone.has(relation));
  const columns = new Set(
    leaving.flatMap(({ owning, join }) => (owning && join.kind === 'columns' ? join.pairs.map(([here]) => here) : [])),
  );
  const names = new Set([...leaving.map(({ name }) => name), ...[...columns].filter((it) => !model.key.includes(it))]);
  return {
    ...model,
    fields: model.fields.filter(({ name }) => !names.has(name)),
    uniques: model.uniques.filter((key) => !key.some((it) => columns.has(it))),
  };
}

function strip(it: Case, { models, enums }: Shape): Case {
  const named = new Set(models.flatMap(({ fields }) => fields.map((field) => field.kind === 'scalar' && field.enum)));
  const shape: Shape = { models, enums: enums.filter(({ name }) => named.has(name)) };
  const { other, narrowed, ...rest } = it;
  return {
    ...rest,
    world: stripWorld(it.world, shape),
    policies: stripPolicies(it.policies, shape),
    operation: withoutIds(pickOperation(it.operation, keepsOf(shape)), shape),
    ...(other && { other: stripWorld(other, shape) }),
    ...(narrowed && { narrowed: stripPolicies(narrowed, shape) }),
  };
}

const has = (shape: Shape, model: string, field: string) =>
  shape.models.find(({ name }) => name === model)?.fields.some(({ name }) => name === field) === true;

function keepsOf(shape: Shape): Keeps {
  const isThere = (model: string, field: string) => has(shape, model, field);
  return { shape, selects: isThere, filters: isThere, sorts: isThere, aggregates: isThere, groups: isThere };
}

function withoutIds(operation: Operation, shape: Shape): Operation {
  if (operation.kind !== 'nodes') return operation;
  return { ...operation, ids: operation.ids.filter((it) => shape.models.some(({ name }) => name === it.model)) };
}

function stripWorld({ rows, links }: World, shape: Shape): World {
  const known = (model: string) =>
    (rows[model] ?? []).map((row) =>
      Object.fromEntries(Object.entries(row).filter(([name]) => has(shape, model, name))),
    );
  return {
    shape,
    rows: Object.fromEntries(shape.models.map(({ name }) => [name, known(name)])),
    links: Object.fromEntries(tablesIn(shape).map(({ table }) => [table, links[table] ?? []])),
  };
}

function stripPolicies(policies: PolicyTexts, shape: Shape): PolicyTexts {
  return Object.fromEntries(
    shape.models.map(({ name }): [string, PolicyText] => {
      const { rows, fields } = policies[name]!;
      const rule = (text: RuleText) => stripRule(text, name, shape);
      const mapped = <T extends object>(rights: T): T =>
        Object.fromEntries(Object.entries(rights).map(([verb, text]) => [verb, rule(text as RuleText)])) as T;
      const kept = Object.entries(fields).filter(([field]) => has(shape, name, field));
      // A column of a relation that is gone is a column like others.
      return [
        name,
        { rows: mapped(rows), fields: Object.fromEntries(kept.map(([field, rights]) => [field, mapped(rights)])) },
      ];
    }),
  );
}

function stripRule(rule: RuleText, model: string, shape: Shape): RuleText {
  switch (rule.kind) {
    case 'where':
      return { kind: 'where', where: pickWhere(rule.where, model, keepsOf(shape)) };
    case 'exists': {
      const whole = rule.path.reduce<string | undefined>(
        (at, name) =>
          at !== undefined && has(shape, at, name) ? relationIn(modelIn(shape, at), name).target : undefined,
        model,
      );
      return whole === undefined
        ? { kind: 'always' }
        : { ...rule, where: pickWhere(rule.where, whole, keepsOf(shape)) };
    }
    case 'through':
      return has(shape, model, rule.relation) ? rule : { kind: 'always' };
    case 'any':
    case 'all':
      return { kind: rule.kind, rules: rule.rules.map((it) => stripRule(it, model, shape)) };
    case 'not':
      return { kind: 'not', rule: stripRule(rule.rule, model, shape) };
    default:
      return rule;
  }
}
