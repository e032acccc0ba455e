import type { RowVerb } from '../../../../src/policy/rule.ts';
import { isViewerOperand, type PolicyTexts, type ViewerText, type WhereText } from '../policy-text.ts';
import { fieldIn, type RelationShape } from '../shape.ts';
import { textOf, type Row, type Value, type World } from '../world.ts';
import type { DataText, WriteText } from '../write-text.ts';
import { holds } from './conditions.ts';
import { decidedField, decidedRow, type Facts } from './decided.ts';
import { Draft, Refusal } from './draft.ts';
import { writeFar } from './write-far.ts';
import { relatedRows } from './related.ts';
import { sightOf } from './sight.ts';
import { refusalsOfWhere } from './refusal.ts';

/** What a write comes to. */
export type Written =
  | { readonly kind: 'done'; readonly world: World; readonly result: Result }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** It depends on which row of a batch comes first, and nothing says which does. */
  | { readonly kind: 'unclear' };

export type Clear = Exclude<Written, { readonly kind: 'unclear' }>;

/** What one row came to, as it was or is then; or how many rows did. */
export type Result = { readonly row: Row } | Counts;

export interface Counts {
  readonly created: number;
  readonly updated: number;
  readonly deleted: number;
  readonly same: number;
  readonly denied: number;
}

/** The world after a write, found the slow way: one row after the other, and judged again when all is written. */
export function expectedWrite(world: World, policies: PolicyTexts, viewer: ViewerText, write: WriteText): Written {
  const written = outcomeOf(new Writer(world, policies, viewer), write);
  if (!write.kind.endsWith('Many')) return written;
  const backwards = outcomeOf(new Writer(world, policies, viewer, { backwards: true }), write);
  return summaryOf(written) === summaryOf(backwards) ? written : { kind: 'unclear' };
}

/** Why many rows are refused is not compared. */
function summaryOf(written: Written): string {
  if (written.kind !== 'done') return written.kind;
  const { rows, links, shape } = written.world;
  const tables = shape.models.map(({ name, fields }) => {
    const names = fields.map((it) => it.name);
    return (rows[name] ?? []).map((row) => textOf(row, names)).toSorted();
  });
  const ties = Object.entries(links).map(([table, pairs]) => [table, pairs.map((it) => JSON.stringify(it)).toSorted()]);
  return JSON.stringify([tables, ties, written.result]);
}

function outcomeOf(writer: Writer, write: WriteText): Written {
  try {
    const result = writer.write(write);
    writer.judgeNewRows();
    return { kind: 'done', world: writer.draft.world, result };
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal;
    return { kind: 'refused', refusal };
  }
}

/** A row that is looked for: by one of its unique keys, by what it is tied to, or by both. */
export interface Wanted {
  readonly where?: DataText | undefined;
  readonly tied?: (row: Row) => boolean;
}

const noCounts: Counts = { created: 0, updated: 0, deleted: 0, same: 0, denied: 0 };

export class Writer {
  readonly draft: Draft;
  readonly facts: Facts;
  private readonly backwards: boolean;
  private readonly newRows: { model: string; written: Row; mayBeSo: (row: Row) => boolean }[] = [];

  constructor(world: World, policies: PolicyTexts, viewer: ViewerText, { backwards = false } = {}) {
    this.backwards = backwards;
    this.draft = new Draft(world, policies, viewer);
    this.facts = { shape: world.shape, policies, viewer };
  }

  write(write: WriteText): Result {
    const { model } = write;
    switch (write.kind) {
      case 'create':
        return { row: this.create(model, write.data) };
      case 'update':
        this.requireVerb(model, 'update');
        return { row: this.updateNamed(model, write, write.data) };
      case 'upsert':
        this.requireVerb(model, 'create');
        this.requireVerb(model, 'update');
        if (!this.look(model, 'read', write)) return { row: this.create(model, write.create) };
        return { row: this.updateNamed(model, write, write.update) };
      case 'delete': {
        this.requireVerb(model, 'delete');
        const row = this.find(model, 'delete', write);
        this.draft.delete(model, row);
        return { row };
      }
      case 'createMany':
        this.requireVerb(model, 'create');
        for (const data of this.inTurn(write.data)) this.create(model, data);
        return { ...noCounts, created: write.data.length };
      case 'upsertMany':
        return this.upsertMany(model, write.by, write.data);
      case 'updateMany': {
        this.requireVerb(model, 'update');
        this.requireWritable(model, write.data);
        const { rows, denied } = this.matching(
          model,
          write.where,
          (row) => this.draft.rights.mayRow(model, row, 'update') && this.mayWrite(model, row, write.data),
        );
        for (const row of this.inTurn(rows)) this.update(model, this.draft.now(model, row), write.data);
        return { ...noCounts, updated: rows.length, denied };
      }
      case 'deleteMany': {
        this.requireVerb(model, 'delete');
        const { rows, denied } = this.matching(model, write.where, (row) =>
          this.draft.rights.mayRow(model, row, 'delete'),
        );
        for (const row of rows) this.draft.delete(model, row);
        return { ...noCounts, deleted: rows.length, denied };
      }
    }
  }

  /** When everything is written, each row that was written must be one that may be so. */
  judgeNewRows(): void {
    for (const { model, written, mayBeSo } of this.newRows) {
      const row = this.draft.look(written);
      if (!row || !mayBeSo(row)) throw new Refusal(model, { codes: ['FORBIDDEN'], byRight: true });
    }
  }

  judgeLater(model: string, written: Row, mayBeSo: (row: Row) => boolean): void {
    this.newRows.push({ model, written, mayBeSo });
  }

  requireVerb(model: string, verb: RowVerb): void {
    if (decidedRow(model, verb, this.facts) === false) throw new Refusal(model, { codes: ['FORBIDDEN'] });
  }

  mayWriteField(model: string, row: Row, field: string): boolean {
    return this.draft.rights.mayField(model, row, field, 'write');
  }

  private mayWrite(model: string, row: Row, data: DataText): boolean {
    return Object.keys(data).every((name) => this.mayWriteField(model, row, name));
  }

  private requireWritable(model: string, data: DataText): void {
    for (const name of Object.keys(data)) this.requireMaybe(model, name);
  }

  /** A field that the viewer may write on no row refuses the write. */
  requireMaybe(model: string, field: string): void {
    if (decidedField(model, field, 'write', this.facts) === false) throw new Refusal(model, { codes: ['FORBIDDEN'] });
  }

  look(model: string, verb: RowVerb, { where, tied }: Wanted): Row | undefined {
    const named = where && this.namedBy(model, where);
    const { rights } = this.draft;
    return this.draft
      .rows(model)
      .find((row) => (named?.(row) ?? true) && (tied?.(row) ?? true) && rights.mayRow(model, row, verb));
  }

  find(model: string, verb: RowVerb, wanted: Wanted): Row {
    const row = this.look(model, verb, wanted);
    if (row) return row;
    const never = decidedRow(model, verb, this.facts) === false;
    const byRight = verb !== 'read' && this.look(model, 'read', wanted) !== undefined;
    throw new Refusal(model, { codes: ['NOT_FOUND', ...(never ? ['FORBIDDEN' as const] : [])], byRight });
  }

  /** Naming a row by a field is filtering by it. */
  private namedBy(model: string, where: DataText): (row: Row) => boolean {
    const values = namedValues(where);
    const { rights } = this.draft;
    for (const field of Object.keys(values))
      if (decidedField(model, field, 'filter', this.facts) === false)
        throw new Refusal(model, { codes: ['FORBIDDEN'] });
    return (row) =>
      Object.entries(values).every(
        ([name, value]) => row[name] === value && rights.mayField(model, row, name, 'filter'),
      );
  }

  updateNamed(model: string, wanted: Wanted, data: DataText): Row {
    this.requireVerb(model, 'update');
    const row = this.find(model, 'update', wanted);
    if (!this.mayWrite(model, row, data)) throw new Refusal(model, { codes: ['FORBIDDEN'], byRight: true });
    return this.update(model, row, data);
  }

  create(model: string, data: DataText, given: Row = {}): Row {
    this.requireVerb(model, 'create');
    const { columns, later } = this.split(model, data, undefined);
    const row = this.draft.insert(model, { ...columns, ...given, ...this.presets(model) });
    this.judgeLater(
      model,
      row,
      (it) => this.draft.rights.mayRow(model, it, 'create') && this.mayWrite(model, it, data),
    );
    return this.writeLater(model, row, later);
  }

  private writeLater(model: string, row: Row, later: readonly ((row: Row) => void)[]): Row {
    for (const act of later) act(this.draft.now(model, row));
    return this.draft.now(model, row);
  }

  /** Of a row that may be changed so. */
  private update(model: string, old: Row, data: DataText): Row {
    const { columns, later } = this.split(model, data, old);
    // What was done at the other end may have changed this row too.
    const row = this.draft.update(model, this.draft.now(model, old), columns);
    this.judgeLater(
      model,
      row,
      (it) => this.draft.rights.mayRow(model, it, 'update') && this.mayWrite(model, it, data),
    );
    return this.writeLater(model, row, later);
  }

  /** The row's own columns, and what comes after they are written. */
  private split(model: string, data: DataText, old: Row | undefined) {
    const columns: Record<string, Value> = {};
    const later: ((row: Row) => void)[] = [];
    for (const [name, value] of Object.entries(data)) {
      this.requireMaybe(model, name);
      const field = fieldIn(this.draft.model(model), name);
      if (field.kind === 'scalar') columns[name] = value;
      else if (!field.owning) later.push((row) => writeFar(this, { model, row, relation: field }, value as DataText));
      else {
        const { there, after } = this.point(model, field, value as DataText, old && this.draft.now(model, old));
        for (const [column, it] of Object.entries(there)) columns[column] = it;
        if (after) later.push(after);
      }
    }
    return { columns, later };
  }

  /** Through a relation whose columns this row holds: what they become. */
  private point(
    model: string,
    { target, required, join }: RelationShape,
    value: DataText,
    old: Row | undefined,
  ): { there: Row; after?: () => void } {
    const pairs = join.kind === 'columns' ? join.pairs : [];
    const [verb, item] = Object.entries(value)[0] as [string, DataText];
    const to = (far: Row) => ({ there: Object.fromEntries(pairs.map(([here, name]) => [here, far[name] ?? null])) });
    const wanted: Wanted = {
      tied: (far) => old !== undefined && pairs.every(([here, name]) => old[here] !== null && old[here] === far[name]),
    };
    const emptied = () => {
      if (required) throw new Refusal(model, { codes: ['BAD_INPUT'] });
      return Object.fromEntries(pairs.map(([here]) => [here, null]));
    };
    switch (verb) {
      case 'create':
        return to(this.create(target, item));
      case 'connect':
        return to(this.find(target, 'link', { where: item }));
      case 'connectOrCreate': {
        const { where, create } = item as { where: DataText; create: DataText };
        const known = this.look(target, 'read', { where });
        return to(known ? this.find(target, 'link', { where }) : this.create(target, create));
      }
      case 'update':
        this.updateNamed(target, wanted, item);
        return { there: {} };
      case 'upsert': {
        const { create, update } = item as { create: DataText; update: DataText };
        if (!this.look(target, 'read', wanted)) return to(this.create(target, create));
        this.updateNamed(target, wanted, update);
        return { there: {} };
      }
      case 'delete': {
        const far = this.find(target, 'delete', wanted);
        return { there: emptied(), after: () => this.draft.delete(target, this.draft.now(target, far)) };
      }
      case 'disconnect':
        return { there: emptied() };
      default:
        throw new Error(`The reference knows no ${verb} of a row that is pointed at.`);
    }
  }

  private presets(model: string): Row {
    const presets = Object.entries(this.facts.policies[model]!.presets ?? {});
    return Object.fromEntries(
      presets.map(([name, value]) => {
        if (!isViewerOperand(value)) return [name, value];
        if (this.facts.viewer.id === null) throw new Refusal(model, { codes: ['FORBIDDEN'] });
        return [name, this.facts.viewer.id];
      }),
    );
  }

  // ---- many rows

  private inTurn<T>(items: readonly T[]): readonly T[] {
    return this.backwards ? items.toReversed() : items;
  }

  private matching(model: string, where: DataText, mayTouch: (row: Row) => boolean) {
    if (refusalsOfWhere(where as WhereText, model, this.facts).length > 0)
      throw new Refusal(model, { codes: ['FORBIDDEN'] });
    const eyes = sightOf(this.draft.rights).eyes('filter');
    const seen = this.draft.rights.readable(model).filter((row) => holds(where as WhereText, model, row, eyes));
    const rows = seen.filter(mayTouch);
    return { rows, denied: seen.length - rows.length };
  }

  /** A row that is there is changed where it differs; what the viewer may not read counts as different. */
  private upsertMany(model: string, by: string, all: readonly DataText[]): Counts {
    this.requireVerb(model, 'create');
    this.requireVerb(model, 'update');
    const { key, uniques } = this.draft.model(model);
    const fields = [key, ...uniques].find((it) => it.join('_') === by)!;
    const counts = { created: 0, updated: 0, same: 0 };
    for (const data of wavesOf(all, fields).flatMap((wave) => this.inTurn(wave))) {
      const where = Object.fromEntries(fields.map((name) => [name, data[name] ?? null]));
      const row = this.look(model, 'read', { where: fields.length === 1 ? where : { [by]: where } });
      if (!row) {
        this.create(model, data);
        counts.created++;
        continue;
      }
      const changed = Object.fromEntries(
        Object.entries(data).filter(([name, it]) => !this.isSame(model, row, name, it)),
      );
      if (Object.keys(changed).length === 0) counts.same++;
      else {
        const tied = (it: Row) => textOf(it, key) === textOf(row, key);
        this.updateNamed(model, { tied }, changed);
        counts.updated++;
      }
    }
    return { ...noCounts, ...counts };
  }

  private isSame(model: string, row: Row, name: string, value: Value): boolean {
    const field = fieldIn(this.draft.model(model), name);
    if (field.kind === 'relation') return this.isTiedSo(model, row, field, value as DataText);
    const same = JSON.stringify(row[name]) === JSON.stringify(value);
    return same && this.draft.rights.mayField(model, row, name, 'read');
  }

  /** Tied to what it is to be tied to, as far as the viewer sees; that nothing is tied is only seen by who sees all. */
  private isTiedSo(model: string, row: Row, { name, target, list }: RelationShape, value: DataText): boolean {
    const { rights } = this.draft;
    const [verb, item] = Object.entries(value)[0] as [string, DataText | readonly DataText[]];
    if (Object.keys(value).length !== 1) return false;
    const tied = relatedRows(this.draft.world, model, row, name);
    const seen = tied.filter((far) => rights.mayField(model, row, name, 'read') && rights.mayRow(target, far, 'read'));
    if (verb === 'disconnect' && !list) {
      const rightsToSee = [decidedRow(target, 'read', this.facts), decidedField(model, name, 'read', this.facts)];
      return tied.length === 0 && rightsToSee.every((it) => it === true);
    }
    if (verb !== 'connect') return false;
    const wanted = (Array.isArray(item) ? item : [item]) as readonly DataText[];
    return wanted.every((where) => {
      const values = Object.entries(namedValues(where));
      return seen.some((far) =>
        values.every(([key, it]) => far[key] === it && rights.mayField(target, far, key, 'read')),
      );
    });
  }
}

/** Rows that each have a key of their own, then those that have one for the second time, and so on. */
function wavesOf(all: readonly DataText[], fields: readonly string[]): DataText[][] {
  const waves: DataText[][] = [];
  const seen = new Map<string, number>();
  for (const data of all) {
    const key = textOf(data, fields);
    const at = seen.get(key) ?? 0;
    seen.set(key, at + 1);
    (waves[at] ??= []).push(data);
  }
  return waves;
}

/** `{ id: 1 }` and `{ a_b: { a: 1, b: 2 } }` by field. */
function namedValues(where: DataText): DataText {
  const [value] = Object.values(where);
  return typeof value === 'object' && value !== null ? (value as DataText) : where;
}
