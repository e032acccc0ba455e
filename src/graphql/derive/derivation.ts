import type SchemaBuilder from '@pothos/core';
import type { InputRef, ObjectRef, EnumRef, InterfaceRef } from '@pothos/core';
import type { Row } from '../../database/read.ts';
import {
  modelOf,
  relationsOf,
  scalarsOf,
  type Field,
  type Model,
  type RelationField,
  type ScalarField,
  type Schema,
} from '../../model/model.ts';
import type { ModelNames, Names } from '../../model/naming.ts';
import type { Policies } from '../../policy/policy.ts';
import { isForEveryone, isForNobody, type FieldVerb, type RowVerb } from '../../policy/rule.ts';
import type { Builder, FieldCoordinate, RightCoordinate } from '../builder.ts';
import type { Context } from '../context.ts';
import type { FigurePart } from './figures.ts';
import { Writable } from './writable.ts';

/**
 * Pothos' builder as derivations see it: models are not known to the compiler here, so it is typed without them.
 * The other view of the same builder, with every model's type, is `Builder`, which hand-written fields get.
 */
interface LooseTypes {
  Context: Context;
  AuthScopes: { signedIn: boolean; readable: FieldCoordinate; mayAll: readonly RightCoordinate[] };
  DefaultNodeNullability: false;
  DefaultEdgesNullability: { list: false; items: false };
  Scalars: { ID: { Input: string; Output: string } };
}
type LooseBuilder = InstanceType<typeof SchemaBuilder<LooseTypes>>;

export type AnyObjectRef = ObjectRef<never, Row>;
export type AnyInputRef = InputRef;

/** What all derivations share: the schema, what everybody may see of it, and the types that exist already. */
export class Derivation {
  readonly schema: Schema;
  readonly names: Names;
  readonly policies: Policies;
  readonly typed: Builder;
  readonly builder: LooseBuilder;
  readonly objects = new Map<string, AnyObjectRef>();
  readonly connections = new Map<string, AnyObjectRef>();
  readonly inputs = new Map<string, AnyInputRef>();
  readonly enums = new Map<string, EnumRef<never, unknown>>();
  readonly figures = new Map<string, readonly FigurePart[]>();
  node: InterfaceRef<never, Row> | undefined;
  #writable: Writable | undefined;

  constructor(builder: Builder, { schema, names, policies }: { schema: Schema; names: Names; policies: Policies }) {
    this.typed = builder;
    this.builder = builder as unknown as LooseBuilder;
    this.schema = schema;
    this.names = names;
    this.policies = policies;
  }

  /** First asked for when the inputs that name rows are there: what can be named decides what can be connected. */
  get writable(): Writable {
    return (this.#writable ??= new Writable(this));
  }

  /** The models that somebody may read: the others are not part of the API. */
  get models(): Model[] {
    return [...this.schema.models.values()].filter(({ name }) => this.isExposed(name));
  }

  namesOf(model: string): ModelNames {
    const names = this.names.models.get(model);
    if (!names) throw new Error(`No names for ${model}.`);
    return names;
  }

  isExposed(model: string): boolean {
    return !isForNobody(this.policies.get(model).rows.read);
  }

  grants(model: string, verb: RowVerb): boolean {
    return !isForNobody(this.policies.get(model).rows[verb]);
  }

  /** Every row of the model is readable by everybody. */
  isPublic(model: string): boolean {
    return isForEveryone(this.policies.get(model).rows.read);
  }

  /** Somebody has the right on the field. Columns of relations follow their relation, and are written through it only. */
  hasRight(model: Model, field: Field, verb: FieldVerb): boolean {
    if (field.kind === 'relation') {
      return this.isExposed(field.target) && this.declares(model, field.name, verb);
    }
    if (model.key?.fields.includes(field.name) && field.foreignKey) return verb !== 'write';
    if (!field.foreignKey) return this.declares(model, field.name, verb);
    const relation = this.relationOfColumn(model, field.name);
    return verb !== 'write' && relation !== undefined && this.hasRight(model, relation, verb);
  }

  private declares(model: Model, field: string, verb: FieldVerb): boolean {
    const rights = this.policies.get(model.name).fields.get(field) ?? {};
    return (
      !isForNobody(verb === 'read' || verb === 'write' ? rights[verb] : (rights[verb] ?? rights.read)) &&
      !(verb !== 'write' && isForNobody(rights.read))
    );
  }

  /** Everybody reads the field on every row that they read. */
  isOpen(model: Model, field: Field): boolean {
    if (model.key?.fields.includes(field.name)) return true;
    const own = isForEveryone(this.policies.get(model.name).fields.get(field.name)?.read);
    if (field.kind === 'relation') return own && this.isPublic(field.target);
    if (!field.foreignKey) return own;
    const relation = this.relationOfColumn(model, field.name);
    return relation !== undefined && this.isOpen(model, relation);
  }

  relationOfColumn(model: Model, column: string): RelationField | undefined {
    return relationsOf(model).find(
      ({ owning, join }) => owning && join.kind === 'columns' && join.pairs.some(([here]) => here === column),
    );
  }

  readableScalars(model: Model): ScalarField[] {
    return scalarsOf(model).filter((field) => this.hasRight(model, field, 'read'));
  }

  readableRelations(model: Model): RelationField[] {
    return relationsOf(model).filter((field) => this.hasRight(model, field, 'read'));
  }

  objectOf(model: string): AnyObjectRef {
    return found(this.objects, model);
  }

  connectionOf(model: string): AnyObjectRef {
    return found(this.connections, model);
  }

  figuresOf(model: string): readonly FigurePart[] {
    return found(this.figures, model);
  }

  inputOf(name: string): AnyInputRef {
    return found(this.inputs, name);
  }

  /** The API's type of a scalar field. */
  typeOf(field: Pick<ScalarField, 'type' | 'enum'>) {
    return field.enum ? found(this.enums, field.enum) : (field.type as 'String');
  }

  target(relation: RelationField): Model {
    return modelOf(this.schema, relation.target);
  }
}

function found<T>(map: ReadonlyMap<string, T>, name: string): T {
  const it = map.get(name);
  if (it === undefined) throw new Error(`Nothing is derived under the name ${name}.`);
  return it;
}
