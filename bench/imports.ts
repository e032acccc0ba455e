/** Compiles, and runs `imports-run.ts` without a loader: measured is what is deployed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { build } from './build.ts';

await build();
const program = ['dist/bench/bench/imports-run.js', ...process.argv.slice(2)];
const [code] = (await once(spawn(process.execPath, program, { stdio: 'inherit' }), 'exit')) as [number];
process.exitCode = code;
