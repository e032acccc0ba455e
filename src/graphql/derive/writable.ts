import type { Field, Model, RelationField, ScalarField } from '../../model/model.ts';
import { relationOf, relationsOf, scalarsOf } from '../../model/model.ts';
import type { NestedVerb } from '../../database/write/nested-input.ts';
import type { NeededRight } from '../needed-rights.ts';
import type { Derivation } from './derivation.ts';

export type WriteVerb = 'create' | 'update';

/**
 * What somebody may write. It is decided for all models together: a relation is writable where something can be done at
 * its other end, and that depends on what is writable there. What nobody may do is not part of the API.
 */
export class Writable {
  private readonly derivation: Derivation;
  private readonly models: Readonly<Record<WriteVerb, Set<string>>>;

  constructor(derivation: Derivation) {
    this.derivation = derivation;
    const candidates = (verb: WriteVerb) =>
      derivation.models.filter(({ name, operations, key }) => {
        return operations.has(verb) && derivation.grants(name, verb) && (verb === 'create' || key !== undefined);
      });
    this.models = {
      create: new Set(candidates('create').map(({ name }) => name)),
      update: new Set(candidates('update').map(({ name }) => name)),
    };
    // Each that drops out may take others with it.
    while (this.dropEmpty('create') || this.dropEmpty('update'));
  }

  can(verb: WriteVerb, model: string): boolean {
    return this.models[verb].has(model);
  }

  /** @param without the relation back to the row that this one is created under. */
  fields(model: Model, verb: WriteVerb, without?: string): (ScalarField | RelationField)[] {
    const scalars: Field[] = scalarsOf(model).filter((field) => !field.list && !field.managed);
    const relations = relationsOf(model).filter(
      (field) => field.name !== without && this.verbs(model, field, verb).size > 0,
    );
    return [...scalars, ...relations].filter((field) => this.derivation.hasRight(model, field, 'write'));
  }

  /** What can be done through a relation while its row is created or updated. */
  verbs(model: Model, relation: RelationField, verb: WriteVerb): ReadonlySet<NestedVerb> {
    const { derivation } = this;
    const verbs = new Set<NestedVerb>();
    if (!derivation.isExposed(relation.target)) return verbs;
    const target = derivation.target(relation);
    const back = relation.opposite === undefined ? undefined : relationOf(target, relation.opposite);
    // Whoever holds the columns is the one that is written.
    const holdsColumns = relation.join.kind === 'columns' && !relation.owning;
    if (holdsColumns && !(back && derivation.hasRight(target, back, 'write')))
      return this.existing(relation, target, verb);
    const named = derivation.inputs.has(derivation.namesOf(target.name).uniqueWhere);
    const creates = this.can('create', target.name) && this.hasOthers(target, relation.opposite);
    const ties = named && derivation.grants(target.name, holdsColumns ? 'update' : 'link');
    const unties = relation.join.kind === 'table' || !(relation.owning ? relation : back)?.required;
    if (creates) verbs.add('create');
    if (ties) verbs.add('connect');
    if (creates && ties) verbs.add('connectOrCreate');
    if (verb === 'create') return verbs;
    if (ties && unties) verbs.add('disconnect');
    if (ties && unties && relation.list) verbs.add('set');
    for (const it of this.existing(relation, target, verb)) verbs.add(it);
    if (creates && verbs.has('update')) verbs.add('upsert');
    return verbs;
  }

  /** What can be done with rows that are tied already, and stay so until they go. */
  private existing(relation: RelationField, target: Model, verb: WriteVerb): Set<NestedVerb> {
    const { derivation } = this;
    const verbs = new Set<NestedVerb>();
    const named = !relation.list || derivation.inputs.has(derivation.namesOf(target.name).uniqueWhere);
    if (verb === 'create' || !named || target.key === undefined) return verbs;
    if (this.can('update', target.name)) verbs.add('update');
    const deletes = target.operations.has('delete') && derivation.grants(target.name, 'delete');
    if (deletes && !(relation.owning && relation.required)) verbs.add('delete');
    return verbs;
  }

  private hasOthers(model: Model, without: string | undefined): boolean {
    const { derivation } = this;
    return [...model.fields.values()].some(
      (field) => field.name !== without && derivation.hasRight(model, field, 'write') && isWritten(field),
    );
  }

  private dropEmpty(verb: WriteVerb): boolean {
    const empty = this.derivation.models.filter(
      (model) => this.can(verb, model.name) && this.fields(model, verb).length === 0,
    );
    for (const { name } of empty) this.models[verb].delete(name);
    return empty.length > 0;
  }
}

/** Whether a new row cannot do without a field that the caller gives. */
export function isRequired(model: Model, field: ScalarField | RelationField, { policies }: Derivation): boolean {
  if (field.kind === 'scalar') return field.required && !field.default && !field.managed;
  const { presets } = policies.get(model.name);
  const given = field.join.kind === 'columns' && field.join.pairs.every(([here]) => presets.has(here));
  return field.owning && field.required && !given;
}

/** What it takes of a viewer to create a row of what is given for it. */
export const creatingTakes = (model: Model, derivation: Derivation, without?: string): NeededRight[] => [
  { model: model.name, verb: 'create' },
  ...derivation.writable
    .fields(model, 'create', without)
    .filter((field) => isRequired(model, field, derivation))
    .map(({ name: field }) => ({ model: model.name, field, verb: 'write' as const })),
];

/** What it takes of a viewer to tie rows by a relation, to have one tied that is created, and to untie them. */
export function tyingTakes(
  model: Model,
  { owning, join, target, opposite = '' }: RelationField,
): Readonly<Record<'tying' | 'pointing' | 'untying', NeededRight[]>> {
  if (join.kind === 'table' || owning) {
    const tying: NeededRight[] = [{ model: target, verb: 'link' }];
    return { tying, pointing: [], untying: owning ? [] : tying };
  }
  // The far row is written so that it points here.
  const pointing: NeededRight[] = [
    { model: target, field: opposite, verb: 'write' },
    { model: model.name, verb: 'link' },
  ];
  const tying: NeededRight[] = [...pointing, { model: target, verb: 'update' }];
  return { tying, pointing, untying: tying };
}

const isWritten = (field: Field) => field.kind === 'relation' || !(field.list || field.managed);
