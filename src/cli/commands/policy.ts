import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { application } from '../../app/index.ts';
import { PergolaError } from '../../errors.ts';
import { lockDifference } from '../../policy/lock-difference.ts';
import { lockLines, lockText, parseLock, type LockLine } from '../../policy/lock.ts';
import { fileAtRef } from '../file-at-ref.ts';
import { designHere, lockFile, root } from '../house.ts';
import { exit, report } from '../report.ts';
import { runPolicyTests } from '../run-policy-tests.ts';

export function addPolicy(program: Command): void {
  const policy = program
    .command('policy')
    .description('what each persona may do, kept in policy.lock for reviews')
    .addHelpText('after', '\nExample:\n  pergola policy diff main');

  policy
    .command('show [model]')
    .description('print it, of one model or of all')
    .option('--json', 'print one report as JSON')
    .action((model: string | undefined, { json }: { json?: boolean }) => {
      const lines = currentLines().filter((line) => model === undefined || line.model === model);
      if (lines.length === 0)
        throw new PergolaError('BAD_INPUT', `There is no model "${model}".`, 'Name one of prisma/schema.prisma.');
      report(json, { lines }, [lockText(lines).trimEnd()]);
    });

  policy
    .command('write')
    .description('write it to policy.lock')
    .action(() => {
      writeFileSync(lockFile, lockText(currentLines()));
      process.stdout.write('policy.lock is written.\n');
    });

  policy
    .command('diff [ref]')
    .description(
      'say in words what changes against policy.lock, or against that of a git ref; exit with 3 when something does',
    )
    .option('--json', 'print one report as JSON')
    .action((ref: string | undefined, { json }: { json?: boolean }) => {
      const changes = lockDifference(parseLock(committedLock(ref)), currentLines());
      report(json, { changes }, changes.length > 0 ? changes : ['Nothing changes.']);
      if (changes.length > 0) process.exitCode = exit.differences;
    });

  policy
    .command('test [filters...]')
    .description('run the tests of the policies: the files policies.test.ts and *.policies.test.ts under tests/')
    .option('--json', 'print one report as JSON')
    .addHelpText('after', '\nExample:\n  pergola policy test\n  pergola policy test surveys.policies.test')
    .action(async (filters: string[], { json }: { json?: boolean }) => {
      const { passed, failures } = await runPolicyTests(root, filters.length > 0 ? filters : ['policies.test']);
      const lines = failures.map(({ test, message }) => `${test}: ${message}`);
      report(json, { passed, failed: failures.length, failures }, [
        ...lines,
        `${passed} passed, ${failures.length} failed`,
      ]);
      if (failures.length > 0) process.exitCode = exit.failed;
    });
}

function currentLines(): LockLine[] {
  const { schema, policies } = designHere();
  return lockLines(schema, policies, application.personas);
}

/** In words, or undefined when the committed lock is current. */
export function lockStaleness(): string | undefined {
  const current = lockText(currentLines());
  if (existsSync(lockFile) && readFileSync(lockFile, 'utf8') === current) return undefined;
  return 'policy.lock is not current. See: npm run pergola -- policy diff; then: npm run pergola -- policy write';
}

/** @throws BAD_INPUT when there is no lock at the ref. */
function committedLock(ref: string | undefined): string {
  const lock =
    ref === undefined ? existsSync(lockFile) && readFileSync(lockFile, 'utf8') : fileAtRef(ref, 'policy.lock');
  if (lock) return lock;
  const where = ref === undefined ? '' : ` at the git ref "${ref}"`;
  throw new PergolaError(
    'BAD_INPUT',
    `There is no policy.lock${where}.`,
    'Write one: npm run pergola -- policy write.',
  );
}
