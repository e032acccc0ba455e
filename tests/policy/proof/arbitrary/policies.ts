import * as fc from 'fast-check';
import type { RowVerb } from '../../../../src/policy/rule.ts';
import type { PolicyTexts, RightsText, RuleText, ViewerText } from '../policy-text.ts';
import { relationOfColumn, relationsIn, scalarsIn, type FieldShape, type ModelShape } from '../shape.ts';
import type { World } from '../world.ts';
import { choosePolicies, type Draft } from './choose-policies.ts';
import { arbitraryWheres } from './where.ts';

const roleNames = ['editor', 'reviewer'] as const;

const ids = ['u1', 'u2', "o'x"] as const;

/**
 * A guest, two users without roles and two with the same: what is kept of the question of one must not answer the other
 * of its kind.
 */
export const arbitraryViewers: fc.Arbitrary<readonly ViewerText[]> = fc
  .record({
    two: fc.shuffledSubarray([...ids], { minLength: 2, maxLength: 2 }),
    roles: fc.constantFrom<readonly string[]>(['editor'], ['reviewer'], ['reviewer', 'editor']),
    kind: fc.constantFrom('user' as const, 'user' as const, 'token' as const),
  })
  .map(({ two, roles, kind }) => [
    { kind: 'guest', id: null, roles: [] },
    ...two.map((id): ViewerText => ({ kind: 'user', id, roles: [] })),
    ...two.map((id): ViewerText => ({ kind, id, roles })),
  ]);

/** Policies under which a good part of everything is hidden, and a good part is not. */
export function arbitraryPolicies(world: World, viewers: readonly ViewerText[]): fc.Arbitrary<PolicyTexts> {
  const { shape } = world;
  const whereOf = arbitraryWheres(shape, { viewer: true });
  const drafts = shape.models.map((model, at) => {
    // Rules that ask each other in a circle are refused at the start: row rules go to earlier models only.
    const earlier = new Set(shape.models.slice(0, at).map(({ name }) => name));
    return [model.name, arbitraryDraft(model, whereOf, earlier)] as const;
  });
  return fc.record(Object.fromEntries(drafts)).map((it) => choosePolicies(it, world, viewers));
}

type WhereOf = ReturnType<typeof arbitraryWheres>;

function arbitraryDraft(model: ModelShape, whereOf: WhereOf, earlier: ReadonlySet<string>): fc.Arbitrary<Draft> {
  const onRows = arbitraryRule(model, whereOf, (target) => earlier.has(target), ['read', 'link']);
  const onFields = arbitraryRule(model, whereOf, () => true, ['read', 'link']);
  const read = fc.oneof({ weight: 2, arbitrary: onRows.deep }, { weight: 1, arbitrary: onRows.leaf });
  const fields = model.fields
    .filter((it) => it.kind === 'relation' || !relationOfColumn(model, it.name))
    .map((it) => [it.name, arbitraryRights(it, model, onFields)] as const);
  const reads = fc.oneof(
    { weight: 12, arbitrary: severalOf(read, 10) },
    { weight: 1, arbitrary: severalOf(fc.constant<RuleText>({ kind: 'always' }), 1) },
    { weight: 1, arbitrary: severalOf(read, 1) },
  );
  return fc.record({ reads, link: onRows.leaf, fields: fc.record(Object.fromEntries(fields)) });
}

const severalOf = <T>(arbitrary: fc.Arbitrary<T>, count: number): fc.Arbitrary<readonly T[]> =>
  fc.array(arbitrary, { minLength: count, maxLength: count });

interface Rules {
  readonly leaf: fc.Arbitrary<RuleText>;
  readonly deep: fc.Arbitrary<RuleText>;
}

/** What may be granted on a field: one of these. */
function arbitraryRights(field: FieldShape, model: ModelShape, rules: Rules): fc.Arbitrary<readonly RightsText[]> {
  const always: RuleText = { kind: 'always' };
  const isKey = field.kind === 'scalar' && model.key.includes(field.name);
  const rule = fc.oneof({ weight: 3, arbitrary: rules.leaf }, { weight: 1, arbitrary: rules.deep });
  const open = severalOf(fc.constant<RightsText>({ read: always, write: always }), 1);
  const sorting = isKey ? fc.constant<RuleText>({ kind: 'role', role: 'editor' }) : rule;
  const use = fc.oneof(
    rule.map((filter): RightsText => ({ filter })),
    sorting.map((sort): RightsText => ({ sort })),
    rule.map((aggregate): RightsText => ({ aggregate })),
  );
  const used = severalOf(
    use.map((it): RightsText => ({ read: always, ...it })),
    1,
  );
  if (isKey) return fc.oneof({ weight: 20, arbitrary: open }, { weight: 1, arbitrary: used });
  const read = rule.map((it): RightsText => ({ read: it }));
  return fc.oneof(
    { weight: field.kind === 'relation' ? 10 : 4, arbitrary: open },
    { weight: 8, arbitrary: severalOf(read, 8) },
    {
      weight: 4,
      arbitrary: severalOf(
        fc.tuple(use, read).map((both): RightsText => ({ ...both[0], ...both[1] })),
        2,
      ),
    },
    { weight: field.kind === 'relation' && field.owning ? 8 : 4, arbitrary: used },
    { weight: 1, arbitrary: fc.constant([{}]) },
  );
}

export function arbitraryRule(
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
    { weight: 2, arbitrary: fc.constantFrom(...roleNames).map((role): RuleText => ({ kind: 'role', role })) },
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
