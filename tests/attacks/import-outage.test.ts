/** An import whose database dies and comes back meanwhile. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { application } from '../../src/app/index.ts';
import { createUser } from '../../src/auth/sign-in.ts';
import { openDatabase } from '../../src/database/database.ts';
import { PergolaError } from '../../src/errors.ts';
import { throughOutages } from '../../src/import/outages.ts';
import { runImport } from '../../src/import/run-import.ts';
import { designOf } from '../../src/server/platform.ts';
import { startMariadb } from '../support/own-mariadb.ts';
import { requirement } from '../support/requirements.ts';
import { createOnServer } from '../support/temporary-database.ts';

const mariadbd = requirement('mariadbd');
const away = () => new PergolaError('DATABASE_UNAVAILABLE', 'The database does not answer.', 'Try again.');

it('111: every row is there once after the server was killed, and after it was stopped', mariadbd.needed, async () => {
  await using mariadb = await startMariadb(mariadbd.location ?? '');
  const made = await createOnServer('mysql', mariadb.server);
  const { schema, policies } = designOf(application);
  const database = await openDatabase(made.url, schema, policies);
  const folder = await mkdtemp(join(tmpdir(), 'pergola-'));
  try {
    const { id } = await createUser(database.unguarded, {
      email: 'admin@example.test',
      name: 'Admin',
      roles: ['admin'],
    });
    const input = join(folder, 'tags.csv');
    const lines = Array.from({ length: 3000 }, (_, at) => (at % 500 === 7 ? `t-${at},` : `t-${at},Tag ${at}`));
    await writeFile(input, `slug,label\n${lines.join('\n')}\n`);
    const outages = [mariadb.kill, mariadb.stop];
    let [batches, over] = [0, Promise.resolve()];
    const report = await runImport({
      database,
      viewer: { kind: 'user', id, roles: ['admin'] },
      mappings: {},
      input,
      model: 'Tag',
      settings: { refusedPath: `${input}.refused` },
      batchRows: 25,
      onProgress() {
        const end = ++batches % 40 === 0 ? outages.shift() : undefined;
        // In the middle of what comes next.
        if (end)
          over = sleep(Math.random() * 20)
            .then(end)
            .then(() => sleep(300))
            .then(mariadb.start);
      },
    });
    await over;
    expect(outages).toEqual([]);
    expect(report).toMatchObject({ created: 2994, refused: 6, rows: 3000 });
    const tags = await database.unguarded.tag.findMany({ select: { slug: true } });
    const written = lines.filter((line) => !line.endsWith(',')).map((line) => line.split(',')[0]);
    expect(new Set(tags.map(({ slug }) => slug))).toEqual(new Set(written));
    expect(tags).toHaveLength(written.length);
    // What was done twice would be noted twice.
    const entries = await database.unguarded.auditEntry.findMany({ where: { model: 'Tag' } });
    const noted = entries.flatMap(({ key, changes }) =>
      key === '' ? Object.keys((changes as { rows: object }).rows) : [key],
    );
    expect(noted).toHaveLength(2994);
    expect(await database.unguarded.import.findFirstOrThrow()).toMatchObject({ state: 'FINISHED', records: 3000 });
  } finally {
    await database.close();
    await rm(folder, { recursive: true });
  }
});

it('111: what was committed is not done again when its answer was lost', async () => {
  let [done, asked] = [0, 0];
  const lost = () => {
    done++;
    return Promise.reject(away());
  };
  const isDone = () => (++asked === 1 ? Promise.reject(away()) : Promise.resolve(true));
  expect(await throughOutages(lost, isDone)).toBeUndefined();
  expect({ done, asked }).toEqual({ done: 1, asked: 2 });
});
