import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Begun last, they would run alone at the end while the other worker has nothing to do. */
const longest = [
  'policy/proof/engine',
  'policy/proof/http',
  'attacks/front-door/front-door',
  'migration-kills',
  'schema-engine',
  'newcomer',
  'mysql-migrations',
  'database/kill',
  'server/soak',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // A method of the same name, and not that of a list.
    // oxlint-disable-next-line unicorn/no-array-sort
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) => longest.some((name) => moduleId.includes(`/${name}.test.`));
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  // Vite would load GraphQL's .mjs, and the libraries its .js: two GraphQLs, whose classes do not know each other.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['tests/**/*.test.ts'],
    globalSetup: 'tests/support/global-setup.ts',
    pool: 'forks',
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
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
