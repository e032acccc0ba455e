import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import { PergolaError } from '../errors.ts';

export interface PolicyTestReport {
  readonly passed: number;
  readonly failures: readonly { readonly test: string; readonly message: string }[];
}

const outcome = z.object({
  numPassedTests: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string(),
      assertionResults: z.array(
        z.object({ fullName: z.string(), status: z.string(), failureMessages: z.array(z.string()) }),
      ),
    }),
  ),
});

/**
 * Runs vitest on the test files whose path holds one of the filters.
 *
 * @throws BAD_INPUT when there are none, or when vitest is not installed, as in an image for production.
 */
export async function runPolicyTests(root: string, filters: readonly string[]): Promise<PolicyTestReport> {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  if (!existsSync(vitest))
    throw new PergolaError('BAD_INPUT', 'vitest is not installed here.', 'Run it where npm ci installs everything.');
  const folder = mkdtempSync(join(tmpdir(), 'pergola-policy-test-'));
  const file = join(folder, 'report.json');
  const options = ['run', '--config', '.config/vitest.ts', '--typecheck.enabled=false', '--reporter=json'];
  try {
    // It exits with 1 when a test fails, which the report says better.
    await promisify(execFile)(process.execPath, [vitest, ...options, `--outputFile=${file}`, ...filters], {
      cwd: root,
    }).catch(() => undefined);
    if (!existsSync(file)) throw none(filters);
    const { numPassedTests: passed, testResults } = outcome.parse(JSON.parse(readFileSync(file, 'utf8')));
    if (testResults.length === 0) throw none(filters);
    return { passed, failures: testResults.flatMap(failuresOf) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const none = (filters: readonly string[]) =>
  new PergolaError(
    'BAD_INPUT',
    `There is no test under tests/ whose path holds ${filters.map((it) => `"${it}"`).join(' or ')}.`,
    'Write tests/app/policies.test.ts: see docs/policies.md.',
  );

function failuresOf({ name, status, message, assertionResults }: z.infer<typeof outcome>['testResults'][number]) {
  const failed = assertionResults
    .filter((test) => test.status === 'failed')
    .map(({ fullName, failureMessages }) => ({ test: fullName, message: firstLine(failureMessages[0] ?? '') }));
  // A file that does not load has no tests that could fail.
  return status === 'failed' && failed.length === 0 ? [{ test: name, message: firstLine(message) }] : failed;
}

const firstLine = (text: string) => text.split('\n', 1)[0]!;
