import type { Schema } from '../../../src/model/model.ts';
import { modelOf } from '../../../src/model/model.ts';
import { checkPolicies } from '../../../src/policy/check.ts';
import type { Operand as PolicyOperand } from '../../../src/policy/filter.ts';
import { parseWhere, type ToOperand } from '../../../src/policy/parse-where.ts';
import type { Policies, Policy } from '../../../src/policy/policy.ts';
import type { Rule } from '../../../src/policy/rule.ts';
import {
  isViewerOperand,
  type Operand,
  type PolicyText,
  type PolicyTexts,
  type RightsText,
  type RuleText,
} from './policy-text.ts';
import { nativeValue } from './stored-world.ts';
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

const presetOf = (it: Operand): PolicyOperand =>
  isViewerOperand(it) ? { kind: 'viewer', value: 'id' } : { kind: 'constant', value: it };

function ruleOf(text: RuleText, model: string, schema: Schema): Rule {
  switch (text.kind) {
    case 'where': {
      const toOperand: ToOperand = (value, { type }) =>
        isViewerOperand(value)
          ? { kind: 'viewer', value: 'id' }
          : { kind: 'constant', value: nativeValue(value as Value, type) };
      return { kind: 'where', filter: parseWhere(text.where, modelOf(schema, model), { schema, toOperand }) };
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
