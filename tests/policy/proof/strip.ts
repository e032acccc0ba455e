import type { Case } from './case.ts';
import type { ListText, Operation, OrderText, SelectText } from './operation.ts';
import type { Crossing, PolicyText, PolicyTexts, RuleText, WhereText } from './policy-text.ts';
import { modelIn, relationIn, relationsIn, type ModelShape, type Shape } from './shape.ts';
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

function strip(it: Case, shape: Shape): Case {
  const { other, narrowed, ...rest } = it;
  return {
    ...rest,
    world: stripWorld(it.world, shape),
    policies: stripPolicies(it.policies, shape),
    operation: stripOperation(it.operation, shape),
    ...(other && { other: stripWorld(other, shape) }),
    ...(narrowed && { narrowed: stripPolicies(narrowed, shape) }),
  };
}

const has = (shape: Shape, model: string, field: string) =>
  shape.models.find(({ name }) => name === model)?.fields.some(({ name }) => name === field) === true;

function stripWorld({ rows, links }: World, shape: Shape): World {
  const known = (model: string) =>
    (rows[model] ?? []).map((row) =>
      Object.fromEntries(Object.entries(row).filter(([name]) => has(shape, model, name))),
    );
  return { shape, rows: Object.fromEntries(shape.models.map(({ name }) => [name, known(name)])), links };
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
      return { kind: 'where', where: stripWhere(rule.where, model, shape) };
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

function stripWhere(where: WhereText, model: string, shape: Shape): WhereText {
  const inner = (it: WhereText) => stripWhere(it, model, shape);
  const entries = Object.entries(where).flatMap(([name, condition]): [string, WhereText[string]][] => {
    if (name === 'AND' || name === 'OR') return [[name, (condition as WhereText[]).map(inner)]];
    if (name === 'NOT') return [[name, inner(condition as WhereText)]];
    if (!has(shape, model, name)) return [];
    const field = modelIn(shape, model).fields.find((it) => it.name === name)!;
    if (field.kind === 'scalar') return [[name, condition]];
    const crossing = Object.entries(condition as Crossing).map(
      ([quantifier, it]) => [quantifier, it && stripWhere(it, field.target, shape)] as const,
    );
    return [[name, Object.fromEntries(crossing)]];
  });
  return Object.fromEntries(entries);
}

function stripOperation(operation: Operation, shape: Shape): Operation {
  const select = (it: SelectText, model: string): SelectText => {
    const fields = it.fields.filter((name) => name === 'nodeId' || name === '__typename' || has(shape, model, name));
    const relations = it.relations
      .filter(({ relation }) => has(shape, model, relation))
      .map((related) => {
        const { target } = relationIn(modelIn(shape, model), related.relation);
        return {
          ...related,
          ...(related.list && { list: list(related.list) }),
          ...(related.select && { select: select(related.select, target) }),
        };
      });
    return { ...it, fields: fields.length > 0 ? fields : ['__typename'], relations };
  };
  const list = (it: ListText): ListText => ({
    ...it,
    ...(it.where && { where: stripWhere(it.where, it.model, shape) }),
    ...(it.orderBy && { orderBy: it.orderBy.filter((term) => leads(term, it.model, shape)) }),
    select: select(it.select, it.model),
  });
  if (operation.kind === 'list') return { kind: 'list', list: list(operation.list) };
  if (operation.kind === 'aggregate') {
    const figures = operation.figures.filter(({ field }) => has(shape, operation.model, field));
    return { ...operation, where: operation.where && stripWhere(operation.where, operation.model, shape), figures };
  }
  return { ...operation, select: select(operation.select, operation.model) };
}

function leads({ path, count, direction }: OrderText, model: string, shape: Shape): boolean {
  const [first, ...rest] = path;
  if (!has(shape, model, first!)) return false;
  return (
    rest.length === 0 ||
    leads({ path: rest, count, direction }, relationIn(modelIn(shape, model), first!).target, shape)
  );
}
