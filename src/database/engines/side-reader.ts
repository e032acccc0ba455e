/** A process that reads a SQLite file for another one, which may end it at any time (`side-readers.ts`). */
import Database from 'libsql';
import { LRUCache } from 'lru-cache';
import type { Answer, Question } from './side-readers.ts';

const path = String(process.argv[2]);
const database = new Database(path, { timeout: 5000 });
// As much memory for pages as the server's own reader has (`connect-sqlite.ts`).
database.exec('PRAGMA query_only = ON; PRAGMA cache_size = -16000');
const statements = new LRUCache<string, ReturnType<typeof database.prepare>>({ max: 200 });

process.on('message', ({ sql, parameters }: Question) => {
  process.send!(answerTo(sql, parameters));
});
process.on('disconnect', () => process.exit());
// Ctrl-C reaches the whole group: the server still answers what it was asked, and ends this process itself.
process.on('SIGINT', () => {}).on('SIGTERM', () => {});
process.send!('ready');

function answerTo(sql: string, parameters: readonly unknown[]): Answer {
  try {
    const statement = statements.get(sql) ?? database.prepare(sql).raw(true).safeIntegers(true);
    statements.set(sql, statement);
    return { value: (statement.get(parameters) as unknown[] | undefined)?.[0] };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
