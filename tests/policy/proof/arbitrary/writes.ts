import {
  getNamedType,
  getNullableType,
  isInputObjectType,
  isListType,
  isNonNullType,
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLSchema,
} from 'graphql';
import type { Names } from '../../../../src/model/naming.ts';
import type { WhereText } from '../policy-text.ts';
import { relatedRows } from '../reference/related.ts';
import { fieldIn, modelIn, scalarIn, type ModelShape, type RelationShape } from '../shape.ts';
import { rowsOf, type Row, type Value, type World } from '../world.ts';
import type { DataText, WriteText } from '../write-text.ts';
import { alone } from './alone.ts';
import type { Chance } from './chance.ts';
import { roundTrip } from './round-trip.ts';
import { keyValue, valuesOf } from './values.ts';

export interface WriteContext {
  readonly world: World;
  readonly api: GraphQLSchema;
  readonly names: Names;
  /** Conditions on rows, by model. */
  readonly wheres: Readonly<Record<string, readonly WhereText[]>>;
  readonly chance: Chance;
}

/** Most of what nests stands in updates. */
const kinds = [
  'create',
  'update',
  'update',
  'update',
  'update',
  'upsert',
  'upsert',
  'delete',
  'createMany',
  'updateMany',
  'upsertMany',
  'deleteMany',
] as const;

/** How many relations deep rows are written. */
const depth = 3;

/** A mutation that the API takes; undefined where it has none on the model that chance has picked. */
export function arbitraryWrite(context: WriteContext): WriteText | undefined {
  const { chance, world } = context;
  const model = chance.pick(world.shape.models);
  return new WriteMaker(context).make(chance.pick(kinds), model);
}

/** Of a relation: how deep rows may nest there, and the rows that are tied. */
interface Far {
  readonly below: number;
  readonly there: readonly Row[];
}

class WriteMaker {
  private readonly context: WriteContext;

  constructor(context: WriteContext) {
    this.context = context;
  }

  make(kind: WriteText['kind'], { name: model }: ModelShape): WriteText | undefined {
    const { names, api, chance, wheres } = this.context;
    const field = api.getMutationType()?.getFields()[names.models.get(model)![kind]];
    if (!field) return undefined;
    // An argument of a mutation that takes data is of an input type.
    const input = (name: string) => getNamedType(field.args.find((it) => it.name === name)!.type) as never;
    const data = (name: string, row?: Row) => this.data(input(name), model, { below: depth, row });
    const several = (name: string) => Array.from({ length: 1 + chance.below(3) }, () => data(name));
    const row = this.someRow(model);
    const where = () => this.named(input('where'), model, row);
    switch (kind) {
      case 'create':
        return { kind, model, data: data('data') };
      case 'update':
        return { kind, model, where: where(), data: this.seldom(input('data'), model, row) ?? data('data', row) };
      case 'upsert':
        return { kind, model, where: where(), create: data('create'), update: data('update', row) };
      case 'delete':
        return { kind, model, where: where() };
      case 'createMany':
        return { kind, model, data: several('data') };
      // A filter is data of another shape; `where` of one row is the same.
      case 'updateMany':
        return { kind, model, where: chance.pick(wheres[model]!) as DataText, data: data('data') };
      case 'deleteMany':
        return { kind, model, where: chance.pick(wheres[model]!) as DataText };
      case 'upsertMany':
        return this.upsertMany(input('data'), model, several('data'));
    }
  }

  /** Now and then, of what is seldom met by chance. */
  private seldom(type: GraphQLInputObjectType, model: string, row: Row | undefined): DataText | undefined {
    const { world, chance } = this.context;
    if (!row || !chance.oneIn(2)) return undefined;
    return chance.pick([roundTrip, alone])(type, model, row, {
      world,
      chance,
      named: (...name) => this.named(...name),
      value: (name, field) => this.value(modelIn(world.shape, name), field),
    });
  }

  /** By a key that every row gives, half of the time that of a row that is there. */
  private upsertMany(type: GraphQLInputObjectType, model: string, data: readonly DataText[]): WriteText | undefined {
    const { chance, world } = this.context;
    const { key, uniques } = modelIn(world.shape, model);
    const fields = [key, ...uniques].find((it) =>
      data.every((row) => it.every((name) => (row[name] ?? null) !== null)),
    );
    if (!fields) return undefined;
    const named = data.map((row) => {
      const there = chance.oneIn(2) ? this.someRow(model) : undefined;
      // Much of it as it is: what does not change asks for no right.
      const same = Object.keys(row).filter((name) => there && (fields.includes(name) || chance.oneIn(2)));
      const isScalar = (name: string) => fieldIn(modelIn(world.shape, model), name).kind === 'scalar';
      const plain = there && !chance.oneIn(3) ? this.tiedAsItIs(type, model, there, row) : row;
      return { ...plain, ...Object.fromEntries(same.filter(isScalar).map((name) => [name, there![name] ?? null])) };
    });
    if (!named.every((row) => fields.every((name) => (row[name] ?? null) !== null))) return undefined;
    return { kind: 'upsertMany', model, by: fields.join('_'), data: named };
  }

  /** The data with each relation to the row that it has, or without it, so that little else stands against the write. */
  private tiedAsItIs(type: GraphQLInputObjectType, model: string, there: Row, data: DataText): DataText {
    const { world } = this.context;
    const entries = Object.entries(data).flatMap(([name, value]): [string, Value][] => {
      const field = fieldIn(modelIn(world.shape, model), name);
      if (field.kind === 'scalar') return [[name, value]];
      const [tied] = field.list ? [] : relatedRows(world, model, there, name);
      const inner = getNamedType(type.getFields()[name]!.type) as GraphQLInputObjectType;
      const connect = inner.getFields()['connect'];
      if (!tied || !connect) return [];
      return [
        [name, { connect: this.named(getNamedType(connect.type) as GraphQLInputObjectType, field.target, tied) }],
      ];
    });
    return Object.fromEntries(entries);
  }

  /** @param at.row the row that is changed. */
  private data(type: GraphQLInputObjectType, model: string, at: { below: number; row?: Row | undefined }): DataText {
    const { chance, world } = this.context;
    const shape = modelIn(world.shape, model);
    const data: Record<string, Value> = {};
    for (const input of Object.values(type.getFields())) {
      const field = fieldIn(shape, input.name);
      const must = isNonNullType(input.type);
      if (field.kind === 'scalar') {
        if (must || chance.oneIn(at.row ? 4 : 2)) data[input.name] = this.value(shape, input.name);
      } else if (must || (at.below > 0 && chance.oneIn(3))) {
        const there = at.row ? relatedRows(world, model, at.row, input.name) : [];
        data[input.name] = this.nested(input, field, { below: at.below - 1, there });
      }
    }
    const [first] = Object.values(type.getFields());
    // Nothing at all is dull.
    if (Object.keys(data).length === 0 && first && fieldIn(shape, first.name).kind === 'scalar')
      data[first.name] = this.value(shape, first.name);
    return data;
  }

  private value(model: ModelShape, name: string): Value {
    const { chance, world } = this.context;
    const field = scalarIn(model, name);
    if (model.key.includes(name)) {
      const there = this.someRow(model.name)?.[name];
      return there !== undefined && chance.oneIn(4) ? there : keyValue(field, 31 + chance.below(30), world.shape.enums);
    }
    if (!field.required && chance.oneIn(5)) return null;
    return chance.pick(valuesOf(field, world.shape.enums));
  }

  private nested(input: GraphQLInputField, relation: RelationShape, far: Far): DataText {
    const { chance } = this.context;
    const { below } = far;
    const fields = Object.values((getNamedType(input.type) as GraphQLInputObjectType).getFields());
    // A row that is there needs nothing further; new ones may need others in turn.
    const short = fields.filter(({ name }) => below > 0 || ['connect', 'disconnect', 'set', 'delete'].includes(name));
    const some = short.length > 0 ? short : fields;
    const first = chance.pick(some);
    const second = chance.pick(some);
    const verbs = relation.list && chance.oneIn(3) ? [...new Set([first, second])] : [first];
    return Object.fromEntries(verbs.map((it) => [it.name, this.verb(it, relation, far)]));
  }

  private verb({ name, type }: GraphQLInputField, { target, list }: RelationShape, far: Far): Value {
    const { chance } = this.context;
    const inner = getNamedType(type);
    if (!isInputObjectType(inner)) return true;
    // Mostly a row that is tied already where it has to be.
    const isTied = ['update', 'upsert', 'disconnect', 'delete', 'set'].includes(name) && far.there.length > 0;
    const row = () => (isTied && !chance.oneIn(4) ? chance.pick(far.there) : this.someRow(target));
    const item = () => this.item(inner, target, { below: far.below, row: list ? row() : far.there[0] });
    if (!list || !isListType(getNullableType(type))) return item();
    return Array.from({ length: name === 'set' ? chance.below(3) : chance.oneIn(3) ? 2 : 1 }, item);
  }

  /** Data, the name of a row, or both. */
  private item(type: GraphQLInputObjectType, model: string, at: { below: number; row: Row | undefined }): DataText {
    const { names } = this.context;
    const { uniqueWhere } = names.models.get(model)!;
    if (type.name === uniqueWhere) return this.named(type, model, at.row);
    const parts = Object.values(type.getFields()).filter(({ type: it }) => isInputObjectType(getNamedType(it)));
    const isPair = parts.length > 0 && parts.every(({ name }) => ['where', 'data', 'create', 'update'].includes(name));
    if (!isPair || parts.length !== Object.keys(type.getFields()).length) return this.data(type, model, at);
    return Object.fromEntries(
      parts.map(({ name, type: it }) => {
        const inner = getNamedType(it) as GraphQLInputObjectType;
        if (name === 'where') return [name, this.named(inner, model, at.row)];
        return [name, this.data(inner, model, name === 'create' ? { below: at.below } : at)];
      }),
    );
  }

  /** By any of its unique keys: mostly a row that is there, whoever may read it. */
  private named(type: GraphQLInputObjectType, model: string, wanted: Row | undefined): DataText {
    const { chance, world } = this.context;
    const { key, uniques } = modelIn(world.shape, model);
    const offered = new Set(Object.keys(type.getFields()));
    const keys = [key, ...uniques].filter((it) => offered.has(it.join('_')));
    const row = chance.oneIn(12) ? undefined : (wanted ?? this.someRow(model));
    const fields = chance.pick(keys.filter((it) => it === key || it.every((name) => (row?.[name] ?? null) !== null)));
    const absent = (name: string) => keyValue(scalarIn(modelIn(world.shape, model), name), 77, world.shape.enums);
    const values = Object.fromEntries((fields ?? keys[0]!).map((name) => [name, row?.[name] ?? absent(name)]));
    return Object.keys(values).length === 1 ? values : { [(fields ?? keys[0]!).join('_')]: values };
  }

  private someRow(model: string): Row | undefined {
    return this.context.chance.pick(rowsOf(this.context.world, model));
  }
}
