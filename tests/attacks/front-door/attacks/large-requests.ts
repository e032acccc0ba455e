/** Attacks by requests that ask for, or are, more than a server should take. */
import { gzipSync } from 'node:zlib';
import type { Attack } from '../attack.ts';
import { bodyUnder, both, refusedWith, withText } from '../expectations.ts';
import { json, operation, times } from '../requests.ts';

const nested = (open: string, close: string, count: number) => open.repeat(count) + close.repeat(count);

export const largeRequests: readonly Attack[] = [
  {
    number: 62,
    title: 'fields nest so deep',
    sends: [500, 40].map((depth) => operation(`{ viewer { kind } ${'a { '.repeat(depth)} b ${'} '.repeat(depth)} }`)),
    expects: refusedWith('TOO_DEEP', 'TOO_COMPLEX'),
    passes: 'limits no depth',
  },
  {
    number: 63,
    title: 'a hundred bytes ask for so many rows',
    sends: [
      operation(
        '{cities(first:50){nodes{sites(first:50){nodes{observations(first:50){nodes{site{observations(first:50){nodes{id}}}}}}}}}}',
      ),
    ],
    expects: refusedWith('TOO_COMPLEX'),
    passes: 'limits no cost',
  },
  {
    number: 64,
    title: 'a list has so many aliases',
    sends: [operation(`{ ${times(1_000, (at) => `a${at}: cities { totalCount }`).join(' ')} }`)],
    expects: refusedWith('TOO_COMPLEX'),
    passes: 'limits no aliases',
  },
  {
    number: 65,
    title: 'so does __typename',
    sends: [operation(`{ ${times(3_000, (at) => `a${at}: __typename`).join(' ')} }`)],
    expects: refusedWith('TOO_COMPLEX'),
    passes: 'limits no aliases',
  },
  {
    number: 66,
    title: 'a field is not compared with itself 20,000 times',
    sends: [operation(`{ viewer { ${'kind '.repeat(20_000)} } }`)],
    expects: both(refusedWith('BAD_REQUEST'), withText(/10000 tokens/)),
    passes: 'limits no tokens',
  },
  {
    number: 67,
    title: 'fragments that spread fragments are not spelt out',
    sends: [
      operation(
        `{ cities { nodes { ...F0 } } } ${times(9, (at) => `fragment F${at} on City { a: country { cities { nodes { ...F${at + 1} } } } b: country { cities { nodes { ...F${at + 1} } } } }`).join(' ')} fragment F9 on City { id }`,
      ),
      operation('{ cities { nodes { ...A } } } fragment A on City { country { cities { nodes { ...A } } } }'),
      operation('{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }'),
    ],
    expects: refusedWith('TOO_COMPLEX', 'BAD_REQUEST'),
    passes: 'limits no cost',
  },
  {
    number: 68,
    title: 'a field has so many directives',
    sends: [
      operation(`{ viewer { kind ${times(3_000, (at) => `@x${at}`).join(' ')} } }`),
      operation(`{ viewer { kind ${'@skip(if: false) '.repeat(60)} } }`),
    ],
    expects: both(refusedWith('TOO_COMPLEX'), bodyUnder(1_000)),
    passes: 'limits no directives',
  },
  {
    number: 69,
    title: '5,000 mistakes are not answered one by one',
    sends: [operation(`{ ${times(5_000, (at) => `f${at}`).join(' ')} }`)],
    expects: both(refusedWith('BAD_REQUEST'), bodyUnder(1_000)),
    passes: 'shows the design',
  },
  {
    number: 70,
    title: 'nothing is parsed that nests 20,000 deep',
    sends: [
      operation(nested('{a', '}', 20_000)),
      operation(`{ cities(where: ${nested('[', ']', 20_000)}) { totalCount } }`),
    ],
    expects: refusedWith('TOO_DEEP'),
    passes: 'limits no nesting',
  },
  {
    number: 71,
    title: 'variables are not walked down 100,000 levels, nor along a million entries',
    sends: [
      {
        headers: json,
        body: `{"query":"query($w: CityWhere) { cities(where: $w) { totalCount } }","variables":{"w":${nested('[', ']', 50_000)}}}`,
      },
      operation('query($w: CityWhere) { cities(where: $w) { totalCount } }', {
        w: { id: { in: times(100_000, Number) } },
      }),
      operation('query($w: CityWhere) { cities(where: $w) { totalCount } }', {
        w: Object.fromEntries(times(5_000, (at) => [`k${at}`, 1])),
      }),
    ],
    expects: refusedWith('TOO_DEEP', 'TOO_COMPLEX', 'BAD_REQUEST'),
    passes: 'limits no nesting',
  },
  {
    number: 72,
    title: 'conditions are so deep and so many',
    sends: [
      operation(`{ cities(where: ${'{ AND: ['.repeat(2_000)}{}${']}'.repeat(2_000)}) { totalCount } }`),
      operation('query($w: CityWhere) { cities(where: $w) { totalCount } }', {
        w: { OR: times(10_000, () => ({ name: { equals: 'x' } })) },
      }),
      operation('query($w: CityWhere) { cities(where: $w) { totalCount } }', {
        w: { id: { in: times(10_000, Number) } },
      }),
    ],
    expects: refusedWith('TOO_DEEP', 'TOO_COMPLEX'),
    passes: 'limits no lists',
  },
  {
    number: 73,
    title: 'a page has so many rows, and at least one',
    sends: ['first: 2147483647', 'first: -1', 'first: 0', 'last: 101', 'first: 1, last: 1', 'first: 1e9'].map((page) =>
      operation(`{ cities(${page}) { nodes { id } } }`),
    ),
    expects: refusedWith('BAD_INPUT', 'TOO_COMPLEX', 'BAD_REQUEST'),
    passes: 'limits no pages',
  },
  {
    number: 74,
    title: 'a request is one operation',
    sends: [{ headers: json, body: JSON.stringify(times(5, () => ({ query: '{ viewer { kind } }' }))) }],
    expects: refusedWith('BAD_REQUEST', 400),
    passes: 'takes batches',
  },
  {
    number: 75,
    title: 'a body is so long, and says how long',
    sends: [operation(`{ viewer { kind } } # ${'x'.repeat(2_000_000)}`)],
    expects: refusedWith(413),
    passes: 'limits no body',
  },
  {
    number: 76,
    title: 'a compressed body is not inflated',
    sends: [
      {
        headers: { ...json, 'content-encoding': 'gzip' },
        body: new Uint8Array(gzipSync(JSON.stringify({ query: `{ viewer { kind } } #${' '.repeat(10_000_000)}` }))),
      },
    ],
    expects: refusedWith(415),
    passes: 'takes more than JSON',
  },
  {
    number: 84,
    title: 'every one of many lists counts',
    sends: [
      operation(
        `{ cities(first: 100) { nodes { ${times(99, (at) => `a${at}: sites(first: 100) { nodes { id } }`).join(' ')} } } }`,
      ),
    ],
    expects: refusedWith('TOO_COMPLEX'),
    passes: 'limits no cost',
  },
];
