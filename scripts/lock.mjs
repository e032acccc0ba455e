/**
 * One holder at a time, among processes of this machine that work in this folder. The lock names its holder's
 * process, so one that died without letting go is taken over.
 */
import { createHash } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from './root.mjs';

const waitMilliseconds = 10 * 60_000;

/**
 * @param {string} name
 * @param {() => Promise<void>} action
 */
export async function withLock(name, action) {
  // Not inside the project: `npm ci` empties node_modules, and everything else there is somebody's source.
  const folder = createHash('sha256').update(root).digest('hex').slice(0, 12);
  const path = join(tmpdir(), `pergola-${folder}-${name}.lock`);
  await acquire(path);
  const release = () => rmSync(path, { force: true });
  process.once('exit', release);
  try {
    await action();
  } finally {
    process.off('exit', release);
    release();
  }
}

/** @param {string} path */
async function acquire(path) {
  const giveUpAt = Date.now() + waitMilliseconds;
  for (let announced = false; !tryCreate(path);) {
    const holder = readHolder(path);
    if (holder !== undefined && !isAlive(holder)) {
      takeOver(path);
      continue;
    }
    if (!announced && holder !== undefined) console.error(`Waiting for process ${holder}, which does the same here.`);
    announced ||= holder !== undefined;
    if (Date.now() > giveUpAt) throw new Error(`Process ${holder} still holds ${path}. End it, or delete that file.`);
    await sleep(100);
  }
}

/**
 * A link appears with its content already in it; a file that is created and then written could be read empty.
 * @param {string} path
 */
function tryCreate(path) {
  const mine = `${path}.${process.pid}`;
  writeFileSync(mine, String(process.pid));
  try {
    linkSync(mine, path);
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(mine, { force: true });
  }
}

/**
 * Of two that see the same dead holder, the slower one must not remove the new lock of the faster one. So the
 * holder is looked at again where only one can be.
 * @param {string} path
 */
function takeOver(path) {
  const door = `${path}.door`;
  try {
    mkdirSync(door);
  } catch {
    const since = statSync(door, { throwIfNoEntry: false })?.mtimeMs;
    if (since !== undefined && Date.now() - since > 10_000) rmSync(door, { recursive: true, force: true });
    return;
  }
  const holder = readHolder(path);
  if (holder !== undefined && !isAlive(holder)) rmSync(path, { force: true });
  rmSync(door, { recursive: true, force: true });
}

/**
 * @param {string} path
 * @returns {number | undefined} the process, or undefined when the lock is gone by now
 */
function readHolder(path) {
  try {
    return Number(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}
