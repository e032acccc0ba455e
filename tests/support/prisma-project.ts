/** A folder that Prisma's commands are run in, as a user has one. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { createClient } from '@libsql/client';
import type { deployMigrations } from '../../src/database/schema-engine/migrations.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Two models, one below the other. */
export const schema = `
datasource db {
  provider = "sqlite"
}
model Author {
  id    Int    @id @default(autoincrement())
  name  String
  books Book[]
}
model Book {
  id       Int    @id
  authorId Int
  author   Author @relation(fields: [authorId], references: [id], onDelete: Cascade)
}
`;
interface ProjectOptions {
  /** SQL by the migration's name. */
  migrations?: Record<string, string>;
}

/** A folder with this schema, our Prisma config and some migrations; its database does not exist yet. */
export async function openProject({ migrations = {} }: ProjectOptions = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'pergola-'));
  const path = (name: string) => join(folder, name);
  const write = async (files: Record<string, string>) => {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(path(name)), { recursive: true });
      await writeFile(path(name), content);
    }
  };
  const migrationsFolder = path('prisma/migrations/sqlite');
  await mkdir(migrationsFolder, { recursive: true });
  await mkdir(path('.config'));
  await copyFile(join(root, '.config/prisma.ts'), path('.config/prisma.ts'));
  for (const name of ['node_modules', 'scripts', 'src']) await symlink(join(root, name), path(name));
  await write({ 'package.json': '{ "type": "module" }', 'prisma/schema.prisma': schema });
  const scripts = Object.entries(migrations).map(([name, sql]) => [
    `prisma/migrations/sqlite/${name}/migration.sql`,
    sql,
  ]);
  await write(Object.fromEntries(scripts));

  const url = `file:${path('data/test.db')}`;
  const children: ChildProcess[] = [];
  const program = (code: string) => {
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', code], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    return { child, output: () => text(child.stdout) };
  };
  const database = () => createClient({ url });
  return {
    path,
    write,
    url,
    migrationsFolder,
    /** Runs a command of Prisma's; `output` is what it says on both channels. */
    prisma: async (command: string, variables: NodeJS.ProcessEnv = {}) => {
      const quiet = { CHECKPOINT_DISABLE: '1', PRISMA_HIDE_UPDATE_MESSAGE: '1', NO_COLOR: '1', FORCE_COLOR: undefined };
      const child = spawn(process.execPath, [join(root, 'node_modules/prisma/build/index.js'), ...command.split(' ')], {
        cwd: folder,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          ...process.env,
          ...quiet,
          PRISMA_SCHEMA_ENGINE_BINARY: undefined,
          DATABASE_URL: 'file:./data/test.db',
          ...variables,
        },
      });
      const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
      return { code, output: stdout + stderr };
    },
    /** A program in a process of its own, which imports as files in the project's root do. */
    program,
    /** `deployMigrations` in a process of its own. */
    deployElsewhere: () => {
      const { child, output } = program(`
        import { deployMigrations } from './src/database/schema-engine/migrations.ts';
        console.log(JSON.stringify(await deployMigrations(${JSON.stringify({ url, migrationsFolder })})));`);
      return { child, answer: async (): ReturnType<typeof deployMigrations> => JSON.parse(await output()) };
    },
    sql: async (script: string) => {
      await mkdir(path('data'), { recursive: true });
      const client = database();
      await client.executeMultiple(script).finally(() => client.close());
    },
    rows: async (query: string) => {
      const client = database();
      const { rows } = await client.execute(query).finally(() => client.close());
      return rows.map((row) => Object.values(row));
    },
    async tables() {
      const rows = await this.rows(
        `SELECT name FROM sqlite_schema WHERE type <> 'index' AND name NOT LIKE 'sqlite_%' ORDER BY name`,
      );
      return rows.flat();
    },
    async [Symbol.asyncDispose]() {
      for (const child of children) child.kill('SIGKILL');
      await rm(folder, { recursive: true });
    },
  };
}
