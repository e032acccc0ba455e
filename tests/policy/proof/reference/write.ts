import type { RowVerb } from '../../../../src/policy/rule.ts';
import { isViewerOperand, type PolicyTexts, type ViewerText } from '../policy-text.ts';
import { fieldIn } from '../shape.ts';
import { textOf, type Row, type Value, type World } from '../world.ts';
import { namedValues, type DataText, type WriteText } from '../write-text.ts';
import { decidedField, decidedRow, type Facts } from './decided.ts';
import { Draft, Refusal } from './draft.ts';
import { writeFar } from './write-far.ts';
import { matching, noCounts, upsertMany, type Counts } from './write-many.ts';
import { writeNear } from './write-near.ts';

/** What a write comes to. */
export type Written =
  | {
      readonly kind: 'done';
      readonly world: World;
      readonly result: Result;
      /** A row was met again under another key than before. */
      readonly followed: boolean;
    }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** It depends on which row of a batch comes first, and nothing says which does; or on foreign keys, of which there are none. */
  | { readonly kind: 'unclear' };

export type Clear = Exclude<Written, { readonly kind: 'unclear' }>;

/** What one row came to, as it was or is then; or how many rows did. */
export type Result = { readonly row: Row } | Counts;

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
    if (writer.draft.dangles) return { kind: 'unclear' };
    writer.judgeNewRows();
    return { kind: 'done', world: writer.draft.world, result, followed: writer.draft.followed };
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal;
    if (writer.draft.dangles) return { kind: 'unclear' };
    return { kind: 'refused', refusal };
  }
}

/** A row that is looked for: by one of its unique keys, by what it is tied to, or by both. */
export interface Wanted {
  readonly where?: DataText | undefined;
  readonly tied?: (row: Row) => boolean;
}

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
        return upsertMany(this, model, write);
      case 'updateMany': {
        this.requireVerb(model, 'update');
        this.requireWritable(model, write.data);
        const { rows, denied } = matching(
          this,
          write,
          (row) => this.draft.rights.mayRow(model, row, 'update') && this.mayWrite(model, row, write.data),
        );
        for (const row of this.inTurn(rows)) this.update(model, this.draft.now(model, row), write.data);
        return { ...noCounts, updated: rows.length, denied };
      }
      case 'deleteMany': {
        this.requireVerb(model, 'delete');
        const { rows, denied } = matching(this, write, (row) => this.draft.rights.mayRow(model, row, 'delete'));
        for (const row of rows) this.draft.delete(model, row);
        return { ...noCounts, deleted: rows.length, denied };
      }
    }
  }

  /** When everything is written, each row that was written must be one that may be so. */
  judgeNewRows(): void {
    for (const { model, written, mayBeSo } of this.newRows) {
      const row = this.draft.look(written) && this.draft.now(model, written);
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

  mayWrite(model: string, row: Row, data: DataText): boolean {
    return Object.keys(data).every((name) => this.mayWriteField(model, row, name));
  }

  requireWritable(model: string, data: DataText): void {
    for (const name of Object.keys(data)) this.requireMaybe(model, name);
  }

  /** A field that the viewer may write on no row refuses the write. */
  requireMaybe(model: string, field: string): void {
    if (decidedField(model, field, 'write', this.facts) === false)
      throw new Refusal(model, { codes: ['FORBIDDEN'], byRight: true });
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
    const lacksRight = verb !== 'read' && this.look(model, 'read', wanted) !== undefined;
    const { where, tied } = wanted;
    const byRight = lacksRight || (where && tied && this.look(model, verb, { where }) !== undefined) === true;
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
  update(model: string, old: Row, data: DataText): Row {
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
        const { there, after } = writeNear(
          this,
          { model, relation: field },
          value as DataText,
          old && this.draft.now(model, old),
        );
        for (const [column, it] of Object.entries(there)) columns[column] = it;
        if (after) later.push(after);
      }
    }
    return { columns, later };
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

  /** Rows of a batch, in the order that this writer takes them in. */
  inTurn<T>(items: readonly T[]): readonly T[] {
    return this.backwards ? items.toReversed() : items;
  }
}
