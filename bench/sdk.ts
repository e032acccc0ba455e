/**
 * What the SDK of a large API costs: 100 models of 15 fields, generated, compiled, used by a small program and bundled.
 * `npm run bench:sdk`, or `-- 20` for as many models. Fails where a goal is missed.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { apiText } from '../src/graphql/api-text.ts';
import type { Schema } from '../src/model/model.ts';
import { open, policyLanguage } from '../src/policy/policy.ts';
import { anyone } from '../src/policy/rule.ts';
import { childSeconds } from './child-seconds.ts';
import { apiOf, dmmfOf, largeSchema } from './large-schema.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const models = Number(process.argv[2] ?? 100);
const goals = { generateSeconds: 5, checkSeconds: 2, bundleBytes: 6_000 };

const program = `import { connect, createClient, graphql, m0s, type Api } from '@pergola/sdk';
const client = createClient({ url: '/graphql' });
const where: Api.M0Where = { total: { gt: 5n }, parent: { is: { status: { equals: 'OPEN' } } } };
const amounts: string[] = (await client.m0s.list({ where, first: 5 })).nodes.map((it) => it.amount);
const own = graphql('query ($where: M0Where) { m0s(where: $where) { nodes { at parent { total } } } }');
const times: Date[] = (await client.request(own, { where })).m0s.nodes.map((it) => it.at);
const { nodes } = await connect({ url: '/graphql' }).run(m0s, { first: 1 });
export default { amounts, times, nodes };
`;

/** By the clock; the CPU's seconds, which the machine's other work does not lengthen as much, are shown beside them. */
async function timed(args: readonly string[]): Promise<{ seconds: number; cpuSeconds: number }> {
  const [started, before] = [performance.now(), await childSeconds()];
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  if (code !== 0) throw new Error(`${stdout}${stderr}`.slice(0, 3_000));
  return { seconds: (performance.now() - started) / 1_000, cpuSeconds: (await childSeconds()) - before };
}

/** Everything is granted: an SDK is as large as what somebody may do. */
const openPolicies = (schema: Schema) =>
  [...schema.models.values()].map(({ name, fields }) => {
    const granted = [...fields.values()].filter((field) => field.kind === 'relation' || !field.foreignKey);
    const rights = { read: anyone, create: anyone, update: anyone, delete: anyone, link: anyone };
    // The types know the models of the example alone.
    return policyLanguage<string>()(name as never, () => ({
      ...rights,
      fields: Object.fromEntries(granted.map((field) => [field.name, open])),
    }));
  });

await mkdir(join(root, 'dist'), { recursive: true });
const folder = await mkdtemp(join(root, 'dist/bench-sdk-'));
try {
  const sdk = join(folder, 'sdk');
  for (const file of await readdir(join(root, 'src/sdk')))
    if (/\.ts$|^package\.json$/.test(file)) await cp(join(root, 'src/sdk', file), join(sdk, file));
  await writeFile(join(sdk, 'api.graphql'), apiText(apiOf(dmmfOf(largeSchema(models)), openPolicies)));
  const generated = await timed(['--import', 'tsx', 'codegen.ts', join(sdk, 'api.graphql'), join(sdk, 'generated')]);
  const installed = join(folder, 'node_modules/@pergola/sdk');
  const own = { extends: join(root, 'src/sdk/tsconfig.json'), compilerOptions: { rootDir: '.', outDir: installed } };
  await writeFile(join(sdk, 'tsconfig.json'), JSON.stringify({ ...own, include: ['*.ts', 'generated'] }));
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const compiled = await timed([tsc, '-p', sdk]);
  for (const file of ['package.json', 'generated/tada.d.ts', 'generated/graphql-web.d.ts'])
    await cp(join(sdk, file), join(installed, file));
  await writeFile(join(folder, 'program.ts'), program);
  const options = {
    strict: true,
    noEmit: true,
    module: 'nodenext',
    target: 'es2023',
    lib: ['es2023', 'dom'],
    types: [],
  };
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['program.ts'] }));
  const checked = await timed([tsc, '-p', folder]);
  const { outputFiles } = await build({
    stdin: {
      contents: `import { connect, m0s } from '@pergola/sdk';\nconsole.log(await connect({ url: '/' }).run(m0s, {}));`,
      resolveDir: folder,
    },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
  });
  const bytes = gzipSync(outputFiles[0]!.contents).length;
  const spent = ({ seconds, cpuSeconds }: typeof checked) =>
    `${seconds.toFixed(2)} s, ${cpuSeconds.toFixed(2)} s of CPU`;
  console.log(
    [
      `SDK of ${models} models on ${cpus()[0]?.model}, ${cpus().length} cores, load average ${loadavg()[0]?.toFixed(1)}`,
      `generate           ${spent(generated)} (goal: under ${goals.generateSeconds} s)`,
      `compile it         ${spent(compiled)}`,
      `check a consumer   ${spent(checked)} (goal: under ${goals.checkSeconds} s)`,
      `bundle, one query  ${bytes} bytes gzipped (goal: under ${goals.bundleBytes})`,
    ].join('\n'),
  );
  const met =
    generated.seconds < goals.generateSeconds && checked.seconds < goals.checkSeconds && bytes < goals.bundleBytes;
  if (!met) process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true });
}
