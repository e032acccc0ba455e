/**
 * The table of attacks in docs/security.md: it has every case of the catalogue, and each test that it names names
 * the case. And those of OWASP ASVS 5 in docs/asvs.md, which have every requirement once and name what there is.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { attacks } from './front-door/attacks.ts';
import { weakenedBuilds } from './front-door/weakened-builds.ts';

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
  it('has every case', () => {
    const all = range(1, 132);
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

/** Who the server lets in, and what it does with what they send. */
const frontDoor = '1–29, 51–57, 62–100, 119, 120, 126, 129, 132';

describe('the attacks on the front door', () => {
  it('are all cases of the catalogue that are about it, and no others', () => {
    const cases = [...new Set(attacks.map(({ number }) => number))];
    expect(cases.toSorted((one, other) => one - other)).toEqual(numbersOf(frontDoor));
  });

  it('name each a weakened build that lets it through, and there is no other', () => {
    const named = new Set(attacks.map(({ passes }) => passes));
    expect([...named].toSorted()).toEqual(Object.keys(weakenedBuilds).toSorted());
  });

  it('stand in the table', () => {
    const listed = rows.filter(({ tests }) => tests.some((test) => test.includes('/front-door/')));
    expect(new Set(listed.flatMap(({ cases }) => cases))).toEqual(new Set(numbersOf(frontDoor)));
  });
});

/** Which requirements of ASVS 5.0.0 are of level 1 or 2: from its table `OWASP_Application_Security_Verification_Standard_5.0.0_en.csv`. */
const levels1And2 = `
  1.1.1–1.1.2, 1.2.1–1.2.9, 1.3.1–1.3.11, 1.4.1–1.4.3, 1.5.1–1.5.2,
  2.1.1–2.1.3, 2.2.1–2.2.3, 2.3.1–2.3.4, 2.4.1,
  3.2.1–3.2.2, 3.3.1–3.3.4, 3.4.1–3.4.6, 3.5.1–3.5.5, 3.7.1–3.7.2,
  4.1.1–4.1.3, 4.2.1, 4.3.1–4.3.2, 4.4.1–4.4.4,
  5.1.1, 5.2.1–5.2.3, 5.3.1–5.3.2, 5.4.1–5.4.3,
  6.1.1–6.1.3, 6.2.1–6.2.12, 6.3.1–6.3.4, 6.4.1–6.4.4, 6.5.1–6.5.5, 6.6.1–6.6.3, 6.8.1–6.8.4,
  7.1.1–7.1.3, 7.2.1–7.2.4, 7.3.1–7.3.2, 7.4.1–7.4.5, 7.5.1–7.5.2, 7.6.1–7.6.2,
  8.1.1–8.1.2, 8.2.1–8.2.3, 8.3.1, 8.4.1,
  9.1.1–9.1.3, 9.2.1–9.2.4,
  10.1.1–10.1.2, 10.2.1–10.2.2, 10.3.1–10.3.4, 10.4.1–10.4.11, 10.5.1–10.5.5, 10.6.1–10.6.2, 10.7.1–10.7.3,
  11.1.1–11.1.2, 11.2.1–11.2.3, 11.3.1–11.3.3, 11.4.1–11.4.4, 11.5.1, 11.6.1,
  12.1.1–12.1.3, 12.2.1–12.2.2, 12.3.1–12.3.4,
  13.1.1, 13.2.1–13.2.5, 13.3.1–13.3.2, 13.4.1–13.4.5,
  14.1.1–14.1.2, 14.2.1–14.2.4, 14.3.1–14.3.3,
  15.1.1–15.1.3, 15.2.1–15.2.3, 15.3.1–15.3.7,
  16.1.1, 16.2.1–16.2.5, 16.3.1–16.3.4, 16.4.1–16.4.3, 16.5.1–16.5.3,
  17.1.1, 17.2.1–17.2.4, 17.3.1–17.3.2`;

/** `1.2.1–1.2.3, 1.3.1` */
const requirementsOf = (text: string) =>
  text
    .trim()
    .split(/,\s+/)
    .flatMap((part) => {
      const [from = '', to = from] = part.split('–');
      const section = from.slice(0, from.lastIndexOf('.') + 1);
      expect(to.startsWith(section), part).toBe(true);
      return range(Number(from.slice(section.length)), Number(to.slice(section.length))).map((at) => section + at);
    });

describe('the tables of OWASP ASVS 5', () => {
  const text = read('docs/asvs.md');
  const requirements = [...text.matchAll(/^\| ([\d., –]+) \|/gm)].flatMap(([, cell = '']) => requirementsOf(cell));

  it('have each requirement of levels 1 and 2 once, and no other', () => {
    expect(requirementsOf(levels1And2)).toHaveLength(253);
    expect(requirements.toSorted()).toEqual(requirementsOf(levels1And2).toSorted());
  });

  it('name tests that there are, and cases that the table of attacks has', () => {
    const tests = [...text.matchAll(/`(tests\/[^`]+)`/g)].map(([, path = '']) => path);
    expect(tests.length).toBeGreaterThan(50);
    expect(tests.filter((path) => !existsSync(`${root}${path}`))).toEqual([]);

    const known = new Set(rows.flatMap(({ cases }) => cases));
    const cases = [...text.matchAll(/\bcases? ([\d–]+(?:, [\d–]+)*)/g)].flatMap(([, list = '']) => numbersOf(list));
    expect(cases.length).toBeGreaterThan(90);
    expect(cases.filter((number) => !known.has(number))).toEqual([]);
  });

  it('say what holds with a test, or in the first words with a reason', () => {
    const holds = text.slice(text.indexOf('## What holds'), text.indexOf('## What does not'));
    const cells = [...holds.matchAll(/^\| [\d., –]+ \| (.+) \| (.+) \|$/gm)];
    expect(cells.length).toBeGreaterThan(80);
    expect(cells.filter(([, , test = '']) => !/^—$|cases? \d|`tests\//.test(test))).toEqual([]);
  });
});
