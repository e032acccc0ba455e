import { existsSync, readdirSync, statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Config } from '../config.ts';
import { migrationStatus } from '../database/schema-engine/migrations.ts';
import { PergolaError } from '../errors.ts';
import { redisCounter } from '../limits/redis-counter.ts';
import { apiDifference } from './commands/schema.ts';
import { lockStaleness } from './commands/policy.ts';
import { designHere, migrations, root } from './house.ts';

export interface Finding {
  readonly about: string;
  readonly state: 'ok' | 'warning' | 'failed';
  readonly fact: string;
  /** What to do about it. */
  readonly remedy?: string;
}

type Examination = (config: Config) => Finding | Promise<Finding>;

const ok = (about: string, fact: string): Finding => ({ about, state: 'ok', fact });
const warning = (about: string, fact: string, remedy: string): Finding => ({ about, state: 'warning', fact, remedy });
const failed = (about: string, fact: string, remedy: string): Finding => ({ about, state: 'failed', fact, remedy });

/** Looks at everything that a server needs. It changes nothing, and no finding holds a secret. */
export async function examine(config: Config): Promise<Finding[]> {
  return Promise.all(
    Object.entries(examinations).map(async ([about, examination]) => {
      try {
        return await examination(config);
      } catch (error) {
        if (error instanceof PergolaError) return failed(about, error.fact, error.remedy);
        // What a driver says may hold the address with its password.
        return failed(about, 'It cannot be examined.', 'Set LOG_LEVEL=debug, and see what `npm start` says.');
      }
    }),
  );
}

const examinations: Readonly<Record<string, Examination>> = {
  node() {
    const [major = 0, minor = 0] = numbersOf(process.versions.node);
    if (major > 20 || (major === 20 && minor >= 19)) return ok('node', `Node ${process.versions.node}`);
    return failed('node', `Node ${process.versions.node} is too old.`, 'Install 20.19 or later.');
  },
  policies() {
    const { schema, api } = designHere();
    const stale = apiDifference(api) ?? lockStaleness();
    if (stale === undefined) return ok('policies', `${schema.models.size} models, each with a policy`);
    return warning('policies', stale, 'Look at the difference before you write it.');
  },
  async database(config) {
    const { applied, pending, edited, failed: broken } = await migrationStatus(migrations(config));
    if (broken.length > 0)
      return failed(
        'database',
        `The migration ${broken[0]} has failed.`,
        'Run: npm run pergola -- migrate deploy, and do what it says.',
      );
    if (edited.length > 0)
      return failed(
        'database',
        `The migration ${edited[0]} was edited after it was applied, and no server becomes ready.`,
        'Restore its file, and make a further migration of what you meant.',
      );
    if (pending.length === 0) return ok('database', `reachable, ${applied.length} migrations applied`);
    return warning(
      'database',
      `${pending.length} migrations are pending.`,
      'Run: npm run pergola -- migrate deploy. `npm start` does so too.',
    );
  },
  secrets({ production, publicUrl, metricsToken, secret }) {
    if (!production) return ok('secrets', 'none are needed in development');
    if (!publicUrl.startsWith('https:'))
      return warning(
        'secrets',
        'PUBLIC_URL is no https:// address: browsers keep no cookie of ours for it.',
        'Set PUBLIC_URL to where browsers reach the server.',
      );
    if (metricsToken === undefined)
      return warning(
        'secrets',
        'There is no METRICS_TOKEN, and so no /metrics.',
        'Set METRICS_TOKEN_FILE to a file with at least 16 characters.',
      );
    if (secret === undefined)
      return warning(
        'secrets',
        'There is no PERGOLA_SECRET, and so nobody can begin a second factor.',
        'Set PERGOLA_SECRET_FILE to a file with at least 32 characters, and keep it.',
      );
    return ok('secrets', 'set');
  },
  clock() {
    const newest = newestFile(join(root, existsSync(join(root, 'src')) ? 'src' : 'dist'));
    if (newest > Date.now() + 60_000)
      return failed(
        'clock',
        `It is ${new Date().toISOString()} here, before these programs were made.`,
        'Set the clock: sessions and tokens expire by it.',
      );
    return ok('clock', new Date().toISOString());
  },
  async redis({ redisUrl }) {
    if (redisUrl === undefined) return ok('redis', 'not used: limits are counted in this process alone');
    const counter = await redisCounter(redisUrl);
    try {
      await counter.take('doctor', { max: 1, windowSeconds: 1 }, 0);
      return ok('redis', 'answers');
    } catch {
      return failed(
        'redis',
        'It does not answer.',
        'Check REDIS_URL, and that Redis runs. Until then each process counts for itself.',
      );
    } finally {
      await counter.close();
    }
  },
  async disk({ databaseUrl }) {
    const path = databaseUrl.startsWith('file:') ? dirname(databaseUrl.slice('file:'.length)) : root;
    const { bavail, bsize } = await statfs(existingFolder(path));
    const megabytes = Math.floor((bavail * bsize) / 1_000_000);
    if (megabytes < 500)
      return warning(
        'disk',
        `${megabytes} MB are left for the database.`,
        'Make room: when it is full, writes are refused.',
      );
    return ok('disk', `${megabytes.toLocaleString('en')} MB left`);
  },
};

const existingFolder = (path: string): string => (existsSync(path) ? path : existingFolder(dirname(path)));

function newestFile(folder: string): number {
  const entries = readdirSync(folder, { withFileTypes: true });
  return Math.max(
    0,
    ...entries.map((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? newestFile(path) : statSync(path).mtimeMs;
    }),
  );
}

const numbersOf = (version: string) => version.split('.').map(Number);
