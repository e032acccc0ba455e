/** `npm test`: everything a fresh clone lacks, then the whole suite, or what the arguments choose: `npm test -- policy`. */
import { ensureGenerated } from './ensure-generated.mjs';
import { runNode } from './run.mjs';

await ensureGenerated();
await runNode(['node_modules/vitest/vitest.mjs', 'run', '--config', '.config/vitest.ts', ...process.argv.slice(2)]);
