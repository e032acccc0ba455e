import { PergolaError } from '../errors.ts';
import { relationsOf, type Model, type RelationField, type Schema } from '../model/model.ts';
import { checkComparisons } from './check-comparisons.ts';
import { noRights, type RolesByRight } from './platform-right.ts';
import type { FieldRights, Policies, Policy, PolicyDraft } from './policy.ts';
import { isForEveryone, isForNobody, type RowVerb, type Rule } from './rule.ts';

/**
 * Holds the policies against the schema, before anything is served.
 *
 * @throws POLICY_MISSING for a model without a policy; POLICY_INVALID for a policy of a model that does not exist or
 * that has one already, for a field that is unknown or not decided upon, for a key that not everybody reads or that is
 * sorted by on some rows only, for fields that cannot be compared, and for rules that ask each other in a circle.
 */
export function checkPolicies(
  schema: Schema,
  drafts: readonly PolicyDraft[],
  rights: RolesByRight = noRights,
): Policies {
  const policies = new Map<string, Policy>();
  for (const draft of drafts) {
    if (!schema.models.has(draft.model)) throw unknownModel(draft.model, schema);
    if (policies.has(draft.model)) {
      throw invalid(`${draft.model} has two policies.`, 'Keep one of them in src/app/policies.');
    }
    policies.set(draft.model, draft.resolve(schema));
  }
  for (const model of schema.models.values()) {
    const policy = policies.get(model.name);
    if (!policy) throw missing(model.name);
    checkFields(model, policy);
    for (const rule of rulesOf(policy)) checkComparisons(rule, model, schema);
  }
  checkCircles(schema, policies);
  return {
    rights,
    get(model) {
      const policy = policies.get(model);
      // Never an empty policy in its place: a caller that forgot the model would then be granted by omission elsewhere.
      if (!policy) throw missing(model);
      return policy;
    },
  };
}

const rulesOf = ({ rows, fields }: Policy): Rule[] =>
  [rows, ...fields.values()].flatMap((rights) => Object.values<Rule>(rights));

function unknownModel(name: string, schema: Schema) {
  const known = [...schema.models.keys()].join(', ');
  return invalid(
    `There is a policy for the model "${name}", which is not in prisma/schema.prisma.`,
    `Models: ${known}.`,
  );
}

function checkFields(model: Model, policy: Policy) {
  if (policy.fields.size === 0 && Object.values(policy.rows).every(isForNobody)) return;
  const key = new Set(model.key?.fields);
  for (const name of policy.fields.keys()) {
    if (!model.fields.has(name)) {
      throw invalid(
        `The policy of ${model.name} speaks of "${name}", which is not a field of it.`,
        'Check the spelling.',
      );
    }
  }
  for (const name of policy.presets.keys()) {
    if (model.fields.get(name)?.kind !== 'scalar')
      throw invalid(
        `The policy of ${model.name} presets "${name}", which is not a column of it.`,
        'Check the spelling.',
      );
  }
  for (const [name, rights] of policy.fields) checkRights(model, name, rights);
  for (const field of model.fields.values()) {
    const isForeignKey = field.kind === 'scalar' && field.foreignKey;
    const rights = policy.fields.get(field.name);
    if (!rights && !isForeignKey) {
      throw invalid(
        `The policy of ${model.name} says nothing about the field "${field.name}".`,
        `Add ${field.name}: open, readOnly, hidden or { read, write } to its fields.`,
      );
    }
    if (key.has(field.name) && !isForeignKey && !isForEveryone(rights?.read)) {
      throw invalid(
        `The key ${model.name}.${field.name} is not readable with its row.`,
        'Make it readOnly, and restrict the rows instead.',
      );
    }
    // Where the key counts as absent, nothing would tell rows of a page apart.
    if (key.has(field.name) && rights?.sort && asksForRow(rights.sort)) {
      throw invalid(
        `The key ${model.name}.${field.name} may be sorted by on some rows only.`,
        'Grant sort by role, or leave it out.',
      );
    }
  }
}

/** Whether a rule may hold on some rows and not on others. */
function asksForRow(rule: Rule): boolean {
  if (rule.kind === 'any' || rule.kind === 'all') return rule.rules.some(asksForRow);
  if (rule.kind === 'not') return asksForRow(rule.rule);
  return !['always', 'never', 'signedIn', 'role'].includes(rule.kind);
}

const fieldVerbs = new Set<string>(['read', 'write', 'filter', 'sort', 'aggregate']);

function checkRights(model: Model, field: string, rights: FieldRights) {
  for (const [verb, rule] of Object.entries(rights)) {
    // A misspelt right would follow `read` and grant more than its author meant.
    if (!fieldVerbs.has(verb))
      throw invalid(
        `The policy of ${model.name}.${field} speaks of the right "${verb}".`,
        `There are ${[...fieldVerbs].join(', ')}.`,
      );
    for (const { relation } of throughs(rule)) relationNamed(relation, model);
  }
}

function relationNamed(name: string, model: Model): RelationField {
  const field = relationsOf(model).find((it) => it.name === name);
  if (field) return field;
  throw invalid(
    `The policy of ${model.name} goes through "${name}", which is not a relation of it.`,
    'Check the spelling.',
  );
}

/** `through` asks the target's rule, which may ask further; a circle would never end. */
function checkCircles(schema: Schema, policies: ReadonlyMap<string, Policy>) {
  const visit = (model: string, verb: RowVerb, trail: readonly string[]) => {
    const place = `${model}.${verb}`;
    if (trail.includes(place)) {
      throw invalid(
        `The rules ${[...trail, place].join(' -> ')} ask each other in a circle.`,
        'Write one of them with where() instead of through().',
      );
    }
    const policy = policies.get(model)!;
    const here = [...trail, place];
    // Every right but create holds only where the row is also readable.
    if (verb !== 'read' && verb !== 'create') visit(model, 'read', here);
    for (const { relation, verb: next } of throughs(policy.rows[verb])) {
      visit(relationNamed(relation, schema.models.get(model)!).target, next, here);
    }
  };
  for (const { model, rows } of policies.values())
    for (const verb of Object.keys(rows) as RowVerb[]) visit(model, verb, []);
}

function throughs(rule: Rule): { relation: string; verb: RowVerb }[] {
  if (rule.kind === 'through') return [rule];
  if (rule.kind === 'any' || rule.kind === 'all') return rule.rules.flatMap(throughs);
  return rule.kind === 'not' ? throughs(rule.rule) : [];
}

const invalid = (fact: string, remedy: string) => new PergolaError('POLICY_INVALID', fact, remedy);

const missing = (model: string) =>
  new PergolaError(
    'POLICY_MISSING',
    `The model ${model} has no policy.`,
    `Add one to src/app/policies, or internal('${model}') if no API should show it.`,
  );
