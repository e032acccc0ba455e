import { getNamedType, type GraphQLObjectType, type GraphQLResolveInfo } from 'graphql';
import type { GroupKey, GroupsRead } from '../../database/groups.ts';
import { callerOperands, parseCallerWhere } from '../../database/parse-arguments.ts';
import {
  Figures,
  keyNamed,
  parseGroupBy,
  parseGroupOrder,
  parseHaving,
  type GroupByArgument,
} from '../../database/parse-groups.ts';
import { Values } from '../../database/values.ts';
import type { Model } from '../../model/model.ts';
import { always } from '../../policy/filter.ts';
import type { Context } from '../context.ts';
import { needing } from '../needed-rights.ts';
import { pageOf } from '../page.ts';
import { objectTypeOf, subfieldsOf } from '../selection.ts';
import type { Derivation } from './derivation.ts';
import { figureFields, figureValues, selectFigures, type FigureValues } from './figures.ts';
import { groupFieldsOf } from './group-inputs.ts';

interface GroupRow {
  readonly keys: ReadonlyMap<string, unknown>;
  readonly figures: FigureValues;
}

interface GroupsArguments {
  readonly by: readonly GroupByArgument[];
  readonly where?: unknown;
  readonly having?: unknown;
  readonly orderBy?: unknown;
  readonly first?: number | null;
}

/** `xGroups(by, where, having, orderBy, first)`: figures over the rows that the viewer may read, one group for each key. */
export function deriveGroups(derivation: Derivation) {
  for (const model of derivation.models) {
    if (groupFieldsOf(model, derivation).length > 0) deriveGroupsOf(model, derivation);
  }
}

function deriveGroupsOf(model: Model, derivation: Derivation) {
  const names = derivation.namesOf(model.name);
  const type = deriveGroupType(model, derivation);
  derivation.builder.queryField(
    names.groupsField,
    (t) =>
      t.field({
        type: [type],
        nullable: false,
        description: 'The rows that a list shows under the same filter, in groups. Hidden values count as absent.',
        ...needing({ model: model.name, verb: 'read' }),
        args: {
          by: t.arg({ type: [derivation.inputOf(names.groupBy)], required: true }),
          where: t.arg({ type: derivation.inputOf(names.where) }),
          having: t.arg({ type: derivation.inputOf(names.having), description: 'Which groups.' }),
          orderBy: t.arg({
            type: [derivation.inputOf(names.groupOrderBy)],
            description: 'By the keys unless told, and where it leaves groups equal.',
          }),
          first: t.arg({ type: 'Int', description: 'How many groups; 20 unless told, 100 at most.' }),
        },
        resolve: async (_: unknown, args: GroupsArguments, { database }: Context, info: GraphQLResolveInfo) => {
          const [values, figures] = [new Values(), new Figures()];
          const read = groupsRead(model, args, { derivation, info, values, figures });
          const groups = await database.groups(read, values);
          return groups.map((group): GroupRow => ({
            keys: new Map(read.keys.map(({ field }, at) => [field, group.keys[at]])),
            figures: figureValues(figures, group.figures),
          }));
        },
      } as never) as never,
  );
}

function deriveGroupType(model: Model, derivation: Derivation) {
  const { builder } = derivation;
  const names = derivation.namesOf(model.name);
  const key = builder.objectRef<GroupRow>(names.groupKey).implement({
    description: 'What the rows of a group have in common: the fields that they are grouped by, null where absent.',
    fields: (t) =>
      Object.fromEntries(
        groupFieldsOf(model, derivation).map((field) => [
          field.name,
          t.field({
            type: derivation.typeOf(field) as 'String',
            nullable: true,
            ...(field.description && { description: field.description }),
            ...needing({ model: model.name, field: field.name, verb: 'aggregate' }),
            resolve: ({ keys }) => keys.get(field.name) as string,
          }),
        ]),
      ),
  });
  return builder.objectRef<GroupRow>(names.group).implement({
    fields: (t) =>
      ({
        key: t.field({ type: key, nullable: false, resolve: (group) => group }),
        ...figureFields(model, derivation, t as never),
      }) as never,
  });
}

function groupsRead(
  model: Model,
  args: GroupsArguments,
  {
    derivation: { schema },
    info,
    values,
    figures,
  }: { derivation: Derivation; info: GraphQLResolveInfo; values: Values; figures: Figures },
): GroupsRead {
  const keys = parseGroupBy(args.by, model);
  selectFigures(objectTypeOf(info), info.fieldNodes, { info, figures });
  checkSelectedKeys(keys, info);
  const toOperand = callerOperands(values, schema, 'having');
  return {
    kind: 'groups',
    model: model.name,
    filter: args.where ? parseCallerWhere(args.where, model, schema, values) : always,
    keys,
    having: args.having ? parseHaving(args.having, { model, figures, toOperand }) : always,
    order: parseGroupOrder(args.orderBy, keys, { model, figures }),
    functions: figures.functions,
    limit: values.add(pageOf({ first: args.first ?? null }).limit),
  };
}

/** A key that the rows are not grouped by has no value, and null would say that it is absent. */
function checkSelectedKeys(keys: readonly GroupKey[], info: GraphQLResolveInfo) {
  const group = objectTypeOf(info);
  const selected = [...subfieldsOf(group, info.fieldNodes, info).values()].filter(
    ([node]) => node!.name.value === 'key',
  );
  if (selected.length === 0) return;
  const type = getNamedType(group.getFields()['key']!.type) as GraphQLObjectType;
  for (const [node] of subfieldsOf(type, selected.flat(), info).values()) {
    const { value: name } = node!.name;
    if (name !== '__typename') keyNamed(name, keys, `key.${name}`);
  }
}
