import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
  isUnionType,
  type GraphQLArgument,
  type GraphQLEnumValue,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLNamedType,
  type GraphQLSchema,
} from 'graphql';

export type OutputField = GraphQLField<unknown, unknown>;
export type Part = GraphQLNamedType | OutputField | GraphQLInputField | GraphQLArgument | GraphQLEnumValue;

/** The parts of an API, some of which are dropped. */
export class Parts {
  readonly api: GraphQLSchema;
  private readonly dropped = new Set<Part>();

  constructor(api: GraphQLSchema) {
    this.api = api;
  }

  drop(part: Part): void {
    this.dropped.add(part);
  }

  keeps(part: Part): boolean {
    return !this.dropped.has(part);
  }

  get areAllKept(): boolean {
    return this.dropped.size === 0;
  }

  /** Drops what nothing can be done with when the rest is gone: types without parts, and what is of a type that is gone. */
  dropUseless(): void {
    let before;
    do {
      before = this.dropped.size;
      for (const type of Object.values(this.api.getTypeMap())) if (this.keeps(type)) this.dropUselessOf(type);
    } while (this.dropped.size > before);
  }

  private dropUselessOf(type: GraphQLNamedType): void {
    if (isObjectType(type) || isInterfaceType(type)) {
      for (const field of this.kept(Object.values(type.getFields()))) this.dropUselessOfField(field);
      if (this.kept(Object.values(type.getFields())).length === 0) this.drop(type);
    } else if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields());
      for (const field of fields) if (!this.keeps(getNamedType(field.type))) this.drop(field);
      const lacksRequired = fields.some((field) => isRequiredInputField(field) && !this.keeps(field));
      if (lacksRequired || this.kept(fields).length === 0) this.drop(type);
    } else if (isEnumType(type)) {
      if (this.kept(type.getValues()).length === 0) this.drop(type);
    } else if (isUnionType(type) && this.kept(type.getTypes()).length === 0) this.drop(type);
  }

  private dropUselessOfField(field: OutputField): void {
    for (const arg of field.args) if (!this.keeps(getNamedType(arg.type))) this.drop(arg);
    const lacksRequired = field.args.some((arg) => isRequiredArgument(arg) && !this.keeps(arg));
    if (lacksRequired || !this.keeps(getNamedType(field.type))) this.drop(field);
  }

  kept<P extends Part>(parts: readonly P[]): P[] {
    return parts.filter((part) => this.keeps(part));
  }
}
