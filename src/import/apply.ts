import { badInput, PergolaError, type ErrorCode } from '../errors.ts';
import type { ViewerDatabase } from '../database/database.ts';
import { modelOf, relationsOf, type Model } from '../model/model.ts';
import { isNever } from '../policy/filter.ts';
import { createMapper, type MappedRow, type Mapping } from './map.ts';
import type { BrokenRecord, Source, SourceRecord } from './parse.ts';
import { Tally, type Report } from './report.ts';

export interface ImportOptions {
  /** The rows are written as this viewer. */
  readonly database: ViewerDatabase;
  readonly model: string;
  readonly records: AsyncIterable<SourceRecord | BrokenRecord> & Partial<Pick<Source, 'bytes'>>;
  readonly mapping?: Mapping;
  /** A unique key: a row that has it already is updated, or counted as the same. Without it every row is a new one. */
  readonly key?: string | readonly string[];
  readonly batchRows?: number;
  readonly onProgress?: (progress: ImportProgress) => void;
}

export interface ImportProgress {
  readonly report: Report;
  readonly bytes: { readonly read: number; readonly total: number | undefined } | undefined;
}

/**
 * Writes records as rows, a batch to a transaction. A batch that fails is halved until only the bad rows are left out.
 *
 * @throws IMPORT_BAD_FILE; IMPORT_UNKNOWN_COLUMN for the columns of the first record; whatever is no fault of a row.
 */
export async function importRows(options: ImportOptions): Promise<Report> {
  const { database, records, mapping = {}, batchRows = 2000, onProgress } = options;
  const model = modelOf(database.schema, options.model);
  const key = options.key === undefined ? undefined : keyFields(model, options.key);
  const isWritable = (field: string) => !isNever(database.policy.field(model.name, field, 'write'));
  const map = createMapper({ schema: database.schema, model, mapping, isWritable });
  const tally = new Tally(model.name);
  const tell = () => onProgress?.({ report: tally.report(), bytes: records.bytes?.() });

  let batch: MappedRow[] = [];
  let isFirst = true;
  let expectNew = true;
  for await (const item of records) {
    try {
      if ('error' in item) throw item.error;
      batch.push(map(item));
    } catch (error) {
      // A header that does not fit is the file's fault; a column that only one record has is that record's.
      if (!isRefusal(error) || (isFirst && error.code === 'IMPORT_UNKNOWN_COLUMN')) throw error;
      refuse(tally, error, { line: item.line, column: error.inputPath });
    }
    isFirst = false;
    if (batch.length === batchRows) {
      await write(batch);
      batch = [];
      tell();
    }
  }
  await write(batch);
  tell();
  return tally.report();

  async function write(rows: readonly MappedRow[]): Promise<void> {
    if (rows.length === 0) return;
    try {
      for (const [outcome, count] of await writeOnce(rows)) tally.add(outcome, count);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const sameForAll = error.code === 'FORBIDDEN' && !/^data\[\d+\]/.test(error.inputPath ?? '');
      if (rows.length === 1 || sameForAll) {
        for (const { line, columnOf } of rows)
          refuse(tally, error, { line, column: columnOf.get(fieldAt(error.inputPath)) });
        return;
      }
      const half = Math.ceil(rows.length / 2);
      await write(rows.slice(0, half));
      await write(rows.slice(half));
    }
  }

  async function writeOnce(rows: readonly MappedRow[]): Promise<Map<Outcome, number>> {
    const data = rows.map((row) => row.data);
    if (!key) {
      const keys = await database.write((writer) => writer.createMany(model.name, data));
      return new Map([['created', keys.length]]);
    }
    const counts = new Map<Outcome, number>();
    for (const { outcome } of await upsert(data, key)) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    return counts;
  }

  async function upsert(data: readonly MappedRow['data'][], by: readonly string[]) {
    if (expectNew) {
      try {
        return await database.write((writer) => writer.upsertMany(model.name, data, by, { expectNew }));
      } catch (error) {
        if (!isRefusal(error)) throw error;
      }
    }
    const rows = await database.write((writer) => writer.upsertMany(model.name, data, by));
    // Most files are all new or all known: the next batch is expected to be like this one.
    expectNew = rows.every(({ outcome }) => outcome === 'created');
    return rows;
  }
}

type Outcome = 'created' | 'updated' | 'same';

/** The fields of a key, given by its name, by one field, or by fields and relations. */
function keyFields(model: Model, key: string | readonly string[]): readonly string[] {
  const named = typeof key === 'string' ? model.uniques.find(({ name }) => name === key) : undefined;
  if (named) return named.fields;
  const relations = new Map(relationsOf(model).map((relation) => [relation.name, relation]));
  const fields = (typeof key === 'string' ? [key] : key).flatMap((name) => {
    const join = relations.get(name)?.join;
    return join?.kind === 'columns' ? join.pairs.map(([here]) => here) : [name];
  });
  const wanted = fields.toSorted().join();
  const unique = model.uniques.find((it) => it.fields.toSorted().join() === wanted);
  if (unique) return unique.fields;
  const known = model.uniques.map((it) => it.fields.join(' + ')).join(', ');
  throw badInput(`${fields.join(' + ')} is not a unique key of ${model.name}.`, `Use one of: ${known}.`, 'key');
}

const denials: readonly ErrorCode[] = ['FORBIDDEN', 'NOT_FOUND'];
const refusals: readonly ErrorCode[] = [
  ...denials,
  'BAD_INPUT',
  'BAD_ID',
  'CONFLICT',
  'IMPORT_BAD_FILE',
  'IMPORT_UNKNOWN_COLUMN',
];

const isRefusal = (error: unknown): error is PergolaError =>
  error instanceof PergolaError && refusals.includes(error.code);

function refuse(tally: Tally, error: PergolaError, { line, column }: { line: number; column: string | undefined }) {
  // The place in the batch says nothing to the file's owner: the line and the column do.
  const message = error.message.replace(/"data(\[\d+\])?"/g, 'The row').replace(/\bdata(\[\d+\])?\./g, '');
  const place = column === undefined ? { line } : { line, column };
  tally.refuse(denials.includes(error.code) ? 'denied' : 'refused', { ...place, code: error.code, message });
}

/** The field in a path such as `data[3].country.connect`. */
const fieldAt = (path: string | undefined) => /^data(?:\[\d+\])?\.(\w+)/.exec(path ?? '')?.[1] ?? '';
