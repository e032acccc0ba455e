import type { Policies } from '../../policy/policy.ts';
import { system, type Viewer } from '../../policy/viewer.ts';
import { entriesOf, type Entry } from './audit-entries.ts';
import { createAuditText } from './audit-text.ts';
import { createBulkInserter } from './bulk-inserter.ts';
import type { Provided } from './provided.ts';
import {
  createRowWriter,
  type Change,
  type CreatedRows,
  type InsertableRow,
  type KeyValues,
  type RowWriterContext,
} from './row-writer.ts';
import { JsonText } from './json-text.ts';
import { uuid7 } from './uuid7.ts';

/** The model that holds the entries; a schema without it keeps none. */
const auditModel = 'AuditEntry';
const columns = ['id', 'at', 'actorKind', 'actorId', 'requestId', 'model', 'key', 'verb', 'changes'] as const;

export interface AuditContext extends Omit<RowWriterContext, 'note' | 'noteCreated'> {
  readonly policies: Policies;
  readonly viewer: Viewer;
  readonly requestId: string | undefined;
  readonly unaudited?: true | undefined;
  readonly auditTogether?: true | undefined;
}

const namedColumns = (row: readonly unknown[]): KeyValues =>
  Object.fromEntries(columns.map((name, at) => [name, row[at] ?? null]));

/**
 * An entry for many rows takes so many at most, so that a page of entries stays readable, and its text far below what a
 * server takes for one statement.
 */
const maxRowsTogether = 500;

/**
 * Notes every row that is written on behalf of somebody, in the same transaction: what is written and not noted, or noted
 * and not written, does not exist. Pergola's own writes (`system`) have nobody to answer for them.
 */
export function createAudit({ policies, viewer, requestId, unaudited, auditTogether, ...context }: AuditContext) {
  const model = viewer === system || unaudited ? undefined : context.schema.models.get(auditModel);
  let noted: (Change | CreatedRows)[] = [];
  const text = createAuditText(policies, context.schema);
  const at = new Date();
  const writer = createRowWriter({ ...context, note: () => {}, noteCreated: () => {} });
  const entries = () => entriesOf(noted, text, auditTogether ? maxRowsTogether : 1);

  /** In the order of `columns`. */
  const rowOf = ({ model: { name }, verb, key, changes }: Entry) => [
    uuid7(),
    at,
    viewer.kind,
    viewer.id,
    requestId,
    name,
    key,
    verb.toUpperCase(),
    new JsonText(changes),
  ];

  return {
    note(change: Change) {
      if (model) noted.push(change);
    },
    noteCreated(rows: CreatedRows) {
      if (model) noted.push(rows);
    },
    /** What notes this change, as a row; undefined where nothing is noted. */
    rowFor(change: Change): InsertableRow | undefined {
      const [entry] = model ? Array.from(entriesOf([change], text, 1), rowOf) : [];
      return model && entry && { model, columns: namedColumns(entry) };
    },
    async write(): Promise<void> {
      if (!model || noted.length === 0) return;
      const inserter = createBulkInserter(writer);
      await inserter.insertOwn(model, columns, Array.from(entries(), rowOf));
      noted = [];
    },
    /** @returns whether what is noted is one entry, and is written: where a row that it needs is not there, it is not. */
    async writeProvided(provided: Provided): Promise<boolean> {
      if (!model || noted.length !== 1) return false;
      const [entry, ...others] = Array.from(entries(), rowOf);
      if (!entry || others.length > 0) return false;
      if (!(await writer.insertProvided(model, namedColumns(entry), 'audit', provided))) return false;
      noted = [];
      return true;
    },
  };
}
