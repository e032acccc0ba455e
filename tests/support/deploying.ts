/** Migrations that are deployed by processes of their own, which may be killed between any two statements. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A folder of migrations. */
export async function migrationsFolder(scripts: Record<string, string>) {
  const folder = await mkdtemp(join(tmpdir(), 'pergola-migrations-'));
  const at = (name: string) => join(folder, 'history', name);
  const write = async (name: string, sql: string) => {
    await mkdir(at(name), { recursive: true });
    await writeFile(join(at(name), 'migration.sql'), sql);
  };
  for (const [name, sql] of Object.entries(scripts)) await write(name, sql);
  return {
    path: join(folder, 'history'),
    write,
    remove: (name: string) => rm(at(name), { recursive: true }),
    /** A database file beside it. */
    file: (name: string) => `file:${join(folder, name)}`,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** The program of `deploy-process.ts`, bundled: it is started dozens of times. */
export async function deployProgram() {
  // Beside the modules, so that those that are not bundled are found.
  const program = join(root, `node_modules/.deploy-process-${process.pid}.mjs`);
  await build({
    entryPoints: [join(root, 'tests/support/deploy-process.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['libsql', '@libsql/*', 'pg', 'mariadb', '@prisma/*'],
  });
  const start = (...args: string[]) => {
    const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
    const kill = () => void child.kill('SIGKILL');
    return { kill, ended: ended.then(([output, errors, [code, signal]]) => ({ output, errors, code, signal })) };
  };
  return { start, [Symbol.asyncDispose]: () => rm(program, { force: true }) };
}

/**
 * The way to a server on which nothing passes after the nth message that follows one with these words; `cut` is told.
 * What comes before it has been answered.
 */
export async function openCuttingProxy(
  targetPort: number,
  { words, at, cut }: { words: RegExp; at: number; cut: () => void },
) {
  let since = -1;
  let isCut = false;
  const proxy = createServer((near) => {
    const far = connect(targetPort, '127.0.0.1');
    for (const socket of [near, far]) socket.on('error', () => {});
    near
      .on('close', () => far.destroy())
      .on('data', (data) => {
        const sent = data.toString('latin1');
        // Before the beginning of a transaction all is as it was after the end of the last one.
        if ((since >= 0 && !sent.includes('START TRANSACTION')) || words.test(sent)) since++;
        if (since === at && !isCut) {
          isCut = true;
          cut();
        }
        if (!isCut) far.write(data);
      });
    far.on('close', () => near.destroy()).pipe(near);
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const address = proxy.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    [Symbol.asyncDispose]: async () => void proxy.close(),
  };
}
