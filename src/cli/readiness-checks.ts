import type { Config } from '../config.ts';
import { historyMatches, migrationStatus } from '../database/schema-engine/migrations.ts';
import type { Platform } from '../server/platform.ts';
import type { Checks } from '../server/readiness.ts';
import { migrations } from './house.ts';

/** What `/readyz` asks. Policies need no question: a server whose policies do not fit its schema does not start. */
export function readinessChecks(
  { database }: { database: Pick<Platform['database'], 'ping'> },
  config: Config,
): Checks {
  return {
    async database() {
      await database.ping();
      return 'ok';
    },
    async migrations() {
      const status = await migrationStatus(migrations(config));
      if (historyMatches(status)) return 'ok';
      const { pending, failed, edited } = status;
      return edited.length > 0
        ? `${edited.length} edited since applied`
        : `${pending.length + failed.length} not applied`;
    },
    policies: () => Promise.resolve('ok'),
  };
}
