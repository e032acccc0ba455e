import { fileURLToPath } from 'node:url';

const root = new URL('..', import.meta.url).href;

/** Where a source file of the benchmark lies once it is built: measured is what a process without a loader runs. */
export function compiled(source: URL): string {
  const path = source.href.slice(root.length).replace(/\.ts$/, '.js');
  return fileURLToPath(new URL(`dist/bench/${path}`, root));
}
