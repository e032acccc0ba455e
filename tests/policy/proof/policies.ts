import type { Schema } from '../../../src/model/model.ts';
import { modelOf, relationOf, scalarOf, type Model } from '../../../src/model/model.ts';
import { checkPolicies } from '../../../src/policy/check.ts';
import type { Operand as PolicyOperand } from '../../../src/policy/filter.ts';
import { parseWhere, type ToOperand } from '../../../src/policy/parse-where.ts';
import type { Policies, Policy } from '../../../src/policy/policy.ts';
import { field } from '../../../src/policy/field-value.ts';
import type { Rule } from '../../../src/policy/rule.ts';
import { viewer } from '../../../src/policy/viewer.ts';
import { wordsFor } from '../../../src/policy/words.ts';
import {
  isFieldOperand,
  isViewerOperand,
  type Preset,
  type PolicyText,
  type PolicyTexts,
  type RightsText,
  type RuleText,
  type WhereText,
} from './policy-text.ts';
import { nativeValue } from './stored-value.ts';
import type { Value } from './world.ts';

/** The policies as the house holds them, once they are checked. */
export const policiesOf = (texts: PolicyTexts, schema: Schema): Policies =>
  checkPolicies(
    schema,
    Object.entries(texts).map(([model, text]) => ({ model, resolve: () => policyOf(model, text, schema) })),
  );

function policyOf(model: string, { rows, fields, presets = {} }: PolicyText, schema: Schema): Policy {
  const rule = (text: RuleText) => ruleOf(text, model, schema);
  const rights = (text: RightsText) => Object.fromEntries(Object.entries(text).map(([verb, it]) => [verb, rule(it)]));
  return {
    model,
    rows: {
      read: rule(rows.read),
      create: rule(rows.create),
      update: rule(rows.update),
      delete: rule(rows.delete),
      link: rule(rows.link),
    },
    fields: new Map(Object.entries(fields).map(([name, text]) => [name, rights(text)])),
    presets: new Map(Object.entries(presets).map(([name, it]) => [name, presetOf(it)])),
  };
}

const presetOf = (it: Preset): PolicyOperand =>
  isViewerOperand(it) ? { kind: 'viewer', value: 'id' } : { kind: 'constant', value: it };

const toOperand: ToOperand = (value, { type }) => {
  if (isViewerOperand(value)) return { kind: 'viewer', value: 'id' };
  if (isFieldOperand(value)) return { kind: 'field', field: value.field };
  return { kind: 'constant', value: nativeValue(value as Value, type) };
};

/** A condition as a user of the words writes it: with the viewer, fields and native values. */
function houseWhere(where: WhereText, model: Model, schema: Schema): object {
  const value = (it: unknown, name: string): unknown => {
    if (Array.isArray(it)) return it.map((one) => value(one, name));
    if (isViewerOperand(it)) return viewer.id;
    // The types know the fields of the example alone.
    if (isFieldOperand(it)) return field(it.field as never);
    return nativeValue(it as Value, scalarOf(model, name).type);
  };
  const inner = (it: WhereText, of = model) => houseWhere(it, of, schema);
  return Object.fromEntries(
    Object.entries(where).map(([name, condition]) => {
      if (name === 'AND' || name === 'OR') return [name, (condition as WhereText[]).map((it) => inner(it))];
      if (name === 'NOT') return [name, inner(condition as WhereText)];
      const at = model.fields.get(name);
      const parts = Object.entries(condition as object).map(([part, it]): [string, unknown] => {
        if (at?.kind !== 'relation') return [part, value(it, name)];
        return [part, it && inner(it as WhereText, modelOf(schema, at.target))];
      });
      return [name, Object.fromEntries(parts)];
    }),
  );
}

function ruleOf(text: RuleText, model: string, schema: Schema): Rule {
  switch (text.kind) {
    case 'where':
      return { kind: 'where', filter: parseWhere(text.where, modelOf(schema, model), { schema, toOperand }) };
    case 'exists': {
      const end = text.path.reduce((at, name) => relationOf(modelOf(schema, at), name).target, model);
      // The word itself; the types of its path and condition are the application's.
      const { exists } = wordsFor(schema, model as never) as unknown as { exists(path: string, where: object): Rule };
      return exists(text.path.join('.'), houseWhere(text.where, modelOf(schema, end), schema));
    }
    case 'any':
    case 'all':
      return { kind: text.kind, rules: text.rules.map((it) => ruleOf(it, model, schema)) };
    case 'not':
      return { kind: 'not', rule: ruleOf(text.rule, model, schema) };
    default:
      return text;
  }
}
