import * as fc from 'fast-check';
import type { FieldVerb } from '../../../../src/policy/rule.ts';
import type { PolicyTexts, RuleText } from '../policy-text.ts';
import { relationOfColumn, tablesIn, type Shape } from '../shape.ts';
import type { Edit } from '../other-world.ts';
import { arbitraryRowPlan } from './rows.ts';
import { arbitraryWheres } from './where.ts';

/** Attempts to change something that the viewer may not know; those that would show are left out later. */
export function arbitraryEdits(shape: Shape): fc.Arbitrary<readonly Edit[]> {
  const kind = fc.constantFrom('add' as const, 'remove' as const, 'change' as const, 'change' as const);
  const ofRows = shape.models.map((model) =>
    fc.record({ kind, model: fc.constant(model.name), row: fc.nat(29), plan: arbitraryRowPlan(model, shape) }),
  );
  const ofLinks = tablesIn(shape).map(({ table }) =>
    fc.record({
      kind: fc.constant('link' as const),
      table: fc.constant(table),
      pair: fc.tuple(fc.nat(29), fc.nat(29)),
    }),
  );
  return fc.array(fc.oneof(...ofRows, ...ofLinks), { minLength: 6, maxLength: 16, size: 'max' });
}

export interface Narrowing {
  readonly model: string;
  /** Undefined: the right to read the row. */
  readonly field: string | undefined;
  readonly verb: FieldVerb;
  readonly rule: RuleText;
}

/** One right that is taken away, everywhere or where a condition does not hold. */
export function arbitraryNarrowing(shape: Shape): fc.Arbitrary<Narrowing> {
  const whereOf = arbitraryWheres(shape, { viewer: true });
  return fc.oneof(
    ...shape.models.map((model) => {
      const fields = model.fields
        .filter((it) => it.kind === 'relation' || !(model.key.includes(it.name) || relationOfColumn(model, it.name)))
        .map(({ name }) => name);
      const where = whereOf(model.name, 1).map((it): RuleText => ({ kind: 'where', where: it }));
      return fc.record({
        model: fc.constant(model.name),
        field: fc.oneof(
          { weight: 1, arbitrary: fc.constant(undefined) },
          { weight: 2, arbitrary: fc.constantFrom(undefined, ...fields) },
        ),
        verb: fc.constantFrom<FieldVerb>('read', 'read', 'filter'),
        rule: fc.oneof(fc.constant<RuleText>({ kind: 'role', role: 'nobody' }), where),
      });
    }),
  );
}

export function narrowed(policies: PolicyTexts, { model, field, verb, rule }: Narrowing): PolicyTexts {
  const policy = policies[model]!;
  const both = (old: RuleText | undefined): RuleText => (old ? { kind: 'all', rules: [old, rule] } : rule);
  if (field === undefined)
    return { ...policies, [model]: { ...policy, rows: { ...policy.rows, read: both(policy.rows.read) } } };
  const rights = policy.fields[field]!;
  // A right of its own that is not said follows read: it is taken away beside it.
  if (verb === 'read' && !rights.read) return policies;
  return {
    ...policies,
    [model]: { ...policy, fields: { ...policy.fields, [field]: { ...rights, [verb]: both(rights[verb]) } } },
  };
}

/** Whether rows may appear when others go: a rule asks for the opposite of a right on rows, of which there are fewer. */
export function turnsAround(policies: PolicyTexts, fewer: PolicyTexts): boolean {
  const holdsThrough = (rule: RuleText): boolean => {
    if (rule.kind === 'any' || rule.kind === 'all') return rule.rules.some(holdsThrough);
    return rule.kind === 'not' ? holdsThrough(rule.rule) : rule.kind === 'through';
  };
  const turns = (rule: RuleText): boolean => {
    if (rule.kind === 'any' || rule.kind === 'all') return rule.rules.some(turns);
    return rule.kind === 'not' && holdsThrough(rule.rule);
  };
  const hasFewerRows = Object.entries(policies).some(
    ([model, { rows }]) => JSON.stringify(rows) !== JSON.stringify(fewer[model]!.rows),
  );
  return (
    hasFewerRows &&
    Object.values(policies).some(({ rows, fields }) =>
      [rows, ...Object.values(fields)].flatMap((rights) => Object.values(rights)).some(turns),
    )
  );
}
