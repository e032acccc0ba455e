import type { GraphQLSchema } from 'graphql';
import type { Names } from '../../../src/model/naming.ts';
import {
  root,
  type FigureText,
  type GroupsText,
  type ListText,
  type Operation,
  type OrderText,
  type PlaceText,
  type SelectText,
} from './operation.ts';
import type { Crossing, Operators, WhereText } from './policy-text.ts';
import { nodeIdOf } from './reference/node-id.ts';
import { fieldIn, modelIn, relationIn, type ScalarShape, type Shape } from './shape.ts';
import type { Value } from './world.ts';

export interface Document {
  readonly text: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

export interface DocumentContext {
  readonly shape: Shape;
  readonly api: GraphQLSchema;
  readonly names: Names;
  cursor(from: PlaceText, list: ListText): string | undefined;
}

/** The operation in GraphQL. The root's arguments travel as variables, those of nested lists stand in the text. */
export function documentOf(operation: Operation, context: DocumentContext): Document {
  const writer = new DocumentWriter(context);
  return writer.write(operation);
}

class DocumentWriter {
  private readonly fragments: string[] = [];
  private readonly context: DocumentContext;

  constructor(context: DocumentContext) {
    this.context = context;
  }

  write(operation: Operation): Document {
    const { names, shape } = this.context;
    switch (operation.kind) {
      case 'list': {
        const { list } = operation;
        const { many } = names.models.get(list.model)!;
        const { where, orderBy } = list;
        const variables = { ...(where && { where }), ...(orderBy && { orderBy: orderBy.map(orderObject) }) };
        const page = this.page(list).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
        return this.document(many, variables, page, this.parts(list));
      }
      case 'one': {
        const { model, key, values } = operation;
        const fields = Object.fromEntries(key.map((name, at) => [name, values[at] ?? null]));
        const where = key.length === 1 ? fields : { [key.join('_')]: fields };
        return this.document(names.models.get(model)!.one, { where }, [], this.select(operation.select, model));
      }
      case 'node': {
        const { model, values } = operation;
        const select = `{ ... on ${this.typeOf(model)} ${this.select(operation.select, model)} }`;
        return this.document('node', {}, [`id: ${JSON.stringify(nodeIdOf(modelIn(shape, model), values))}`], select);
      }
      case 'nodes': {
        const { model, ids, select } = operation;
        const list = ids.map((it) => JSON.stringify(nodeIdOf(modelIn(shape, it.model), it.values)));
        const ofModel = `... on ${this.typeOf(model)} ${this.select(select, model)}`;
        return this.document('nodes', {}, [`ids: [${list.join(', ')}]`], `{ nodeId ${ofModel} }`);
      }
      case 'aggregate': {
        const { model, where, figures } = operation;
        const parts = figureParts(figures);
        return this.document(
          names.models.get(model)!.aggregateField,
          where ? { where } : {},
          [],
          `{ count ${parts.join(' ')} }`,
        );
      }
      case 'groups':
        return this.groups(operation);
    }
  }

  private groups({ model, where, by, figures, atLeast, present, orderBy, first }: GroupsText): Document {
    const { groupsField, groupFieldValue } = this.context.names.models.get(model)!;
    const having = {
      ...(atLeast !== undefined && { count: { gte: atLeast } }),
      ...(present && { present: { [present.field]: { gte: present.atLeast } } }),
    };
    const variables = {
      by: by.map(({ field, ...unit }) => ({ field: groupFieldValue(field), ...unit })),
      ...(where && { where }),
      ...(Object.keys(having).length > 0 && { having }),
      ...(orderBy.length > 0 && {
        orderBy: orderBy.map(({ by: part, field, direction }) => ({
          [part]: field === undefined ? direction : { [field]: direction },
        })),
      }),
    };
    const key = `key { ${by.map(({ field }) => field).join(' ')} }`;
    const selection = `{ ${key} count ${figureParts(figures).join(' ')} }`;
    return this.document(groupsField, variables, first === undefined ? [] : [`first: ${first}`], selection);
  }

  private typeOf(model: string): string {
    return this.context.names.models.get(model)!.type;
  }

  private document(
    field: string,
    variables: Readonly<Record<string, unknown>>,
    args: readonly string[],
    selection: string,
  ): Document {
    const declared = this.context.api.getQueryType()!.getFields()[field]!.args;
    const head = Object.keys(variables).map(
      (name) => `$${name}: ${String(declared.find((it) => it.name === name)!.type)}`,
    );
    const all = [...Object.keys(variables).map((name) => `${name}: $${name}`), ...args];
    const text = `query${parenthesized(head)} { ${root}: ${field}${parenthesized(all)} ${selection} }`;
    return { text: [text, ...this.fragments].join('\n'), variables };
  }

  private page(list: ListText): [string, string | number][] {
    const { backwards, size, from } = list.page;
    const cursor = from && this.context.cursor(from, list);
    const backwardsWithoutArguments = backwards && size === undefined && cursor === undefined;
    return [
      ...(size !== undefined || backwardsWithoutArguments
        ? [[backwards ? 'last' : 'first', size ?? 20] as [string, number]]
        : []),
      ...(cursor === undefined ? [] : [[backwards ? 'before' : 'after', cursor] as [string, string]]),
    ];
  }

  private parts({ parts, model, select }: ListText): string {
    const row = this.select(select, model);
    const pieces = [
      parts.total && 'totalCount',
      parts.info && 'pageInfo { hasNextPage hasPreviousPage startCursor endCursor }',
      parts.rows === 'nodes' && `nodes ${row}`,
      parts.rows === 'edges' && `edges { ${parts.cursors ? 'cursor ' : ''}node ${row} }`,
    ];
    return `{ ${pieces.filter(Boolean).join(' ')} }`;
  }

  private select(select: SelectText, model: string): string {
    switch (select.fragment) {
      case 'none':
        return `{ ${this.fields(select, model)} }`;
      case 'inline':
        return `{ ... on ${this.typeOf(model)} { ${this.fields(select, model)} } }`;
      case 'named':
        return `{ ${this.fragment(select, model)} }`;
      case 'split': {
        const [one, other] = halvesOf(select);
        return `{ ${this.fields(one, model)} ${this.fragment(other, model)} }`;
      }
    }
  }

  private fields(select: SelectText, model: string): string {
    const relations = select.relations.map(({ alias, relation, list, select: one }) => {
      const name = alias === relation ? relation : `${alias}: ${relation}`;
      const { target } = relationIn(modelIn(this.context.shape, model), relation);
      return list
        ? `${name}${parenthesized(this.inlineArguments(list))} ${this.parts(list)}`
        : `${name} ${this.select(one!, target)}`;
    });
    return [...select.fields, ...relations].join(' ');
  }

  private fragment(select: SelectText, model: string): string {
    const body = this.fields(select, model);
    const name = `F${this.fragments.length}`;
    this.fragments.push(`fragment ${name} on ${this.typeOf(model)} { ${body} }`);
    return `...${name}`;
  }

  private inlineArguments(list: ListText): string[] {
    const { where, orderBy, model } = list;
    return [
      ...(where ? [`where: ${this.where(where, model)}`] : []),
      ...(orderBy ? [`orderBy: [${orderBy.map((it) => literal(orderObject(it), () => true)).join(', ')}]`] : []),
      ...this.page(list).map(([name, value]) => `${name}: ${JSON.stringify(value)}`),
    ];
  }

  private where(where: WhereText, model: string): string {
    const entries = Object.entries(where).map(([name, condition]) => {
      if (name === 'AND' || name === 'OR')
        return `${name}: [${(condition as WhereText[]).map((it) => this.where(it, model)).join(', ')}]`;
      if (name === 'NOT') return `NOT: ${this.where(condition as WhereText, model)}`;
      const field = fieldIn(modelIn(this.context.shape, model), name);
      if (field.kind === 'scalar') return `${name}: ${operators(condition as Operators, field)}`;
      const crossing = Object.entries(condition as Crossing).map(
        ([quantifier, it]) => `${quantifier}: ${it ? this.where(it, field.target) : 'null'}`,
      );
      return `${name}: { ${crossing.join(', ')} }`;
    });
    return `{ ${entries.join(', ')} }`;
  }
}

function figureParts(figures: readonly FigureText[]): string[] {
  return (['sum', 'avg', 'min', 'max'] as const).flatMap((name) => {
    const fields = figures.filter((it) => it.name === name).map(({ field }) => field);
    return fields.length > 0 ? [`${name} { ${fields.join(' ')} }`] : [];
  });
}

/** Two selections that are one when GraphQL has merged them. */
function halvesOf({ fields, relations }: SelectText): readonly [SelectText, SelectText] {
  const half = (side: 0 | 1): SelectText => ({
    fields: fields.filter((_, at) => at === 0 || at % 2 === side),
    relations: relations.map((it) => ({
      ...it,
      ...(it.list && { list: { ...it.list, select: halvesOf(it.list.select)[side] } }),
      ...(it.select && { select: halvesOf(it.select)[side] }),
    })),
    fragment: 'none',
  });
  return [half(0), half(1)];
}

const parenthesized = (parts: readonly string[]) => (parts.length > 0 ? `(${parts.join(', ')})` : '');

const operators = (condition: Operators, { type }: ScalarShape) => literal(condition as Value, () => type === 'Enum');

function orderObject({ path, count, direction }: OrderText): Value {
  const [first, ...rest] = path;
  if (rest.length > 0) return { [first!]: orderObject({ path: rest, count, direction }) };
  return { [first!]: count ? { _count: direction } : direction };
}

/** GraphQL writes names of enums and fields bare. */
function literal(value: Value, isBare: () => boolean): string {
  if (Array.isArray(value)) return `[${value.map((it: Value) => literal(it, isBare)).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{ ${Object.entries(value)
      .map(([name, it]) => `${name}: ${literal(it, isBare)}`)
      .join(', ')} }`;
  }
  return typeof value === 'string' && isBare() ? value : JSON.stringify(value);
}
