/** What docs/policies.md shows: its policies stand in the place of the example app's, and every operation is asked and answered. */
import { readFileSync } from 'node:fs';
import { runInThisContext } from 'node:vm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { application } from '../../src/app/index.ts';
import { policy } from '../../src/app/policies/language.ts';
import { designOf, policyExpectations } from '../../src/index.ts';
import { hidden, open, readOnly, type PolicyDraft } from '../../src/policy/policy.ts';
import { all, any, anyone, named, nobody, not, signedIn } from '../../src/policy/rule.ts';
import { openTestPlatform, type TestPlatform } from '../support/platform.ts';
import type { Person } from '../support/survey-data.ts';

const text = readFileSync(new URL('../../docs/policies.md', import.meta.url), 'utf8');
const blocks = (language: string) =>
  [...text.matchAll(new RegExp(`\`\`\`${language}\\n([^\`]*)\`\`\``, 'g'))].map(([, block = '']) => block);
const examples = [...text.matchAll(/```graphql\n# (\w+)\n([^`]*)```\n\n```json\n([^`]*)```/g)].map(
  ([, who = '', operation = '', answer = '']) => ({ who: who as Person, operation, answer }),
);

const [policies, tests] = [true, false].map((is) =>
  blocks('ts').filter((block) => block.startsWith('export const') === is),
) as [string[], string[]];

const words = { policy, hidden, open, readOnly, all, any, anyone, named, nobody, not, signedIn };

function policyOf(block: string): PolicyDraft {
  const [, expression] = /^export const \w+ = ([^]*);\n$/.exec(block) ?? [];
  if (expression === undefined) throw new Error(`This is no policy: ${block}`);
  const make = runInThisContext(`(({ ${Object.keys(words).join(', ')} }) => ${expression})`) as (
    it: object,
  ) => PolicyDraft;
  return make(words);
}

let platform: TestPlatform;
beforeAll(async () => {
  platform = await openTestPlatform({ policies: policies.map(policyOf) });
});
afterAll(() => platform[Symbol.asyncDispose]());

it('shows policies, and no operation without who asks it and its answer', () => {
  expect(policies.length).toBeGreaterThan(1);
  expect(tests).toHaveLength(1);
  expect(examples.length).toBeGreaterThan(3);
  expect(blocks('graphql')).toHaveLength(examples.length);
});

it.each(tests)('passes the test that it shows', (block) => {
  const known = { designOf, policyExpectations, application };
  const body = block.replaceAll(/^import .*\n/gm, '');
  let ran = 0;
  const run = (_: string, test: () => void) => {
    ran++;
    test();
  };
  const make = runInThisContext(`(({ ${Object.keys(known).join(', ')} }, it) => { ${body} })`) as (
    known: object,
    it: typeof run,
  ) => void;
  make(known, run);
  expect(ran).toBe(1);
});

interface WireError {
  message: string;
  path: (string | number)[];
  extensions: { code: string };
}

it.each(examples)('is true of what $who asks: $operation', async ({ who, operation, answer }) => {
  const { data, errors } = JSON.parse(answer) as { data: unknown; errors?: WireError[] };
  const reduced = errors?.map(({ message, path, extensions: { code } }) => ({ code, message, path: path.join('.') }));
  expect(await platform.as(who).run(operation)).toEqual({ data, ...(reduced && { errors: reduced }) });
});
