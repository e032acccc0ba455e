/**
 * Preloaded into every measured server, the same in each: tells the benchmark over its channel what the process has
 * used, and counts what goes to the driver (some tens of nanoseconds a statement).
 */
import { createRequire } from 'node:module';
import { Socket } from 'node:net';
import { Session } from 'node:inspector/promises';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

export interface Sample {
  readonly cpuMicroseconds: number;
  readonly residentBytes: number;
  /** Statements run so far; a script counts as one. */
  readonly statements: number;
}

export type Question =
  | { readonly ask: 'sample' }
  /** How each open connection writes: `synchronous` and `journal_mode`. */
  | { readonly ask: 'settings' }
  | { readonly ask: 'profile' }
  | { readonly ask: 'profiled'; readonly file: string };

/** Several may be under way: an answer carries its question's number. */
interface Message {
  readonly id: number;
  readonly question: Question;
}

type Method = (this: object, ...args: unknown[]) => unknown;
type Prototype = Record<string, Method>;
interface Connection {
  readonly open: boolean;
  prepare(sql: string): { get(): Record<string, unknown> };
}

const require = createRequire(import.meta.url);
const Database = require('libsql') as { prototype: Prototype };
const DatabaseOnThreads = require('libsql/promise') as { prototype: Prototype };
const seen = new WeakSet<object>();
let connections: WeakRef<Connection>[] = [];
let statements = 0;
let session: Session | undefined;

countCallsOf(Database.prototype, ['exec']);
countStatements(Database.prototype);
countStatementsOnThreads(DatabaseOnThreads.prototype);
countOnTheWire(process.env['DATABASE_URL'] ?? '');

process.on('message', ({ id, question }: Message) => {
  void answer(question).then((reply) => process.send?.({ id, reply }));
});
// A benchmark that was killed leaves no server behind, and a server that wants to end is not held by its channel.
process.on('disconnect', () => process.exit());
process.channel?.unref();

async function answer(question: Question): Promise<unknown> {
  switch (question.ask) {
    case 'sample': {
      const { user, system } = process.cpuUsage();
      return {
        cpuMicroseconds: user + system,
        residentBytes: process.memoryUsage.rss(),
        statements,
      } satisfies Sample;
    }
    case 'settings':
      return settings();
    case 'profile':
      session = new Session();
      session.connect();
      await session.post('Profiler.enable');
      await session.post('Profiler.setSamplingInterval', { interval: 200 });
      await session.post('Profiler.start');
      return null;
    case 'profiled': {
      const profile = (await session?.post('Profiler.stop'))?.profile;
      session?.disconnect();
      await mkdir(dirname(question.file), { recursive: true });
      await writeFile(question.file, JSON.stringify(profile));
      return null;
    }
  }
}

function settings(): string[] {
  const read = (connection: Connection, pragma: string) => {
    const row = connection.prepare(`PRAGMA ${pragma}`).get();
    return String(row[pragma]);
  };
  forgetClosed();
  const open = connections.map((it) => it.deref()).filter((it) => it !== undefined);
  return open.map((it) => `journal_mode ${read(it, 'journal_mode')}, synchronous ${read(it, 'synchronous')}`);
}

/**
 * A server's driver may be part of a bundle, where it cannot be reached: what it writes can. Each command is a packet
 * of its own: of MariaDB number 0 and a query or an execution, of PostgreSQL `Q` or `E`.
 */
function countOnTheWire(url: string): void {
  if (url.startsWith('file:') || !URL.canParse(url)) return;
  const isMysql = url.startsWith('mysql');
  const port = Number(new URL(url).port || (isMysql ? 3306 : 5432));
  const isCommand = (bytes: Uint8Array) =>
    isMysql ? bytes[3] === 0 && (bytes[4] === 0x03 || bytes[4] === 0x17) : bytes[0] === 0x51 || bytes[0] === 0x45;
  // Its methods are put in place of, which its type does not foresee.
  const prototype = Socket.prototype as unknown as Prototype;
  const write = prototype['write']!;
  prototype['write'] = function (...args) {
    const [chunk] = args;
    if ((this as Socket).remotePort === port && chunk instanceof Uint8Array && isCommand(chunk)) statements++;
    return write.apply(this, args);
  };
}

/** A statement's class is not exported: it is met with the first statement. */
function countStatements(database: Prototype): void {
  const prepare = database['prepare']!;
  let known = false;
  database['prepare'] = function (...args) {
    const statement = prepare.apply(this, args) as object;
    // `all` runs through `iterate`.
    if (!known) countCallsOf(Object.getPrototypeOf(statement) as Prototype, ['run', 'get', 'iterate']);
    known = true;
    if (!seen.has(this)) {
      seen.add(this);
      connections.push(new WeakRef(this as unknown as Connection));
      // Some clients open a connection for each transaction.
      if (connections.length > 100) forgetClosed();
    }
    return statement;
  };
}

function countStatementsOnThreads(database: Prototype): void {
  const prepare = database['prepare']!;
  let known = false;
  database['prepare'] = async function (...args) {
    const statement = (await prepare.apply(this, args)) as object;
    if (!known) countCallsOf(Object.getPrototypeOf(statement) as Prototype, ['all']);
    known = true;
    return statement;
  };
}

function forgetClosed(): void {
  connections = connections.filter((it) => it.deref()?.open);
}

function countCallsOf(prototype: Prototype, names: readonly string[]): void {
  for (const name of names) {
    const original = prototype[name]!;
    prototype[name] = function (...args) {
      statements++;
      return original.apply(this, args);
    };
  }
}
