import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { badConfig } from '../errors.ts';
import { PrismaClient } from '../generated/sqlite/client.ts';
import type { Engine } from './engine.ts';
import { groupCommit } from './engines/group-commit.ts';
import { libsqlAdapter, LibsqlConnection } from './engines/libsql-connection.ts';
import { sqlite } from './engines/sqlite.ts';
import { sqliteFilePath } from './schema-engine/sqlite-file.ts';

/** Commits what is done when it resolves, and undoes it when it throws. */
export type RunTransaction = <T>(run: (transaction: OpenTransaction) => Promise<T>) => Promise<T>;

/** Compiled statements inside a transaction. */
export interface OpenTransaction {
  /** The rows that a statement returns, as arrays. What it refuses is an error of Prisma's driver adapter. */
  write(sql: string, parameters: readonly unknown[]): Promise<unknown[][]>;
  /** The one JSON text that a read yields. */
  read(sql: string, parameters: readonly unknown[]): Promise<string | null>;
}

/** An open database: one way to read compiled statements, and Prisma Client for writing. */
export interface Connection {
  readonly engine: Engine;
  /** Unguarded: `auth/` keeps its sessions in it. */
  readonly prisma: PrismaClient;
  /** Runs compiled writes in a transaction of the driver adapter, which Prisma Client uses too. */
  readonly transaction: RunTransaction;
  /** Runs a compiled read and gives its one JSON text. */
  read(sql: string, parameters: readonly unknown[]): Promise<string | null>;
  /** Whether the database can parse the statement: how deep one may nest is the engine's own matter. */
  fits(sql: string): boolean;
  close(): Promise<void>;
}

/**
 * Opens the database that the URL names.
 *
 * @throws BAD_CONFIG for a URL of no known engine or a file that cannot be opened.
 */
export async function connect(url: string): Promise<Connection> {
  if (url.startsWith('file:')) return connectFile(sqliteFilePath(url));
  const scheme = /^[a-z]+:/i.exec(url)?.[0] ?? 'nothing';
  throw badConfig(
    `DATABASE_URL begins with "${scheme}", which is no engine of this build.`,
    'Use file:./data/pergola.db.',
  );
}

async function connectFile(path: string): Promise<Connection> {
  const open = () => {
    try {
      mkdirSync(dirname(path), { recursive: true });
      return new LibsqlConnection(path);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw badConfig(
        `The database file ${path} cannot be opened: ${reason}.`,
        'Make it and its folder writable, or change DATABASE_URL.',
      );
    }
  };
  // Readers see the last committed state while a write is under way: two connections, so that neither waits for the other.
  const writer = open();
  const reader = open();
  const { factory, adapter } = await libsqlAdapter(writer);
  const prisma = new PrismaClient({ adapter: factory });
  return {
    engine: sqlite,
    prisma,
    transaction: groupCommit(adapter, writer),
    read: async (sql, parameters) => reader.value(sql, parameters) as string | null,
    fits: (sql) => reader.fits(sql),
    async close() {
      await prisma.$disconnect();
      reader.close();
      writer.close();
    },
  };
}
