import * as fc from 'fast-check';
import type { RowVerb } from '../../../../src/policy/rule.ts';
import type { PolicyTexts, RightsText, RuleText, ViewerText, WhereText } from '../policy-text.ts';
import {
  modelIn,
  relationOfColumn,
  relationsIn,
  scalarsIn,
  type FieldShape,
  type ModelShape,
  type Shape,
} from '../shape.ts';
import type { World } from '../world.ts';
import { choosePolicies, type Draft } from './choose-policies.ts';
import { arbitraryFieldComparison } from './field-comparisons.ts';
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
    return [model.name, arbitraryDraft(model, { shape, whereOf }, earlier)] as const;
  });
  return fc.record(Object.fromEntries(drafts)).map((it) => choosePolicies(it, world, viewers));
}

type WhereOf = ReturnType<typeof arbitraryWheres>;

function arbitraryDraft(
  model: ModelShape,
  context: Pick<RuleContext, 'shape' | 'whereOf'>,
  earlier: ReadonlySet<string>,
): fc.Arbitrary<Draft> {
  const verbs = ['read', 'link'] as const;
  const onRows = arbitraryRule(model, { ...context, mayAsk: (target) => earlier.has(target), verbs });
  const onFields = arbitraryRule(model, { ...context, mayAsk: () => true, verbs });
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

export interface RuleContext {
  readonly shape: Shape;
  readonly whereOf: WhereOf;
  /** Whether a rule may go through a relation to this model. */
  readonly mayAsk: (target: string) => boolean;
  /** For which right. */
  readonly verbs: readonly RowVerb[];
}

export function arbitraryRule(model: ModelShape, { shape, whereOf, mayAsk, verbs }: RuleContext): Rules {
  const where = fc.oneof(
    { weight: 3, arbitrary: whereOf(model.name, 0) },
    { weight: 3, arbitrary: whereOf(model.name, 1) },
    { weight: 1, arbitrary: whereOf(model.name, 2) },
  );
  const texts = scalarsIn(model).filter(({ type }) => type === 'String');
  const through = relationsIn(model).filter((it) => !it.list && mayAsk(it.target));
  const ofTwoFields = arbitraryFieldComparison(model, shape);
  const leaf = fc.oneof(
    { weight: 9, arbitrary: where.map((it): RuleText => ({ kind: 'where', where: it })) },
    ...(ofTwoFields
      ? [{ weight: 4, arbitrary: ofTwoFields.map((it): RuleText => ({ kind: 'where', where: it })) }]
      : []),
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
    ...(relationsIn(model).length > 0 ? [{ weight: 3, arbitrary: arbitraryExists(model, shape, whereOf) }] : []),
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

/** A row at the end of one or two relations: any, one that fits, or a membership, which names the viewer and may say more. */
function arbitraryExists(model: ModelShape, shape: Shape, whereOf: WhereOf): fc.Arbitrary<RuleText> {
  const endings = (path: readonly string[], target: string): fc.Arbitrary<RuleText> => {
    const end = modelIn(shape, target);
    const texts = scalarsIn(end).filter(({ type }) => type === 'String');
    const fitting = whereOf(target, 0);
    const where = fc.oneof(
      { weight: 1, arbitrary: fc.constant<WhereText>({}) },
      { weight: 3, arbitrary: fitting },
      ...(texts.length > 0
        ? [
            {
              weight: 4,
              arbitrary: fc
                .tuple(fc.constantFrom(...texts), fc.oneof(fc.constant<WhereText>({}), fitting))
                .map(([{ name }, also]): WhereText => ({ ...also, [name]: { equals: { viewer: 'id' } } })),
            },
          ]
        : []),
    );
    return where.map((it): RuleText => ({ kind: 'exists', path, where: it }));
  };
  const next = (from: ModelShape) => relationsIn(from).map(({ name, target }) => ({ name, target }));
  return fc.constantFrom(...next(model)).chain(({ name, target }) => {
    const further = next(modelIn(shape, target));
    const near = endings([name], target);
    if (further.length === 0) return near;
    const far = fc.constantFrom(...further).chain((it) => endings([name, it.name], it.target));
    return fc.oneof({ weight: 2, arbitrary: near }, { weight: 1, arbitrary: far });
  });
}
