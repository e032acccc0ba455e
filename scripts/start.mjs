/** `npm start`: everything a fresh clone lacks, then the server. */
import { ensureGenerated } from './ensure-generated.mjs';
import { runNode } from './run.mjs';

await ensureGenerated();
await runNode(['--import', 'tsx', 'src/main.ts', ...process.argv.slice(2)], { stoppable: true });
