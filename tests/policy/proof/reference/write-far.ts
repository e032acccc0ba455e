import type { RowVerb } from '../../../../src/policy/rule.ts';
import { relationsIn, type RelationShape } from '../shape.ts';
import { textOf, type Row } from '../world.ts';
import type { DataText } from '../write-text.ts';
import { Refusal } from './draft.ts';
import type { Wanted, Writer } from './write.ts';

/** One row, and a relation of it whose columns it does not hold itself. */
export interface Near {
  readonly model: string;
  readonly row: Row;
  readonly relation: RelationShape;
}

/** What frees a place comes first. */
const order = ['set', 'disconnect', 'delete', 'update', 'upsert', 'connectOrCreate', 'create', 'connect'];

export function writeFar(writer: Writer, near: Near, value: DataText): void {
  const bond = bondOf(writer, near);
  for (const verb of order) {
    const given = value[verb];
    if (given === undefined || given === null) continue;
    if (verb === 'set') setRows(writer, near, bond, given as DataText[]);
    else if (near.relation.list)
      for (const item of given as DataText[])
        writeItem(writer, near, bond, verb, { item, wanted: namedIn(bond, verb, item) });
    else writeOnly(writer, near, bond, verb, given as DataText);
  }
}

/** How rows at the other end are tied to this one. */
interface Bond {
  /** The right on a far row that tying and untying it asks for. */
  readonly verb: RowVerb;
  isTied(far: Row): boolean;
  create(data: DataText): void;
  tie(far: Row): void;
  untie(far: Row): void;
}

const bondOf = (writer: Writer, near: Near): Bond =>
  near.relation.join.kind === 'table' ? tableBond(writer, near) : columnsBond(writer, near);

/** Neither row changes: the far one must allow to be pointed at. */
function tableBond(writer: Writer, { model, row, relation: { name, target } }: Near): Bond {
  const { draft } = writer;
  return {
    verb: 'link',
    isTied: (far) => draft.isTied(model, row, name, far),
    create: (data) => draft.tie(model, row, name, writer.create(target, data)),
    tie: (far) => draft.tie(model, row, name, far),
    untie: (far) => draft.untie(model, row, name, far),
  };
}

/** The far row changes: it must allow that, its relation must be one that may be written, and this row one to point at. */
function columnsBond(writer: Writer, { model, row, relation: { target, join, relation } }: Near): Bond {
  const { draft } = writer;
  const pairs = join.kind === 'columns' ? join.pairs : [];
  const back = relationsIn(draft.model(target)).find((it) => it.relation === relation && it.owning)!;
  const columns = (): Row => Object.fromEntries(pairs.map(([here, there]) => [there, row[here] ?? null]));
  const mayPoint = () => {
    writer.requireMaybe(target, back.name);
    writer.judgeLater(model, row, (it) => draft.rights.mayRow(model, it, 'link'));
  };
  const mayWriteBack = (far: Row) => writer.mayWriteField(target, far, back.name);
  const point = (found: Row, to: Row) => {
    mayPoint();
    const far = draft.now(target, found);
    if (!mayWriteBack(far)) throw new Refusal(target, { codes: ['FORBIDDEN'], byRight: true });
    const written = draft.update(target, far, to);
    writer.judgeLater(target, written, (it) => draft.rights.mayRow(target, it, 'update') && mayWriteBack(it));
  };
  return {
    verb: 'update',
    isTied: (far) => pairs.every(([here, there]) => (row[here] ?? null) !== null && row[here] === far[there]),
    create(data) {
      mayPoint();
      writer.judgeLater(target, writer.create(target, data, columns()), mayWriteBack);
    },
    tie: (far) => point(far, columns()),
    untie(far) {
      if (back.required) throw new Refusal(target, { codes: ['BAD_INPUT'] });
      point(far, Object.fromEntries(pairs.map(([, there]) => [there, null])));
    },
  };
}

/** The row that one item of a list names; what is changed or taken away must be tied. */
function namedIn(bond: Bond, verb: string, item: DataText): Wanted {
  const where = (
    verb === 'update' || verb === 'upsert' || verb === 'connectOrCreate' ? item['where'] : item
  ) as DataText;
  const tied = (far: Row) => bond.isTied(far);
  return verb === 'connect' || verb === 'connectOrCreate' ? { where } : { where, tied };
}

function writeItem(
  writer: Writer,
  { relation: { target } }: Near,
  bond: Bond,
  verb: string,
  { item, wanted }: { item: DataText; wanted: Wanted },
): void {
  // Each verb takes the parts that it has.
  const { data, create, update } = item as { data: DataText; create: DataText; update: DataText };
  switch (verb) {
    case 'create':
      return bond.create(item);
    case 'connect':
      return bond.tie(writer.find(target, bond.verb, wanted));
    case 'connectOrCreate':
      if (!writer.look(target, 'read', wanted)) return bond.create(create);
      return bond.tie(writer.find(target, bond.verb, wanted));
    case 'update':
      writer.updateNamed(target, wanted, data);
      return;
    case 'upsert':
      if (writer.look(target, 'read', wanted)) writer.updateNamed(target, wanted, update);
      else bond.create(create);
      return;
    case 'disconnect':
      return bond.untie(writer.find(target, bond.verb, wanted));
    case 'delete':
      return writer.draft.delete(target, writer.find(target, 'delete', wanted));
    default:
      throw new Error(`The reference knows no ${verb}.`);
  }
}

/** At most one row stands there: no key names it, and another takes its place. */
function writeOnly(writer: Writer, near: Near, bond: Bond, verb: string, item: DataText): void {
  const { target } = near.relation;
  const tied = (far: Row) => bond.isTied(far);
  if (verb === 'update') return writeItem(writer, near, bond, verb, { item: { data: item }, wanted: { tied } });
  if (verb === 'upsert' || verb === 'disconnect' || verb === 'delete')
    return writeItem(writer, near, bond, verb, { item, wanted: { tied } });
  const where = verb === 'connect' ? item : (item['where'] as DataText | undefined);
  if (verb !== 'create' && writer.look(target, bond.verb, { where, tied })) return;
  const before = writer.look(target, bond.verb, { tied });
  if (before) bond.untie(before);
  writeItem(writer, near, bond, verb, { item, wanted: { where } });
}

/** Of the tied rows that the viewer reads, those that are not named are untied; the others do not exist for them. */
function setRows(writer: Writer, { relation: { target } }: Near, bond: Bond, items: readonly DataText[]): void {
  const { draft } = writer;
  const { key } = draft.model(target);
  const nameOf = (row: Row) => textOf(row, key);
  const before = draft.rows(target).filter((far) => bond.isTied(far) && draft.rights.mayRow(target, far, 'read'));
  const after = items.map((where) => writer.find(target, bond.verb, { where }));
  const named = new Set(after.map(nameOf));
  for (const far of before.filter((it) => !named.has(nameOf(it)))) {
    if (!draft.rights.mayRow(target, draft.now(target, far), bond.verb))
      throw new Refusal(target, { codes: ['FORBIDDEN'], byRight: true });
    bond.untie(far);
  }
  const known = new Set(before.map(nameOf));
  for (const far of new Map(after.map((it) => [nameOf(it), it])).values()) if (!known.has(nameOf(far))) bond.tie(far);
}
