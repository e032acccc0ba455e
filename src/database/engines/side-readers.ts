import { fork, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PergolaError } from '../../errors.ts';
import { sumTooLarge } from '../aggregate.ts';
import type { Load } from '../connection.ts';
import { createGate } from './gate.ts';

/** What is asked of a process of readers. */
export interface Question {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** What it answers. An error is a text, because classes end at the border of a process. */
export type Answer = { readonly value: unknown } | { readonly error: string };

export interface SideReaders {
  value(sql: string, parameters: readonly unknown[]): Promise<unknown>;
  load(): Load;
  close(): void;
}

/** Two, so that one long statement holds up no other. */
const width = 2;
const idleMs = 60_000;
const startMs = 30_000;

/**
 * Reads a SQLite file in processes beside this one: the only way to end a statement of SQLite is to end the process that
 * runs it, and the only way to go on meanwhile is to be another. They start when they are needed and end when nobody
 * has needed them for a minute.
 *
 * @throws DATABASE_UNAVAILABLE for a statement that takes longer than `statementMs`, or when too many wait.
 */
export function sideReaders(path: string, statementMs: number): SideReaders {
  const gate = createGate({ width, maxWaiting: 100 * width, patienceMs: 10_000 });
  const idle: Reader[] = [];
  const all = new Set<Reader>();
  const end = (reader: Reader) => {
    all.delete(reader);
    const at = idle.indexOf(reader);
    if (at !== -1) idle.splice(at, 1);
    clearTimeout(reader.timer);
    reader.child.kill('SIGKILL');
  };
  const start = (): Reader => {
    const child = startProcess(path);
    const reader: Reader = { child, ready: messageOf(child, startMs), timer: undefined };
    all.add(reader);
    reader.child.once('exit', () => end(reader));
    return reader;
  };

  const ask = async (question: Question): Promise<unknown> => {
    const reader = idle.pop() ?? start();
    clearTimeout(reader.timer);
    try {
      await reader.ready;
      const answer = (await messageOf(reader.child, statementMs, question)) as Answer;
      if (!all.has(reader)) throw unavailable();
      idle.push(reader);
      reader.timer = setTimeout(() => end(reader), idleMs).unref();
      if ('value' in answer) return answer.value;
      throw answer.error.includes('integer overflow')
        ? sumTooLarge('64 bits')
        : new Error(`SQLite refused a statement: ${answer.error}`);
    } catch (error) {
      if (error instanceof PergolaError && error.code === 'DATABASE_UNAVAILABLE') end(reader);
      throw error;
    }
  };

  return {
    value: (sql, parameters) => gate.through(() => ask({ sql, parameters })),
    load: gate.load,
    close: () => [...all].forEach(end),
  };
}

interface Reader {
  readonly child: ChildProcess;
  /** A statement's time begins when there is somebody to run it: a busy machine takes seconds to start a process. */
  readonly ready: Promise<unknown>;
  timer: NodeJS.Timeout | undefined;
}

/** From its source, beside this file; and from what `scripts/build.mjs` builds, which puts this file among its parts. */
const places = ['./side-reader.ts', './side-reader.js', '../database/engines/side-reader.js'].map((place) =>
  fileURLToPath(new URL(place, import.meta.url)),
);

/** It makes a text for each statement and keeps none: left to itself, V8 would give it tens of megabytes for new objects. */
const heap = ['--max-semi-space-size=1', '--max-old-space-size=256'];

function startProcess(path: string): ChildProcess {
  const file = places.find((place) => existsSync(place));
  if (!file) throw new Error('side-reader.js is missing: build again.');
  const reader = fork(file, [path], {
    execArgv: [...heap, ...(file.endsWith('.ts') ? ['--import', 'tsx'] : [])],
    // Values of 64 bits and bytes travel as they are.
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: {},
  });
  // It ends with its parent, and holds it up at no time that nobody waits for an answer.
  reader.unref();
  reader.channel?.unref();
  return reader;
}

/** What the process says next, asked or unasked. */
function messageOf(reader: ChildProcess, ms: number, question?: Question): Promise<unknown> {
  return new Promise((resolve, reject) => {
    reader.channel?.ref();
    const settle = (act: () => void) => {
      clearTimeout(timer);
      reader.off('message', said).off('exit', gone).off('error', gone);
      reader.channel?.unref();
      act();
    };
    const said = (message: unknown) => settle(() => resolve(message));
    const gone = () => settle(() => reject(unavailable()));
    const timer = setTimeout(gone, ms);
    reader.on('message', said).on('exit', gone).on('error', gone);
    // What cannot be sent is told to `exit`.
    if (question) reader.send(question, (error) => error && gone());
  });
}

const unavailable = () =>
  new PergolaError(
    'DATABASE_UNAVAILABLE',
    'The database does not answer in time.',
    'Ask for less, or try again later.',
  );
