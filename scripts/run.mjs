import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { root } from './root.mjs';

/**
 * Runs Node with these arguments on the same terminal, in the project's folder unless `cwd` says otherwise, and
 * ends as it ends. With `stoppable`, ending by a signal that was sent to stop it is a success.
 * @param {string[]} parameters
 * @param {{ stoppable?: boolean, cwd?: string }} [options]
 */
export async function runNode(parameters, { stoppable = false, cwd = root } = {}) {
  const child = spawn(process.execPath, parameters, { cwd, stdio: 'inherit' });
  const onTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  // Ctrl-C reaches every process on the terminal by itself; passed on as well it would arrive twice, and servers
  // take the second one for "at once".
  process.on('SIGINT', () => onTerminal || child.kill('SIGINT'));
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  const watch = whenOrphaned(() => child.kill('SIGTERM'));
  const [code, signal] = /** @type {[number | null, NodeJS.Signals | null]} */ (await once(child, 'exit'));
  clearInterval(watch);
  const stopped = stoppable && (signal === 'SIGINT' || signal === 'SIGTERM');
  process.exitCode = code ?? (stopped || signal === null ? 0 : 128 + constants.signals[signal]);
}

/**
 * npm passes a signal to the shell between it and this process, and that shell dies of it and tells nobody. Without
 * npm the parent may well leave first (`nohup`), so it is not watched.
 * @param {() => void} stop
 */
function whenOrphaned(stop) {
  if (process.env.npm_lifecycle_event === undefined) return undefined;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    stop();
  }, 200);
  return watch;
}
