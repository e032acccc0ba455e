/** An empty TypeScript project installs the SDK from the running server, and is told what is wrong before it runs. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveSdk, type ServedSdk } from './serve-sdk.ts';

const run = promisify(execFile);
const repository = resolve(import.meta.dirname, '../..');
let served: ServedSdk;
let project: string;

beforeAll(async () => {
  served = await serveSdk();
  project = await mkdtemp(join(tmpdir(), 'pergola-consumer-'));
  await writeFile(join(project, 'package.json'), '{ "name": "consumer", "private": true, "type": "module" }');
  await install();
});
afterAll(async () => {
  await served[Symbol.asyncDispose]();
  await rm(project, { recursive: true });
});

const install = () =>
  run('npm', ['i', '@pergola/sdk', '--registry', `${served.url}/-/npm/`, '--no-audit', '--no-fund'], { cwd: project });

describe('npm', () => {
  it('installs from the server, twice in a row, and knows the integrity of what it got', async () => {
    await install();
    await run('npm', ['ci', '--registry', `${served.url}/-/npm/`, '--no-audit'], { cwd: project });
    const lock = JSON.parse(await readFile(join(project, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { version: string; integrity: string }>;
    };
    const packument = (await (await fetch(`${served.url}/-/npm/@pergola%2fsdk`)).json()) as {
      'dist-tags': { latest: string };
      versions: Record<string, { dist: { integrity: string } }>;
    };
    const { latest } = packument['dist-tags'];
    expect(lock.packages['node_modules/@pergola/sdk']).toMatchObject({
      version: latest,
      integrity: packument.versions[latest]?.dist.integrity,
    });
  });
});

const begin = `
  import { connect, createClient, graphql, observations, type Api } from '@pergola/sdk';
  const client = createClient({ url: 'http://localhost:4000/graphql' });
`;

/** A misspelt field, a wrong operator, a missing input, a wrong value of an enum, a null that cannot be, and misspelt fields of answers. */
const wrong: [program: string, said: RegExp][] = [
  [`await client.observations.list({ where: { statsu: { equals: 'DRAFT' } } });`, /'statsu' does not exist/],
  [`await client.observations.list({ where: { unit: { greaterThan: 'm' } } });`, /'greaterThan' does not exist/],
  [`await client.comments.create({ data: {} });`, /is missing|are missing|missing the following/],
  [`await client.observations.list({ where: { status: { equals: 'LOST' } } });`, /'"LOST"' is not assignable/],
  [`await client.observations.get({ where: null });`, /'null' is not assignable/],
  [`(await client.observations.list()).nodes[0]?.valeu;`, /'valeu' does not exist/],
  [
    `await client.request(graphql('query ($where: TagWhere) { tags(where: $where) { totalCount } }'), { where: { lable: {} } });`,
    /'lable' does not exist/,
  ],
  [`(await client.request(graphql('{ surveys { nodes { titel } } }'))).surveys.nodes[0]!.titel.trim();`, /error TS/],
];

describe('the compiler', () => {
  it('takes a good program, with exact types', async () => {
    expect(
      await compile([
        `
        const page = await client.observations.list({ where: { status: { equals: 'DRAFT' } }, first: 5 });
        const value: string | undefined = page.nodes[0]?.value;
        const at: Date | undefined = page.nodes[0]?.measuredAt;
        const serial: bigint | null | undefined = page.nodes[0]?.serialNumber;
        for await (const row of client.observations.all({ where: { unit: { equals: 'm' } } })) row.unit.trim();
        const mine = graphql('query ($first: Int) { surveys(first: $first) { nodes { title createdAt } } }');
        const titles: string[] = (await client.request(mine, { first: 2 })).surveys.nodes.map((it) => it.title);
        const when: Date[] = (await client.request(mine)).surveys.nodes.map((it) => it.createdAt);
        const where: Api.SurveyWhere = { createdAt: { gt: '2026-01-01T00:00:00Z', lt: new Date() } };
        await client.request(graphql('query ($where: SurveyWhere) { surveys(where: $where) { totalCount } }'), { where });
        await connect({ url: '/graphql' }).run(observations, { first: 1 });
        console.log(value, at, serial, titles, when);
      `,
      ]),
    ).toBe('');
  });

  it('refuses wrong ones, and says what is wrong', async () => {
    const said = await compile(wrong.map(([program]) => program));
    for (const [index, [, expected]] of wrong.entries()) {
      const ofThisOne = said.split('\n').filter((line) => line.includes(`program-${index}.ts`));
      expect(ofThisOne.join('\n')).toMatch(expected);
    }
  });
});

describe('a bundle', () => {
  it('with one query has less than 6 kB', async () => {
    const { outputFiles } = await build({
      stdin: {
        contents: `import { connect, observations } from '@pergola/sdk';
          console.log(await connect({ url: '/graphql' }).run(observations, { first: 1 }));`,
        resolveDir: project,
      },
      bundle: true,
      minify: true,
      write: false,
      format: 'esm',
      target: 'es2022',
    });
    expect(gzipSync(outputFiles[0]!.contents).length).toBeLessThan(6_000);
  });
});

/** What the compiler says of programs; nothing when they are good. */
async function compile(programs: readonly string[]): Promise<string> {
  const files = programs.map((_, index) => `program-${index}.ts`);
  for (const [index, program] of programs.entries()) {
    await writeFile(join(project, files[index]!), `${begin}${program}\nexport {};\n`);
  }
  const compilerOptions = {
    strict: true,
    noEmit: true,
    module: 'nodenext',
    target: 'es2023',
    lib: ['es2023', 'dom'],
    exactOptionalPropertyTypes: true,
    types: [],
  };
  await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
  const compiler = join(repository, 'node_modules/typescript/bin/tsc');
  return run(process.execPath, [compiler, '-p', project]).then(
    () => '',
    (error: unknown) => (error as { stdout: string }).stdout,
  );
}
