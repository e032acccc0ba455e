/** The table of attacks in docs/security.md: it has nearly every case of the catalogue, and each test that it names names the case. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string) => readFileSync(`${root}${path}`, 'utf8');

const range = (from: number, to = from) => Array.from({ length: to - from + 1 }, (_, at) => from + at);
const numbersOf = (text: string) =>
  text.split(', ').flatMap((part) => {
    const [from, to] = part.split('–').map(Number);
    return range(from!, to);
  });

/** `| 1, 3–5 | `tests/a.test.ts`, `tests/b.test.ts` |` */
const rows = [...read('docs/security.md').matchAll(/^\| ([\d, –]+) \| ((?:`tests\/[^`]+`(?:, )?)+) \|$/gm)].map(
  ([, cases = '', tests = '']) => ({
    cases: numbersOf(cases),
    tests: tests.split(', ').map((path) => path.slice(1, -1)),
  }),
);

/** `… (case 5)`, `… (4, 5)`, `5: …` in the title of a test, or `number: 5` of one that is data. */
const naming = (number: number) =>
  new RegExp(
    `\\((?:(?:cases?|attacks?) )?(?:\\d+, )*${number}(?:, \\d+)*\\)[^\\n]*['"\`]|['"\`](?:case )?${number}: |\\bnumber: ${number},`,
  );

/** Comments tell what a test is about; what it does stands in its titles. */
const withoutComments = (text: string) => text.replace(/^\s*(\/\*\*|\*|\/\/).*$/gm, '');

describe('the table of attacks', () => {
  // Those about faulty disks, clocks, soaking and backups are not named by number yet.
  it('has every case but four', () => {
    const unnamed = [123, 124, 127, 131];
    const all = range(1, 132).filter((number) => !unnamed.includes(number));
    const known = new Set(rows.flatMap(({ cases }) => cases));
    expect(all.filter((number) => !known.has(number))).toEqual([]);
  });

  it.each(rows.flatMap(({ cases, tests }) => tests.map((test) => [test, cases] as const)))(
    'says rightly that %s has %j',
    (test, cases) => {
      expect(existsSync(`${root}${test}`), test).toBe(true);
      const text = withoutComments(read(test));
      expect(cases.filter((number) => !naming(number).test(text))).toEqual([]);
    },
  );
});
