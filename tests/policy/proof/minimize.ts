import type { Case, Refuted } from './case.ts';
import { checkCase } from './check-case.ts';
import type { ListText, Operation, SelectText } from './operation.ts';
import { isFieldOperand, type PolicyTexts, type RightsText, type RuleText, type WhereText } from './policy-text.ts';
import { modelIn, relationIn, type Shape } from './shape.ts';
import { withoutField, withoutModel } from './strip.ts';
import type { Row, World } from './world.ts';

/** Makes a refuted case smaller for as long as the same property stays refuted. What cannot be a case is passed over. */
export async function minimize(found: Refuted, { seconds = 60 }: { seconds?: number } = {}): Promise<Refuted> {
  const property = found.property.slice(0, 2);
  let best = found;
  const end = performance.now() + seconds * 1000;
  const isTime = () => performance.now() < end;
  const attempt = async (candidate: Case) => {
    try {
      const refuted = await checkCase(candidate);
      if (refuted?.property.startsWith(property) !== true) return false;
      best = refuted;
      return true;
    } catch {
      return false;
    }
  };
  for (let changed = true; changed && isTime();) {
    changed = false;
    for (const smaller of [byViewers, bySchema, byRows, byPolicies, byOperation]) {
      // After each success the candidates are made anew: those that were left belong to the case before.
      for (let at = 0, candidates = [...smaller(best.case)]; at < candidates.length && isTime();) {
        if (await attempt(candidates[at]!)) {
          changed = true;
          candidates = [...smaller(best.case)];
        } else at++;
      }
    }
  }
  return best;
}

function* byViewers(it: Case): Iterable<Case> {
  if (it.viewers.length > 1) yield { ...it, viewers: [it.viewers[it.viewer]!], viewer: 0 };
  for (const [index] of it.viewers.entries()) {
    if (index === it.viewer) continue;
    yield { ...it, viewers: it.viewers.toSpliced(index, 1), viewer: it.viewer - (index < it.viewer ? 1 : 0) };
  }
}

function* bySchema(it: Case): Iterable<Case> {
  for (const { name } of it.world.shape.models) yield withoutModel(it, name);
  for (const { name, fields, key } of it.world.shape.models) {
    for (const field of fields) if (!key.includes(field.name)) yield withoutField(it, name, field.name);
  }
}

function* byRows(it: Case): Iterable<Case> {
  for (const [model, rows] of Object.entries(it.world.rows)) {
    const { key } = modelIn(it.world.shape, model);
    const name = (row: Row) => JSON.stringify(key.map((field) => row[field]));
    const keep = (kept: ReadonlySet<string>): Case => {
      const cut = (world: World): World => ({
        ...world,
        rows: { ...world.rows, [model]: (world.rows[model] ?? []).filter((row) => kept.has(name(row))) },
      });
      return { ...it, world: cut(it.world), ...(it.other && { other: cut(it.other) }) };
    };
    const names = [...new Set([...rows, ...(it.other?.rows[model] ?? [])].map(name))];
    if (names.length > 2) yield keep(new Set(names.slice(0, names.length / 2)));
    if (names.length > 2) yield keep(new Set(names.slice(names.length / 2)));
    for (const [at] of names.entries()) yield keep(new Set(names.toSpliced(at, 1)));
  }
  for (const [table, pairs] of Object.entries(it.world.links)) {
    for (const [at] of pairs.entries())
      yield { ...it, world: { ...it.world, links: { ...it.world.links, [table]: pairs.toSpliced(at, 1) } } };
  }
}

function* byPolicies(it: Case): Iterable<Case> {
  for (const policies of smallerPolicies(it.policies)) yield { ...it, policies };
  for (const narrowed of it.narrowed ? smallerPolicies(it.narrowed) : []) yield { ...it, narrowed };
}

function* smallerPolicies(policies: PolicyTexts): Iterable<PolicyTexts> {
  for (const [model, policy] of Object.entries(policies)) {
    for (const [verb, rule] of Object.entries(policy.rows)) {
      for (const smaller of smallerRules(rule))
        yield { ...policies, [model]: { ...policy, rows: { ...policy.rows, [verb]: smaller } } };
    }
    for (const [field, rights] of Object.entries(policy.fields)) {
      for (const smaller of smallerRights(rights))
        yield { ...policies, [model]: { ...policy, fields: { ...policy.fields, [field]: smaller } } };
    }
  }
}

function* smallerRights(rights: RightsText): Iterable<RightsText> {
  if (JSON.stringify(rights) !== '{"read":{"kind":"always"}}') yield { read: { kind: 'always' } };
  for (const [verb, rule] of Object.entries(rights)) {
    const { [verb as 'read']: _, ...rest } = rights;
    if (verb !== 'read') yield rest;
    for (const smaller of smallerRules(rule)) yield { ...rights, [verb]: smaller };
  }
}

function* smallerRules(rule: RuleText): Iterable<RuleText> {
  if (rule.kind === 'always') return;
  yield { kind: 'always' };
  if (rule.kind === 'never') return;
  yield { kind: 'never' };
  if (rule.kind === 'any' || rule.kind === 'all') {
    yield* rule.rules;
    for (const [at, inner] of rule.rules.entries()) {
      yield { ...rule, rules: rule.rules.toSpliced(at, 1) };
      for (const smaller of smallerRules(inner)) yield { ...rule, rules: rule.rules.with(at, smaller) };
    }
  }
  if (rule.kind === 'not') {
    yield rule.rule;
    for (const smaller of smallerRules(rule.rule)) yield { kind: 'not', rule: smaller };
  }
  if (rule.kind === 'exists') for (const where of smallerWheres(rule.where)) yield { ...rule, where };
  if (rule.kind === 'where') for (const where of smallerWheres(rule.where)) yield { kind: 'where', where };
}

/** Leaves parts out of a condition, at every depth. */
function* smallerWheres(where: WhereText): Iterable<WhereText> {
  for (const [name, condition] of Object.entries(where)) {
    const { [name]: _, ...rest } = where;
    yield rest;
    for (const smaller of smallerParts(condition)) yield { ...where, [name]: smaller as WhereText };
  }
}

function* smallerParts(part: unknown): Iterable<unknown> {
  if (Array.isArray(part)) {
    for (const [at, item] of part.entries()) {
      yield part.toSpliced(at, 1);
      for (const smaller of smallerParts(item)) yield part.with(at, smaller);
    }
  } else if (typeof part === 'object' && part !== null && !('viewer' in part) && !isFieldOperand(part)) {
    for (const [name, value] of Object.entries(part)) {
      const { [name]: _, ...rest } = part as Record<string, unknown>;
      if (Object.keys(rest).length > 0) yield rest;
      for (const smaller of smallerParts(value)) yield { ...part, [name]: smaller };
    }
  }
}

function* byOperation(it: Case): Iterable<Case> {
  for (const operation of innerOperations(it.operation, it.world.shape)) yield { ...it, operation };
  for (const operation of smallerOperations(it.operation)) yield { ...it, operation };
}

/** What is nested, on its own. */
function* innerOperations(operation: Operation, shape: Shape): Iterable<Operation> {
  if (operation.kind === 'aggregate' || operation.kind === 'groups') return;
  const [model, select] =
    operation.kind === 'list' ? [operation.list.model, operation.list.select] : [operation.model, operation.select];
  const parts = { rows: 'nodes', total: false, info: false, cursors: false } as const;
  for (const { relation, list, select: inner } of select.relations) {
    const { target } = relationIn(modelIn(shape, model), relation);
    yield { kind: 'list', list: list ?? { model: target, page: { backwards: false }, parts, select: inner! } };
  }
  if (operation.kind !== 'list') yield { kind: 'list', list: { model, page: { backwards: false }, parts, select } };
}

function* smallerOperations(operation: Operation): Iterable<Operation> {
  if (operation.kind === 'list') for (const list of smallerLists(operation.list)) yield { kind: 'list', list };
  else if (operation.kind === 'groups') {
    const { atLeast, present, first, ...rest } = operation;
    if (atLeast !== undefined || present || first !== undefined) yield rest;
    if (operation.where) yield { ...operation, where: undefined };
    for (const where of operation.where ? smallerWheres(operation.where) : []) yield { ...operation, where };
    for (const part of ['by', 'figures', 'orderBy'] as const)
      for (const [at] of operation[part].entries())
        if (part !== 'by' || operation.by.length > 1) yield { ...operation, [part]: operation[part].toSpliced(at, 1) };
  } else if (operation.kind === 'aggregate') {
    if (operation.where) yield { ...operation, where: undefined };
    for (const where of operation.where ? smallerWheres(operation.where) : []) yield { ...operation, where };
    for (const [at] of operation.figures.entries()) yield { ...operation, figures: operation.figures.toSpliced(at, 1) };
  } else {
    for (const select of smallerSelects(operation.select)) yield { ...operation, select };
    if (operation.kind !== 'nodes') return;
    for (const [at] of operation.ids.entries()) yield { ...operation, ids: operation.ids.toSpliced(at, 1) };
  }
}

function* smallerLists(list: ListText): Iterable<ListText> {
  const { where, orderBy, ...rest } = list;
  if (where) yield { ...rest, ...(orderBy && { orderBy }) };
  if (orderBy) yield { ...rest, ...(where && { where }) };
  const { page, parts } = list;
  if (page.from)
    yield { ...list, page: { backwards: page.backwards, ...(page.size !== undefined && { size: page.size }) } };
  if (page.size !== undefined)
    yield { ...list, page: { backwards: page.backwards, ...(page.from && { from: page.from }) } };
  if (page.backwards) yield { ...list, page: { ...page, backwards: false } };
  for (const name of ['total', 'info', 'cursors'] as const)
    if (parts[name]) yield { ...list, parts: { ...parts, [name]: false } };
  if (parts.rows === 'edges' && !parts.cursors) yield { ...list, parts: { ...parts, rows: 'nodes' } };
  for (const [at, term] of (orderBy ?? []).entries()) {
    yield { ...list, orderBy: orderBy!.toSpliced(at, 1) };
    if (term.direction === 'desc') yield { ...list, orderBy: orderBy!.with(at, { ...term, direction: 'asc' }) };
  }
  for (const smaller of where ? smallerWheres(where) : []) yield { ...list, where: smaller };
  for (const select of smallerSelects(list.select)) yield { ...list, select };
}

function* smallerSelects(select: SelectText): Iterable<SelectText> {
  const { fields, relations, fragment } = select;
  if (fragment !== 'none') yield { ...select, fragment: 'none' };
  for (const [at] of relations.entries()) yield { ...select, relations: relations.toSpliced(at, 1) };
  for (const [at] of fields.entries()) if (fields.length > 1) yield { ...select, fields: fields.toSpliced(at, 1) };
  for (const [at, it] of relations.entries()) {
    const put = (smaller: object): SelectText => ({ ...select, relations: relations.with(at, { ...it, ...smaller }) });
    for (const list of it.list ? smallerLists(it.list) : []) yield put({ list });
    for (const inner of it.select ? smallerSelects(it.select) : []) yield put({ select: inner });
  }
}
