import type { FieldVerb, RowVerb } from '../../../../src/policy/rule.ts';
import {
  isViewerOperand,
  type Crossing,
  type Operand,
  type Operators,
  type PolicyTexts,
  type RuleText,
  type ViewerText,
  type WhereText,
} from '../policy-text.ts';
import { fieldIn, modelIn, relationIn, relationOfColumn, type Shape } from '../shape.ts';

/** What is known of a condition before any row is looked at: it holds on every row, on none, or it depends on the row. */
export type Decided = boolean | undefined;

export interface Facts {
  readonly shape: Shape;
  readonly policies: PolicyTexts;
  readonly viewer: ViewerText;
}

const both = (parts: readonly Decided[]): Decided =>
  parts.includes(false) ? false : parts.every((it) => it === true) ? true : undefined;
const either = (parts: readonly Decided[]): Decided =>
  parts.includes(true) ? true : parts.every((it) => it === false) ? false : undefined;
const opposite = (it: Decided): Decided => (it === undefined ? undefined : !it);

/** False: the viewer has the right on no row. */
export function decidedRow(model: string, verb: RowVerb, facts: Facts): Decided {
  const { rows } = facts.policies[model]!;
  const own = decidedRule(rows[verb], model, facts);
  return verb === 'read' || verb === 'create' ? own : both([decidedRow(model, 'read', facts), own]);
}

/** False: the viewer has the right on no row, so using the field for it is refused. */
export function decidedField(model: string, field: string, verb: FieldVerb, facts: Facts): Decided {
  const shape = modelIn(facts.shape, model);
  const rights = facts.policies[model]!.fields[field];
  if (!rights) {
    if (shape.key.includes(field)) return verb !== 'write';
    const relation = relationOfColumn(shape, field);
    if (!relation || verb === 'write') return false;
    return both([decidedField(model, relation.name, verb, facts), decidedThrough(model, relation.name, 'read', facts)]);
  }
  const of = (rule: RuleText | undefined) => (rule ? decidedRule(rule, model, facts) : false);
  return verb === 'read' || verb === 'write'
    ? of(rights[verb])
    : both([of(rights.read), of(rights[verb] ?? rights.read)]);
}

function decidedRule(rule: RuleText, model: string, facts: Facts): Decided {
  switch (rule.kind) {
    case 'always':
      return true;
    case 'never':
      return false;
    case 'signedIn':
      return facts.viewer.id !== null;
    case 'role':
      return facts.viewer.roles.includes(rule.role);
    case 'where':
      return decidedWhere(rule.where, model, facts.shape, facts.viewer.id === null);
    case 'exists': {
      const end = rule.path.reduce((at, name) => relationIn(modelIn(facts.shape, at), name).target, model);
      // That there is a row is never known before.
      return decidedWhere(rule.where, end, facts.shape, facts.viewer.id === null) === false ? false : undefined;
    }
    case 'through':
      return decidedThrough(model, rule.relation, rule.verb, facts);
    case 'any':
      return either(rule.rules.map((it) => decidedRule(it, model, facts)));
    case 'all':
      return both(rule.rules.map((it) => decidedRule(it, model, facts)));
    case 'not':
      return opposite(decidedRule(rule.rule, model, facts));
  }
}

/** A required relation leads to a row; every other may lead nowhere. */
function decidedThrough(model: string, name: string, verb: RowVerb, facts: Facts): Decided {
  const { target, owning, required } = relationIn(modelIn(facts.shape, model), name);
  const there = decidedRow(target, verb, facts);
  return there === true && !(owning && required) ? undefined : there;
}

/** @param guest comparisons with the viewer are false already. */
export function decidedWhere(where: WhereText, model: string, shape: Shape, guest: boolean): Decided {
  const inner = (it: WhereText) => decidedWhere(it, model, shape, guest);
  return both(
    Object.entries(where).map(([name, condition]) => {
      if (name === 'AND') return both((condition as WhereText[]).map(inner));
      if (name === 'OR') return either((condition as WhereText[]).map(inner));
      if (name === 'NOT') return opposite(inner(condition as WhereText));
      const field = fieldIn(modelIn(shape, model), name);
      const parts = Object.entries(condition as Operators | Crossing);
      if (field.kind === 'scalar')
        return both(parts.map(([operator, operand]) => decidedOperator(operator, operand as Operand, guest)));
      return both(
        parts.map(([quantifier, it]) =>
          decidedCrossing(quantifier, it && decidedWhere(it as WhereText, field.target, shape, guest)),
        ),
      );
    }),
  );
}

function decidedOperator(operator: string, operand: Operand | readonly Operand[], guest: boolean): Decided {
  const negative = operator === 'not' || operator === 'notIn';
  const operands = Array.isArray(operand) ? (operand as Operand[]) : [operand as Operand];
  const nothing = operands.every((it) => guest && isViewerOperand(it));
  return nothing ? negative : undefined;
}

/** What no row there fits, no row there is; that one is there is never known before. */
function decidedCrossing(quantifier: string, inner: Decided | null): Decided {
  if (quantifier === 'every') return inner === true ? true : undefined;
  if (inner !== false) return undefined;
  return quantifier === 'none' || quantifier === 'isNot';
}
