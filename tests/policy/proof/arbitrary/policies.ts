import fc from 'fast-check';
import type { RowVerb } from '../../../../src/policy/rule.ts';
import type { PolicyText, PolicyTexts, RightsText, RuleText, ViewerText } from '../policy-text.ts';
import {
  relationIn,
  relationOfColumn,
  relationsIn,
  scalarsIn,
  type FieldShape,
  type ModelShape,
  type Shape,
} from '../shape.ts';
import { Rights } from '../reference/rights.ts';
import { rowsOf, type World } from '../world.ts';
import { arbitraryWheres } from './where.ts';

export const roles = ['editor', 'reviewer'] as const;

export const arbitraryViewers: fc.Arbitrary<readonly ViewerText[]> = fc
  .tuple(
    fc.constantFrom<ViewerText>(
      { kind: 'user', id: 'u1', roles: [] },
      { kind: 'user', id: 'u2', roles: [] },
      { kind: 'user', id: "o'x", roles: [] },
    ),
    fc.constantFrom<ViewerText>(
      { kind: 'user', id: 'u1', roles: ['editor'] },
      { kind: 'user', id: 'u2', roles: ['reviewer'] },
      { kind: 'user', id: 'u2', roles: ['reviewer', 'editor'] },
      { kind: 'token', id: 'u1', roles: ['editor'] },
    ),
  )
  .map(([plain, entitled]) => [{ kind: 'guest', id: null, roles: [] }, plain, entitled]);

/** Policies under which a good part of everything is hidden, and a good part is not. */
export function arbitraryPolicies(world: World, viewers: readonly ViewerText[]): fc.Arbitrary<PolicyTexts> {
  const { shape } = world;
  const whereOf = arbitraryWheres(shape, { viewer: true });
  const drafts = shape.models.map((model, at) => {
    // Rules that ask each other in a circle are refused at the start: row rules go to earlier models only.
    const earlier = new Set(shape.models.slice(0, at).map(({ name }) => name));
    return [model.name, arbitraryDraft(model, whereOf, earlier)] as const;
  });
  return fc.record(Object.fromEntries(drafts)).map((it) => chosen(it, world, viewers));
}

type WhereOf = ReturnType<typeof arbitraryWheres>;

interface Draft {
  /** Of which the most telling is taken. */
  readonly reads: readonly RuleText[];
  readonly link: RuleText;
  readonly fields: PolicyText['fields'];
}

function arbitraryDraft(model: ModelShape, whereOf: WhereOf, earlier: ReadonlySet<string>): fc.Arbitrary<Draft> {
  const onRows = arbitraryRule(model, whereOf, (target) => earlier.has(target), ['read', 'link']);
  const onFields = arbitraryRule(model, whereOf, () => true, ['read', 'link']);
  const read = fc.oneof({ weight: 2, arbitrary: onRows.deep }, { weight: 1, arbitrary: onRows.leaf });
  const fields = model.fields
    .filter((it) => it.kind === 'relation' || !relationOfColumn(model, it.name))
    .map((it) => [it.name, arbitraryRights(it, model, onFields)] as const);
  const always = fc.constant<readonly RuleText[]>([{ kind: 'always' }]);
  const reads = fc.oneof(
    { weight: 6, arbitrary: fc.array(read, { minLength: 4, maxLength: 4 }) },
    { weight: 1, arbitrary: always },
    { weight: 1, arbitrary: fc.array(read, { minLength: 1, maxLength: 1 }) },
  );
  return fc.record({ reads, link: onRows.leaf, fields: fc.record(Object.fromEntries(fields)) });
}

/** How many of the rows a viewer had best read, for their operations to meet hidden ones and others. */
const bestShare = 0.65;

/** How many conditions a rule may come down to: one that goes through others holds theirs, and theirs in turn. */
const mostConditions = 30;

function chosen(drafts: Readonly<Record<string, Draft>>, world: World, viewers: readonly ViewerText[]): PolicyTexts {
  // Nothing is written here, and an API without mutations is made in half the time.
  const never: RuleText = { kind: 'never' };
  const policies: Record<string, PolicyText> = {};
  const sizes = new Map<string, number>();
  const sizeOf = (rule: RuleText, model: ModelShape): number => {
    if (rule.kind === 'any' || rule.kind === 'all') return rule.rules.reduce((sum, it) => sum + sizeOf(it, model), 0);
    if (rule.kind === 'not') return sizeOf(rule.rule, model);
    return rule.kind === 'through' ? 1 + (sizes.get(relationIn(model, rule.relation).target) ?? 0) : 1;
  };
  for (const model of world.shape.models) {
    const { reads, link, fields } = drafts[model.name]!;
    const small = (rule: RuleText) => sizeOf(rule, model) <= mostConditions;
    const options = [...reads.filter(small), { kind: 'signedIn' } as const].map((read): PolicyText => ({
      rows: { read, create: never, update: never, delete: never, link: small(link) ? link : never },
      fields,
    }));
    const badness = (policy: PolicyText) => {
      const all = rowsOf(world, model.name).length;
      const shares = viewers.map(
        (viewer) => new Rights(world, { ...policies, [model.name]: policy }, viewer).readable(model.name).length / all,
      );
      return shares.reduce((sum, share) => sum + Math.abs(share - bestShare), 0);
    };
    const best = options.slice(0, Math.max(options.length - 1, 1)).toSorted((a, b) => badness(a) - badness(b))[0]!;
    policies[model.name] = best;
    sizes.set(model.name, sizeOf(best.rows.read, model) + sizeOf(best.rows.link, model));
  }
  // Fields may go through any model, so their rules are measured when all are known.
  for (const model of world.shape.models) {
    const policy = policies[model.name]!;
    const fields = Object.entries(policy.fields).map(([name, rights]) => {
      const kept = Object.entries(rights).filter(([, rule]) => sizeOf(rule, model) <= mostConditions);
      return [name, Object.fromEntries(kept)] as const;
    });
    policies[model.name] = { ...policy, fields: Object.fromEntries(fields) };
  }
  return policies;
}

interface Rules {
  readonly leaf: fc.Arbitrary<RuleText>;
  readonly deep: fc.Arbitrary<RuleText>;
}

function arbitraryRights(field: FieldShape, model: ModelShape, rules: Rules): fc.Arbitrary<RightsText> {
  const always: RuleText = { kind: 'always' };
  const isKey = field.kind === 'scalar' && model.key.includes(field.name);
  const rule = fc.oneof({ weight: 3, arbitrary: rules.leaf }, { weight: 1, arbitrary: rules.deep });
  const open = fc.constant<RightsText>({ read: always, write: always });
  const narrowed = fc
    .tuple(rule, fc.constantFrom('filter', 'sort', 'aggregate'))
    .map(([it, verb]): RightsText => ({ read: always, [verb]: it }));
  if (isKey) return fc.oneof({ weight: 20, arbitrary: open }, { weight: 1, arbitrary: narrowed });
  return fc.oneof(
    { weight: 5, arbitrary: open },
    { weight: 1, arbitrary: fc.constant<RightsText>({}) },
    { weight: 7, arbitrary: rule.map((read): RightsText => ({ read })) },
    { weight: 2, arbitrary: narrowed },
    { weight: 1, arbitrary: fc.tuple(narrowed, rule).map(([rights, read]): RightsText => ({ ...rights, read })) },
  );
}

function arbitraryRule(
  model: ModelShape,
  whereOf: WhereOf,
  mayAsk: (target: string) => boolean,
  verbs: readonly RowVerb[],
): Rules {
  const where = fc.oneof(
    { weight: 3, arbitrary: whereOf(model.name, 0) },
    { weight: 3, arbitrary: whereOf(model.name, 1) },
    { weight: 1, arbitrary: whereOf(model.name, 2) },
  );
  const texts = scalarsIn(model).filter(({ type }) => type === 'String');
  const through = relationsIn(model).filter((it) => !it.list && mayAsk(it.target));
  const leaf = fc.oneof(
    { weight: 9, arbitrary: where.map((it): RuleText => ({ kind: 'where', where: it })) },
    { weight: 2, arbitrary: fc.constantFrom(...roles).map((role): RuleText => ({ kind: 'role', role })) },
    { weight: 1, arbitrary: fc.constantFrom<RuleText>({ kind: 'signedIn' }, { kind: 'always' }, { kind: 'never' }) },
    ...(texts.length > 0
      ? [
          {
            weight: 2,
            arbitrary: fc
              .constantFrom(...texts)
              .map(({ name }): RuleText => ({ kind: 'where', where: { [name]: { equals: { viewer: 'id' } } } })),
          },
        ]
      : []),
    ...(through.length > 0
      ? [
          {
            weight: 5,
            arbitrary: fc
              .tuple(fc.constantFrom(...through), fc.constantFrom(...verbs))
              .map(([{ name }, verb]): RuleText => ({ kind: 'through', relation: name, verb })),
          },
        ]
      : []),
  );
  const level = (inner: fc.Arbitrary<RuleText>): fc.Arbitrary<RuleText> => {
    const several = fc.oneof(
      { weight: 9, arbitrary: fc.array(inner, { minLength: 2, maxLength: 3 }) },
      { weight: 1, arbitrary: fc.array(inner, { maxLength: 1 }) },
    );
    return fc.oneof(
      { weight: 4, arbitrary: several.map((rules): RuleText => ({ kind: 'any', rules })) },
      { weight: 3, arbitrary: several.map((rules): RuleText => ({ kind: 'all', rules })) },
      { weight: 2, arbitrary: inner.map((rule): RuleText => ({ kind: 'not', rule })) },
    );
  };
  const once = level(leaf);
  return {
    leaf,
    deep: fc.oneof({ weight: 3, arbitrary: once }, { weight: 1, arbitrary: level(fc.oneof(leaf, once)) }),
  };
}
