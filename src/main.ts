import { describeError, exit } from './cli/report.ts';
import { start } from './cli/start.ts';

try {
  await start();
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`);
  process.exit(exit.failed);
}
