/**
 * `node deploy-process.mjs <url> <migrations folder> [n]` deploys and says so as JSON. With a number it kills itself, as
 * `kill -9` would, before it gives the nth script to an embedded database; a server's traffic is cut by the test.
 */
import Database from 'libsql';
import { deployMigrations } from '../../src/database/schema-engine/migrations.ts';

const [url = '', migrationsFolder = '', killAt] = process.argv.slice(2);

if (killAt !== undefined) {
  // The driver's types have no class.
  const { prototype } = Database as unknown as { prototype: { exec(sql: string): unknown } };
  const { exec } = prototype;
  let scripts = 0;
  prototype.exec = function (sql) {
    if (scripts++ === Number(killAt)) process.kill(process.pid, 'SIGKILL');
    return exec.call(this, sql);
  };
}

process.stdout.write(JSON.stringify(await deployMigrations({ url, migrationsFolder })));
