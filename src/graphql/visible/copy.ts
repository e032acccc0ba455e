import {
  GraphQLEnumType,
  GraphQLInputObjectType,
  GraphQLInterfaceType,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLUnionType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
  type GraphQLFieldConfigArgumentMap,
  type GraphQLNamedType,
  type GraphQLType,
} from 'graphql';
import type { Part, Parts } from './parts.ts';

/** A schema of the parts that are kept, which has their resolvers and notes. What no operation leads to falls away. */
export function copyOf(parts: Parts): GraphQLSchema {
  const { api } = parts;
  const copies = new Map<string, GraphQLNamedType>();

  const named = <T extends GraphQLNamedType>(type: T): T => {
    const known = copies.get(type.name) ?? copyType(type);
    copies.set(type.name, known);
    return known as T;
  };

  const inside = <T extends GraphQLType>(type: T): T => {
    if (isListType(type)) return new GraphQLList(inside(type.ofType)) as T;
    if (isNonNullType(type)) return new GraphQLNonNull(inside(type.ofType)) as T;
    return named(type as GraphQLNamedType) as T;
  };

  /** Of a type's own config, by name, what is kept of these parts. */
  const filtered = <C>(config: Record<string, C>, of: readonly (Part & { name: string })[], map: (it: C) => C) =>
    Object.fromEntries(parts.kept(of).map(({ name }) => [name, map(config[name]!)]));

  const copyFields = (type: GraphQLObjectType | GraphQLInterfaceType) => {
    const fields = type.getFields();
    const { fields: config } = type.toConfig();
    return Object.fromEntries(
      parts.kept(Object.values(fields)).map((field) => {
        const { args = {}, ...rest } = config[field.name]!;
        const copiedArgs: GraphQLFieldConfigArgumentMap = filtered(args, field.args, (arg) => ({
          ...arg,
          type: inside(arg.type),
        }));
        return [field.name, { ...rest, type: inside(rest.type), args: copiedArgs }];
      }),
    );
  };

  /** An interface all of whose fields the type still has. */
  const copyInterfaces = (type: GraphQLObjectType | GraphQLInterfaceType) => {
    const own = type.getFields();
    return parts
      .kept(type.getInterfaces())
      .filter((it) => parts.kept(Object.values(it.getFields())).every(({ name }) => parts.keeps(own[name]!)))
      .map(named);
  };

  const copyType = (type: GraphQLNamedType): GraphQLNamedType => {
    if (isObjectType(type)) {
      const { fields: _, interfaces: __, ...config } = type.toConfig();
      return new GraphQLObjectType({
        ...config,
        fields: () => copyFields(type),
        interfaces: () => copyInterfaces(type),
      });
    }
    if (isInterfaceType(type)) {
      const { fields: _, interfaces: __, ...config } = type.toConfig();
      return new GraphQLInterfaceType({
        ...config,
        fields: () => copyFields(type),
        interfaces: () => copyInterfaces(type),
      });
    }
    if (isInputObjectType(type)) {
      const config = type.toConfig();
      const fields = () =>
        filtered(config.fields, Object.values(type.getFields()), (field) => ({ ...field, type: inside(field.type) }));
      return new GraphQLInputObjectType({ ...config, fields });
    }
    if (isUnionType(type))
      return new GraphQLUnionType({ ...type.toConfig(), types: () => parts.kept(type.getTypes()).map(named) });
    if (!isEnumType(type) || type.getValues().every((value) => parts.keeps(value))) return type;
    const config = type.toConfig();
    return new GraphQLEnumType({ ...config, values: filtered(config.values, type.getValues(), (value) => value) });
  };

  const root = (type: GraphQLObjectType | null | undefined) => (type && parts.keeps(type) ? named(type) : null);
  // What is found through its interface only.
  const implementing = Object.values(api.getTypeMap()).filter(
    (type) => isObjectType(type) && type.getInterfaces().length > 0,
  );
  return new GraphQLSchema({
    ...api.toConfig(),
    query: root(api.getQueryType()),
    mutation: root(api.getMutationType()),
    subscription: root(api.getSubscriptionType()),
    types: parts.kept(implementing).map(named),
    // It is looked at once, before anything runs on it.
    assumeValid: false,
  });
}
