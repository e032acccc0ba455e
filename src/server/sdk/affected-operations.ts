import {
  buildSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isObjectType,
  parse,
  TypeInfo,
  typeFromAST,
  visit,
  visitWithTypeInfo,
  type GraphQLSchema,
  type GraphQLType,
} from 'graphql';
import { failingOperations, type ApiChange } from './api-changes.ts';

export interface Operations {
  /** The text by the name. */
  readonly [name: string]: string;
}

export interface AffectedOperation {
  readonly operation: string;
  /** Why the API of now refuses it; undefined when it still runs, but means or takes something else. */
  readonly fails: string | undefined;
  /** The breaking changes that touch what it asks for, or what its variables may hold. */
  readonly changes: readonly ApiChange[];
}

/** Which operations of clients that were built for the API of before meet a breaking change. */
export function affectedOperations(
  { before, after, breaking }: { before: string; after: string; breaking: readonly ApiChange[] },
  operations: Operations,
): AffectedOperation[] {
  const old = buildSchema(before);
  const failing = new Map(
    failingOperations(buildSchema(after), operations).map(({ operation, reason }) => [operation, reason]),
  );
  return Object.entries(operations).flatMap(([operation, text]) => {
    const fails = failing.get(operation);
    const touched = touchedBy(old, text);
    const changes = breaking.filter((change) => touched.has(whereItIsNoticed(change)));
    return fails !== undefined || changes.length > 0 ? [{ operation, fails, changes }] : [];
  });
}

/** What is new is in no old document: a new argument that is required is noticed by who asks for its field. */
const whereItIsNoticed = ({ kind, path }: ApiChange) =>
  kind.endsWith('_ADDED') ? path.split('.').slice(0, -1).join('.') : path;

/** All that an operation asks for, and all that its variables may hold, as paths: `Observation`, `Observation.unit`. */
function touchedBy(api: GraphQLSchema, text: string): ReadonlySet<string> {
  const touched = new Set<string>();
  const touchType = (type: GraphQLType | null | undefined) => {
    if (!type) return;
    const named = getNamedType(type);
    if (touched.has(named.name)) return;
    touched.add(named.name);
    if (isEnumType(named)) for (const { name } of named.getValues()) touched.add(`${named.name}.${name}`);
    if (!isInputObjectType(named)) return;
    for (const field of Object.values(named.getFields())) {
      touched.add(`${named.name}.${field.name}`);
      touchType(field.type);
    }
  };
  const types = new TypeInfo(api);
  visit(
    parse(text),
    visitWithTypeInfo(types, {
      VariableDefinition: ({ type }) => touchType(typeFromAST(api, type)),
      Field({ name }) {
        const parent = types.getParentType();
        if (parent) touched.add(`${parent.name}.${name.value}`);
        touchType(types.getType());
      },
      Argument({ name }) {
        const [parent, field] = [types.getParentType(), types.getFieldDef()];
        if (isObjectType(parent) && field) touched.add(`${parent.name}.${field.name}.${name.value}`);
        touchType(types.getInputType());
      },
    }),
  );
  return touched;
}
