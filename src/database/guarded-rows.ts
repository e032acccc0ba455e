import type { Schema } from '../model/model.ts';
import type { Viewer } from '../policy/viewer.ts';
import type { ViewerPolicy } from '../policy/viewer-policy.ts';
import type { AggregateRead } from './aggregate.ts';
import type { Group, GroupsRead } from './groups.ts';
import type { ListRead, OneRead, Row, Rows } from './read.ts';
import type { Values } from './values.ts';
import type { ReadingOf } from './write/create-alone.ts';
import type { Data } from './write/judge.ts';
import type { TransactionWriter } from './write/transaction-writer.ts';

/** The rows as one viewer may see and change them. */
export interface GuardedRows {
  readonly viewer: Viewer;
  readonly schema: Schema;
  readonly policy: ViewerPolicy;

  one(read: OneRead, values: Values): Promise<Row | null>;
  list(read: ListRead, values: Values): Promise<Rows>;
  /** The value of each function, in order. */
  aggregate(read: AggregateRead, values: Values): Promise<unknown[]>;
  groups(read: GroupsRead, values: Values): Promise<Group[]>;
  /** Creates one row in a transaction of its own, and reads it; null when the viewer may not. */
  create(model: string, data: Data, readingOf: ReadingOf): Promise<Row | null>;
  /** Runs in one transaction, judges every new row at its end, and is tried again when another writer was in the way. */
  write<T>(act: (writer: TransactionWriter) => Promise<T>): Promise<T>;
  /** Like `write`, and undone when it is done: what it would do is found out by doing it. */
  preview<T>(act: (writer: TransactionWriter) => Promise<T>): Promise<T>;
}
