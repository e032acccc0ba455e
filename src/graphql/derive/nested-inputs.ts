import type { Model, RelationField } from '../../model/model.ts';
import type { RowVerb } from '../../policy/rule.ts';
import { needing, needingEither, type NeededRight } from '../needed-rights.ts';
import type { AnyInputRef, Derivation } from './derivation.ts';
import { creatingTakes, tyingTakes, type WriteVerb } from './writable.ts';

interface InputFields {
  field(options: object): never;
}

/** Declares an input once, under its name; its fields are made when all inputs are declared. */
function inputNamed(name: string, derivation: Derivation, define: () => object): AnyInputRef {
  const known = derivation.inputs.get(name);
  if (known) return known;
  const ref = derivation.builder.inputRef(name) as never as AnyInputRef;
  derivation.inputs.set(name, ref);
  derivation.builder.inputType(ref as never, define() as never);
  return ref;
}

/**
 * What to do at the other end of one relation of one model.
 *
 * @param createWithout the input of a far row that is created under this one: it lacks the relation back.
 */
export function nestedInput(
  model: Model,
  relation: RelationField,
  verb: WriteVerb,
  derivation: Derivation,
  createWithout: (model: Model, relation: string) => AnyInputRef,
): AnyInputRef {
  const names = derivation.namesOf(model.name);
  const name = verb === 'create' ? names.nestedCreate(relation.name) : names.nestedUpdate(relation.name);
  return inputNamed(name, derivation, () => {
    const target = derivation.target(relation);
    const targetNames = derivation.namesOf(target.name);
    const back = relation.opposite ?? '';
    const verbs = derivation.writable.verbs(model, relation, verb);
    const unique = derivation.inputs.get(targetNames.uniqueWhere);
    const update = () => derivation.inputOf(targetNames.updateInput);
    const create = () => createWithout(target, back);
    const connectOrCreate = () =>
      pairOf(targetNames.connectOrCreateWithout(back), { where: unique, create: create() }, derivation);
    const updateOne = () => pairOf(targetNames.updateNamed, { where: unique, data: update() }, derivation);
    const upsert = () =>
      relation.list
        ? pairOf(
            targetNames.upsertNamedWithout(back),
            { where: unique, create: create(), update: update() },
            derivation,
          )
        : pairOf(targetNames.upsertWithout(back), { create: create(), update: update() }, derivation);
    const list = <T>(type: T) => (relation.list ? [type] : type);
    const there = (right: RowVerb): NeededRight => ({ model: target.name, verb: right });
    const tie = tyingTakes(model, relation);
    // A row that is created at the far end of a relation whose columns stand there is tied by that.
    const creating = [...creatingTakes(target, derivation, relation.opposite), ...tie.pointing];
    return {
      description: descriptionOf(relation, verb),
      ...(!relation.list && { isOneOf: true }),
      fields: (t: InputFields) => ({
        ...(verbs.has('create') && { create: t.field({ type: list(create()), ...needing(...creating) }) }),
        ...(verbs.has('connect') && { connect: t.field({ type: list(unique), ...needing(...tie.tying) }) }),
        ...(verbs.has('connectOrCreate') && {
          connectOrCreate: t.field({ type: list(connectOrCreate()), ...needingEither(creating, tie.tying) }),
        }),
        ...(verbs.has('update') && {
          update: t.field({ type: relation.list ? [updateOne()] : update(), ...needing(there('update')) }),
        }),
        ...(verbs.has('upsert') && {
          upsert: t.field({ type: list(upsert()), ...needingEither(creating, [there('update')]) }),
        }),
        ...(verbs.has('disconnect') && {
          disconnect: t.field({ type: relation.list ? [unique] : 'Boolean', ...needing(...tie.untying) }),
        }),
        ...(verbs.has('set') && {
          set: t.field({
            type: [unique],
            description: 'These and no others, of those that you may read.',
            ...needing(...tie.tying),
          }),
        }),
        ...(verbs.has('delete') && {
          delete: t.field({ type: relation.list ? [unique] : 'Boolean', ...needing(there('delete')) }),
        }),
      }),
    };
  });
}

const descriptionOf = ({ list }: RelationField, verb: WriteVerb) => {
  if (!list) return 'Exactly one of them.';
  return verb === 'create'
    ? 'Rows to begin with.'
    : 'In the order set, disconnect, delete, update, upsert, connectOrCreate, create, connect.';
};

/** An input whose fields are all required. */
const pairOf = (name: string, fields: Readonly<Record<string, unknown>>, derivation: Derivation): AnyInputRef =>
  inputNamed(name, derivation, () => ({
    fields: (t: InputFields) =>
      Object.fromEntries(Object.entries(fields).map(([field, type]) => [field, t.field({ type, required: true })])),
  }));
