import { application } from '../app/index.ts';
import { findUser } from '../auth/sign-in.ts';
import type { Config } from '../config.ts';
import type { Database } from '../database/database.ts';
import { showProgress, type ProgressDisplay } from '../import/progress.ts';
import { system } from '../policy/viewer.ts';

/** Fills a new database, or one whose filling was interrupted, with the application's sample data, and shows how it goes. */
export async function addSampleData(database: Database, { adminEmail }: Config): Promise<void> {
  const user = await findUser(database.unguarded, adminEmail);
  if (!user || (await application.hasSampleData(database.as(system).client))) return;
  let shown: { model: string; display: ProgressDisplay } | undefined;
  const reports = await application.importSampleData({
    database,
    admin: { kind: 'user', id: user.id, roles: ['admin'] },
    onProgress(progress) {
      const { model } = progress.report;
      if (shown?.model !== model) {
        shown?.display.stop();
        shown = { model, display: showProgress(model.padEnd(12), process.stderr) };
      }
      shown.display.update(progress);
    },
  });
  shown?.display.stop();
  for (const { model, created, seconds, rowsPerSecond } of reports) {
    if (created > 0)
      process.stderr.write(
        `  ${model.padEnd(12)} ${created.toLocaleString('en')} rows in ${seconds.toFixed(1)} s (${rowsPerSecond.toLocaleString('en')} rows/s)\n`,
      );
  }
}
