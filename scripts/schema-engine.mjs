#!/usr/bin/env node
/** The executable that Prisma's CLI takes for its schema engine: .config/prisma.ts names it. */
import { existsSync } from 'node:fs';

// The CLI reads stderr as JSON lines; a warning of Node's would be none.
process.removeAllListeners('warning');

const source = new URL('../src/database/schema-engine/stdio.ts', import.meta.url);
const compiled = new URL('../dist/database/schema-engine/stdio.js', import.meta.url);

// Where there are sources they are newer than what was compiled from them.
if (existsSync(source)) {
  const { register } = await import('tsx/esm/api');
  register();
  await import(source.href);
} else {
  await import(compiled.href);
}
