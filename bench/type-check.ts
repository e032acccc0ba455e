/**
 * How long the compiler takes for the policies of a large schema: 300 models of 15 fields, each with rules that go
 * through relations. `npm run bench:types`, or `-- 100` for as many models.
 */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { childSeconds } from './child-seconds.ts';
import { largeSchema } from './large-schema.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));
const goalSeconds = 10;
const models = Number(process.argv[2] ?? 300);

const policyText = (at: number) => `import { hidden, open, policyLanguage, readOnly } from '../policy/policy.ts';
import { all, any, named, signedIn } from '../policy/rule.ts';

const policy = policyLanguage<'admin' | 'editor'>();

export const it = policy('M${at}', ({ role, where, owner, exists, through, viewer, field }) => {
  const open_ = named('open', where({ status: { equals: 'OPEN' }, title: { equals: field('body') } }));
  return {
    read: any(
      role('admin'),
      owner('ownerId'),
      all(open_, where({ parent: { is: { count: { gt: 1 }, parent: { is: { status: { in: ['OPEN'] } } } } } })),
      exists('parent.parent.children', { ownerId: { equals: viewer.id }, children: { some: { flag: { equals: true } } } }),
    ),
    create: all(signedIn, through('parent')),
    update: any(role('editor'), through('parent', 'update')),
    delete: role('admin'),
    link: signedIn,
    presets: { ownerId: viewer.id },
    fields: {
      id: readOnly,
      title: open,
      body: open,
      count: open,
      total: open,
      amount: open,
      flag: open,
      at: readOnly,
      day: open,
      status: open,
      details: { read: any(role('admin'), owner('ownerId')), write: role('admin') },
      ownerId: hidden,
      parent: open,
      children: readOnly,
    },
  };
});
`;

/** It is there to see that all this is looked at: were the misspelt field no error, the directive would be one. */
const misspelt = policyText(0)
  .replace('      all(open_', '      // @ts-expect-error a field at the far end is misspelt\n      all(open_')
  .replace('count: { gt', 'cuont: { gt');

const folder = await mkdtemp(join(tmpdir(), 'pergola-types-'));
try {
  const policies = join(folder, 'src/policies');
  await mkdir(policies, { recursive: true });
  for (const part of ['errors.ts', 'model', 'policy'])
    await cp(join(root, 'src', part), join(folder, 'src', part), { recursive: true });
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  await cp(join(root, 'tsconfig.json'), join(folder, 'tsconfig.json'));
  await cp(join(root, 'package.json'), join(folder, 'package.json'));
  await writeFile(join(folder, 'schema.prisma'), largeSchema(models));
  const prisma = join(root, 'node_modules/prisma/build/index.js');
  await run(process.execPath, [prisma, 'generate', '--no-hints', '--schema', join(folder, 'schema.prisma')], {
    cwd: root,
  });
  for (let at = 0; at < models; at++) await writeFile(join(policies, `m${at}.ts`), policyText(at));
  await writeFile(join(policies, 'misspelt.ts'), misspelt);

  const [started, before] = [performance.now(), await childSeconds()];
  await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '--noEmit', '-p', folder]).catch(
    (error: unknown) => {
      const { stdout = '' } = error as { stdout?: string };
      throw new Error(`The policies do not compile.\n${stdout.slice(0, 3000)}`, { cause: error });
    },
  );
  const seconds = (performance.now() - started) / 1000;
  const cpuSeconds = (await childSeconds()) - before;
  process.stdout.write(
    `type-check ${models} models x 15 fields: ${seconds.toFixed(1)} s, ${cpuSeconds.toFixed(1)} s of CPU (goal: under ${goalSeconds} s) on ${cpus()[0]?.model}, ${cpus().length} cores, load average ${loadavg()[0]?.toFixed(1)}\n`,
  );
  if (seconds >= goalSeconds) process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true });
}
