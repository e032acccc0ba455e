import { forbidden } from '../../errors.ts';
import { keyOf, modelOf, type Model, type RelationField, type Schema } from '../../model/model.ts';
import { all, type Filter } from '../../policy/filter.ts';
import { Values } from '../values.ts';
import { bondOf, type Bond, type BondContext } from './bond.ts';
import type { Data, Place, Wanted } from './judge.ts';
import { inside, itemsOf, nestedEntries, type NestedVerb } from './nested-input.ts';
import { tupleText } from './row-finder.ts';
import type { KeyValues } from './row-writer.ts';

export interface WriteFarContext extends BondContext {
  readonly schema: Schema;
  update(model: Model, wanted: Wanted, data: Data, place: Place): Promise<KeyValues>;
  delete(model: Model, key: KeyValues, path: string): Promise<void>;
  /** The keys of all rows that match. */
  listing(model: Model, filter: Filter, values: Values): Promise<{ readonly keys: readonly KeyValues[] }>;
}

type ItemVerb = Exclude<NestedVerb, 'set'>;

/** Writes through relations whose columns stand in the far rows or in a table between: the row itself comes first. */
export function createFarWriter(context: WriteFarContext) {
  const { schema, judge, policy, listing } = context;

  return async function writeFar(
    model: Model,
    key: KeyValues,
    relation: RelationField,
    { value, place }: { readonly value: unknown; readonly place: Place },
  ): Promise<void> {
    const target = modelOf(schema, relation.target);
    const bond = await bondOf({ model, key, relation, target }, place.path, context);
    for (const [verb, given] of nestedEntries(value, relation, place.path)) {
      const at = inside(place, `.${verb}`);
      if (verb === 'set') await setRows(bond, target, itemsOf(given, at), at.path);
      else if (!relation.list) await writeOnly(bond, target, verb, given, at);
      else
        for (const { item, place: itemPlace } of itemsOf(given, at))
          await writeItem(bond, target, verb, item, itemPlace);
    }
  };

  /** One of the rows at the far end, by the key that names it. */
  async function writeItem(bond: Bond, target: Model, verb: ItemVerb, item: unknown, at: Place): Promise<void> {
    switch (verb) {
      case 'create':
        await bond.create(item as Data, at);
        return;
      case 'connect':
        return bond.tie(await judge.find(target, bond.verb, { where: item, path: at.path }), at.path);
      case 'connectOrCreate': {
        const { where, create } = item as { where: unknown; create: Data };
        const wanted = { where, path: `${at.path}.where` };
        // A row that may not be read goes the way of one that is not there, and meets its unique key as any create would.
        if (!(await judge.lookUp(target, 'read', wanted))) await bond.create(create, inside(at, '.create'));
        else await bond.tie(await judge.find(target, bond.verb, wanted), at.path);
        return;
      }
      case 'update': {
        const { where, data } = item as { where: unknown; data: Data };
        await context.update(target, { where, within: bond.tied, path: `${at.path}.where` }, data, inside(at, '.data'));
        return;
      }
      case 'upsert': {
        const { where, ...data } = item as { where: unknown; create: Data; update: Data };
        return upsert(bond, target, { where, within: bond.tied, path: `${at.path}.where` }, data, at);
      }
      case 'disconnect':
      case 'delete':
        return takeAway(bond, target, verb, { where: item, within: bond.tied, path: at.path });
    }
  }

  /** At most one row stands at the far end: it needs no key to name it, and another takes its place. */
  async function writeOnly(bond: Bond, target: Model, verb: ItemVerb, item: unknown, at: Place): Promise<void> {
    const tied: Wanted = { within: bond.tied, path: at.path };
    switch (verb) {
      case 'disconnect':
      case 'delete':
        return takeAway(bond, target, verb, tied);
      case 'update':
        await context.update(target, tied, item as Data, at);
        return;
      case 'upsert':
        return upsert(bond, target, tied, item as { create: Data; update: Data }, at);
      default: {
        const where =
          verb === 'connect' ? item : verb === 'connectOrCreate' ? (item as { where: unknown }).where : undefined;
        if (where !== undefined && (await judge.lookUp(target, bond.verb, { ...tied, where }))) return;
        const before = await judge.lookUp(target, bond.verb, tied);
        if (before) await bond.untie(before, at.path);
        return writeItem(bond, target, verb, item, at);
      }
    }
  }

  async function takeAway(bond: Bond, target: Model, verb: 'disconnect' | 'delete', wanted: Wanted): Promise<void> {
    if (verb === 'delete') return context.delete(target, await judge.find(target, 'delete', wanted), wanted.path);
    return bond.untie(await judge.find(target, bond.verb, wanted), wanted.path);
  }

  async function upsert(
    bond: Bond,
    target: Model,
    tied: Wanted,
    { create, update }: { readonly create: Data; readonly update: Data },
    at: Place,
  ): Promise<void> {
    if (await judge.lookUp(target, 'read', tied)) await context.update(target, tied, update, inside(at, '.update'));
    else await bond.create(create, inside(at, '.create'));
  }

  /** Of the tied rows that the viewer reads, those that are not named are untied. The others do not exist for them, and stay. */
  async function setRows(bond: Bond, target: Model, wanted: ReturnType<typeof itemsOf>, path: string): Promise<void> {
    const text = (key: KeyValues) => tupleText(target, keyOf(target).fields, key);
    const tiedWhere = async (verb: 'read' | Bond['verb']) => {
      const values = new Values();
      return (await listing(target, all([bond.tied(values), policy.rows(target.name, verb)]), values)).keys;
    };
    const before = await tiedWhere('read');
    const after = new Map<string, { readonly key: KeyValues; readonly path: string }>();
    for (const { item, place } of wanted) {
      const key = await judge.find(target, bond.verb, { where: item, path: place.path });
      after.set(text(key), { key, path: place.path });
    }
    const gone = before.filter((key) => !after.has(text(key)));
    const free = new Set(gone.length > 0 ? (await tiedWhere(bond.verb)).map(text) : []);
    for (const key of gone) {
      if (!free.has(text(key))) throw forbidden(`take away a ${target.name} that is left out`, path);
      await bond.untie(key, path);
    }
    const known = new Set(before.map(text));
    for (const [name, far] of after) if (!known.has(name)) await bond.tie(far.key, far.path);
  }
}
