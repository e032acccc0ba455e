import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  // Vite would load GraphQL's .mjs, and the libraries its .js: two GraphQLs, whose classes do not know each other.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['tests/**/*.test.ts'],
    globalSetup: 'tests/support/global-setup.ts',
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 180_000,
    typecheck: {
      enabled: true,
      checker: 'tsc',
      // A file that this tsconfig does not include would pass whatever it says; both name the same folder.
      tsconfig: 'tests/types/tsconfig.json',
      include: ['tests/types/**/*.test-d.ts'],
    },
  },
});
