import { randomBytes } from 'node:crypto';
import pino from 'pino';
import { application } from '../app/index.ts';
import { startingTabs } from '../app/starting-tabs.ts';
import { createUser } from '../auth/sign-in.ts';
import { readConfig, type Config } from '../config.ts';
import { migrationStatus } from '../database/schema-engine/migrations.ts';
import { listen } from '../server/listen.ts';
import type { Platform } from '../server/platform.ts';
import { createServer } from '../server/server.ts';
import { firstScreen } from './first-screen.ts';
import { migrations, openHere } from './house.ts';

/** Signals that come so close together are one: a terminal and npm both pass Ctrl-C on. */
const repeatedWithinMs = 1_000;

/**
 * `npm start`: migrates the database, fills a new one with the sample data, serves, and prints where everything is.
 * Resolves when the server listens.
 */
export async function start(config: Config = readConfig()): Promise<void> {
  const logger = pino({ level: config.logLevel }, pino.destination(2));
  const { migrated, ...platform } = await openHere(config);
  const password = await addAdmin(platform, config);
  if (config.sampleData && "importSampleData" in application) await addSampleData(platform, config);

  const isReady = async () => {
    const { pending, failed } = await migrationStatus(migrations(config));
    return pending.length === 0 && failed.length === 0;
  };
  const server = createServer({ platform, config, logger, personas: application.personas, startingTabs, isReady });
  const listening = await listen(server, config);
  endOnSignal(async () => {
    await listening.close();
    await platform.database.close();
  });
  process.stdout.write(
    await firstScreen({ config: { ...config, port: listening.port }, platform, migrations: migrated.total, password, personas: application.personas }),
  );
}

/** A database without users gets the first admin, with a password that is shown once and stored nowhere. */
async function addAdmin({ database }: Platform, { adminEmail }: Config): Promise<string | undefined> {
  if ((await database.unguarded.user.count()) > 0) return undefined;
  const password = randomBytes(12).toString('base64url');
  await createUser(database.unguarded, { email: adminEmail, name: 'Admin', password, roles: ['admin'] });
  return password;
}

async function addSampleData({ database }: Platform, { adminEmail }: Config): Promise<void> {
  const admin = await database.unguarded.user.findUnique({ where: { email: adminEmail }, select: { id: true } });
  if (!admin) return;
  await (application as never as {importSampleData(x: object): Promise<void>}).importSampleData({ database, admin: { kind: 'user', id: admin.id, roles: ['admin'] } });
}

function endOnSignal(close: () => Promise<void>): void {
  let since: number | undefined;
  const end = () => {
    if (since !== undefined) {
      // The second one means it: what is under way is given up.
      if (performance.now() - since > repeatedWithinMs) process.exit(1);
      return;
    }
    since = performance.now();
    void close().then(() => process.exit(0));
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
}
