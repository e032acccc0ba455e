import * as fc from 'fast-check';
import type { RowVerb } from '../../../../src/policy/rule.ts';
import type { PolicyText, PolicyTexts, Preset, RightsText, RuleText, ViewerText } from '../policy-text.ts';
import { relationOfColumn, scalarsIn, type ModelShape } from '../shape.ts';
import type { World } from '../world.ts';
import { arbitraryPolicies, arbitraryRule } from './policies.ts';
import { arbitraryWheres } from './where.ts';

const writeVerbs = ['create', 'update', 'delete', 'link'] as const;

/** Policies under which much may be written by somebody, and most of it not by everybody or not on every row. */
export function arbitraryWritePolicies(world: World, viewers: readonly ViewerText[]): fc.Arbitrary<PolicyTexts> {
  const { models } = world.shape;
  const whereOf = arbitraryWheres(world.shape, { viewer: true });
  const writes = models.map((model, at) => {
    const earlier = new Set(models.slice(0, at).map(({ name }) => name));
    const context = { shape: world.shape, whereOf, mayAsk: (target: string) => earlier.has(target) };
    const rules = arbitraryRule(model, { ...context, verbs: ['read', 'link', 'update'] });
    const fieldRules = arbitraryRule(model, { ...context, verbs: ['read', 'update'] });
    return [model.name, arbitraryWrites(model, rules.leaf, fieldRules.leaf)] as const;
  });
  return fc
    .tuple(arbitraryPolicies(world, viewers), fc.record(Object.fromEntries(writes)))
    .map(([policies, them]) =>
      Object.fromEntries(models.map(({ name }) => [name, withWrites(policies[name]!, them[name]!)])),
    );
}

interface Writes {
  readonly rows: Readonly<Record<(typeof writeVerbs)[number], RuleText>>;
  readonly fields: Readonly<Record<string, RuleText | undefined>>;
  readonly presets: Readonly<Record<string, Preset | undefined>>;
}

function arbitraryWrites(
  model: ModelShape,
  onRows: fc.Arbitrary<RuleText>,
  onFields: fc.Arbitrary<RuleText>,
): fc.Arbitrary<Writes> {
  const always = fc.constant<RuleText>({ kind: 'always' });
  const never = fc.constant<RuleText>({ kind: 'never' });
  const granted = fc.oneof(
    { weight: 8, arbitrary: always },
    { weight: 7, arbitrary: onRows },
    { weight: 1, arbitrary: never },
  );
  const rows = Object.fromEntries(writeVerbs.map((verb: RowVerb) => [verb, granted])) as Record<
    (typeof writeVerbs)[number],
    typeof granted
  >;
  const write = fc.oneof(
    { weight: 14, arbitrary: always },
    { weight: 3, arbitrary: onFields },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );
  const fields = model.fields
    .filter((it) => it.kind === 'relation' || !relationOfColumn(model, it.name))
    // What every row needs must be writable by somebody, or nobody could create one.
    .map(
      (it) =>
        [
          it.name,
          it.kind === 'scalar' && it.required
            ? fc.oneof({ weight: 6, arbitrary: always }, { weight: 1, arbitrary: onFields })
            : write,
        ] as const,
    );
  const preset = fc.oneof(
    { weight: 4, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constantFrom<Preset>({ viewer: 'id' }, 'a') },
  );
  const texts = scalarsIn(model).filter(
    (it) => it.type === 'String' && !model.key.includes(it.name) && !relationOfColumn(model, it.name),
  );
  return fc.record({
    rows: fc.record(rows),
    fields: fc.record(Object.fromEntries(fields)),
    presets: fc.record(Object.fromEntries(texts.map(({ name }) => [name, preset]))),
  });
}

function withWrites(policy: PolicyText, { rows, fields, presets }: Writes): PolicyText {
  const known = <T>(them: Readonly<Record<string, T | undefined>>) =>
    Object.fromEntries(Object.entries(them).filter(([, it]) => it !== undefined)) as Record<string, T>;
  const rights = (name: string, old: RightsText): RightsText => {
    const others = Object.entries(old).filter(([verb]) => verb !== 'write');
    return { ...Object.fromEntries(others), ...(fields[name] && { write: fields[name] }) };
  };
  return {
    rows: { ...policy.rows, ...rows },
    fields: Object.fromEntries(Object.entries(policy.fields).map(([name, it]) => [name, rights(name, it)])),
    presets: known(presets),
  };
}
