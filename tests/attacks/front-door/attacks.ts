/** Attacks on the front door, each a request and what must come of it. */
import { gzipSync } from 'node:zlib';
import {
  both,
  bodyUnder,
  operation,
  refusedWith,
  withText,
  withoutText,
  type Answered,
  type Attack,
  type Sent,
} from './attack.ts';
import { byValues, floods } from './values-and-floods.ts';

const times = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));
const nested = (open: string, close: string, count: number) => open.repeat(count) + close.repeat(count);
const mutation = 'mutation { signOut }';
const json = { 'content-type': 'application/json' };
const signIn = (email: string, password: string) => `signIn(email: "${email}", password: "${password}") { token }`;
const codesOf = (answers: readonly Answered[]) =>
  answers.flatMap((answer) => answer.json?.errors?.map(({ extensions }) => extensions.code) ?? []);

const mutationBody = JSON.stringify({ query: mutation });

const form = (contentType: string | undefined, body: string): Sent => ({
  method: 'POST',
  body,
  headers: contentType === undefined ? {} : { 'content-type': contentType },
});

const foreignPages: readonly Attack[] = [
  {
    number: 6,
    title: 'GET runs no operation',
    sends: ['{viewer{kind}}', mutation].map((query) => ({
      method: 'GET',
      path: `/graphql?query=${encodeURIComponent(query)}`,
    })),
    expects: refusedWith(405),
    passes: 'takes more than JSON',
  },
  {
    number: 7,
    title: 'a form runs no operation',
    sends: [form('application/x-www-form-urlencoded', `query=${encodeURIComponent(mutation)}`)],
    expects: refusedWith(415),
    passes: 'takes more than JSON',
  },
  {
    number: 8,
    title: 'a form with files runs no operation',
    sends: [
      form(
        'multipart/form-data; boundary=x',
        `--x\r\ncontent-disposition: form-data; name="operations"\r\n\r\n${JSON.stringify({ query: mutation })}\r\n--x\r\ncontent-disposition: form-data; name="map"\r\n\r\n{}\r\n--x--\r\n`,
      ),
    ],
    expects: refusedWith(415),
    passes: 'takes forms',
  },
  {
    number: 9,
    title: 'text that is JSON is not declared as it, nor is GraphQL itself',
    sends: [form('application/graphql', mutation), form('text/plain', mutationBody), form('text/json', mutationBody)],
    expects: refusedWith(415),
    passes: 'takes more than JSON',
  },
  {
    number: 10,
    title: 'a foreign origin is refused, and told nothing by CORS',
    sends: ['https://evil.test', 'null', 'https://localhost.evil.test', 'http://localhost:40000'].map((origin) =>
      operation(mutation, undefined, { headers: { origin } }),
    ),
    expects: both(refusedWith(403), (answers) =>
      answers.some(({ headers }) => headers.has('access-control-allow-origin')) ? 'CORS allows it' : undefined,
    ),
    passes: 'takes every origin',
  },
  {
    number: 11,
    title: 'an EventSource gets no subscription',
    sends: [
      { method: 'GET', path: '/graphql?query={viewer{kind}}', headers: { accept: 'text/event-stream' } },
      { method: 'GET', path: '/graphql?query=subscription{x}', headers: { accept: 'text/event-stream' } },
    ],
    expects: refusedWith(405),
    passes: 'takes more than JSON',
  },
  {
    number: 12,
    title: 'a foreign page signs nobody in',
    sends: [
      operation(`mutation { ${signIn('admin@example.test', 'x')} }`, undefined, {
        headers: { origin: 'https://evil.test' },
      }),
    ],
    expects: refusedWith(403),
    passes: 'takes every origin',
  },
];

const credentials: readonly Attack[] = [
  {
    number: 15,
    title: 'an account has so many guesses, in a row',
    sends: times(12, (at) => operation(`mutation { ${signIn('case15@example.test', `x${at}`)} }`)),
    expects: (answers) =>
      codesOf(answers).filter((code) => code === 'SIGN_IN_FAILED').length <= 5 ? undefined : 'more than 5 were tried',
    passes: 'limits no guesses',
  },
  {
    number: 16,
    title: 'aliases are no more guesses',
    sends: times(5, (page) =>
      operation(
        `mutation { ${times(100, (at) => `a${at}: ${signIn('case16@example.test', `${page}-${at}`)}`).join(' ')} }`,
      ),
    ),
    expects: refusedWith('TOO_COMPLEX'),
    passes: 'limits no aliases',
  },
  {
    number: 17,
    title: 'an account has so many guesses, at once',
    sends: [operation(`mutation { ${signIn('case17@example.test', 'x')} }`)],
    times: 30,
    expects: (answers) =>
      codesOf(answers).filter((code) => code === 'SIGN_IN_FAILED').length <= 5 ? undefined : 'more than 5 were tried',
    passes: 'limits no guesses',
  },
  {
    number: 18,
    title: 'every way to ask is the same guess',
    sends: times(4, (round) => {
      const guess = `mutation { ${signIn('case18@example.test', `x${round}`)} }`;
      const asked = JSON.stringify({ query: guess });
      return [
        operation(guess),
        operation(guess, undefined, { headers: { accept: 'text/event-stream' } }),
        operation(guess, undefined, { headers: { 'content-type': 'application/graphql+json' } }),
        operation('mutation ($e: String!, $p: String!) { signIn(email: $e, password: $p) { token } }', {
          e: ' Case18@Example.test',
          p: `${round}`,
        }),
        { headers: json, body: `[${asked},${asked}]` },
        { method: 'GET', path: `/graphql?query=${encodeURIComponent(guess)}` },
      ];
    }).flat(),
    expects: (answers) =>
      answers.filter(({ text }) => text.includes('SIGN_IN_FAILED')).length <= 5 ? undefined : 'more than 5 were tried',
    passes: 'limits no guesses',
  },
  {
    number: 19,
    title: 'an address is not another one by saying so',
    sends: times(60, (at) =>
      operation(`mutation { ${signIn(`case19-${at}@example.test`, 'x')} }`, undefined, {
        headers: { 'x-forwarded-for': `192.0.2.${at}`, 'x-real-ip': `192.0.2.${at}`, forwarded: `for=192.0.2.${at}` },
      }),
    ),
    expects: (answers) =>
      codesOf(answers).filter((code) => code === 'RATE_LIMITED').length >= 20 ? undefined : 'more than 40 were tried',
    passes: 'limits no addresses',
  },
  {
    number: 25,
    title: 'a token that is not valid is nobody, not a guest',
    sends: ['pgl_0000000000000000_x', 'pgl_', 'x', 'a'.repeat(40), 'e30.e30.e30', 'A'.repeat(8_001)].map((token) =>
      operation('{ viewer { kind } }', undefined, { headers: { authorization: `Bearer ${token}` } }),
    ),
    expects: both(refusedWith(401), (answers) =>
      new Set(answers.map(({ text }) => text)).size === 1 ? undefined : 'the answers differ',
    ),
    passes: 'takes invalid credentials for none',
  },
];

const messages: readonly Attack[] = [
  {
    number: 54,
    title: 'messages name nothing that was not sent',
    sends: [
      operation('{ citie { name } }'),
      operation('{ viewer { emai } }'),
      operation('{ cities(wher: {}) { totalCount } }'),
      operation('{ cities(where: { nam: { equals: "x" } }) { totalCount } }'),
      operation('{ cities }'),
      operation('query($w: CityWher) { cities(where: $w) { totalCount } }'),
      operation('query($w: String) { cities(where: $w) { totalCount } }', { w: 'x' }),
    ],
    expects: both(
      refusedWith('BAD_REQUEST'),
      withoutText(/did you mean|"Query"|CityWhere\b|"email"|Viewer\b|CityConnection/i),
    ),
    passes: 'shows the design',
  },
  {
    number: 55,
    title: 'the API is not shown to everybody',
    sends: [
      operation('{ __schema { types { name } } }'),
      operation('{ ...A } fragment A on Query { x: __type(name: "User") { fields { name } } }'),
      operation('mutation { signOut __schema { types { name } } }'),
    ],
    expects: refusedWith('FORBIDDEN', 'BAD_REQUEST'),
    passes: 'shows the design',
  },
  {
    number: 96,
    title: 'GraphiQL is not there, and writes nothing of the address into a page',
    sends: ['/graphql?query=</script><script>alert(1)</script>', '/graphql'].map((path) => ({
      method: 'GET',
      path,
      headers: { accept: 'text/html' },
    })),
    expects: both(refusedWith(405), withoutText(/<script/i)),
    passes: 'shows GraphiQL to everybody',
  },
  {
    number: 94,
    title: 'what a caller calls a request is not written into headers',
    sends: ['a b', 'x'.repeat(65), '"><script>', 'ä'].map((id) =>
      operation('{ viewer { kind } }', undefined, {
        headers: { 'x-request-id': encodeURIComponent(id) === id ? id : id.replace('ä', '\xe4') },
      }),
    ),
    expects: (answers) =>
      answers.map(({ headers }) => headers.get('x-request-id') ?? '').find((id) => !/^[A-Za-z0-9-]{36}$/.test(id)),
    passes: 'echoes headers',
  },
];

const large: readonly Attack[] = [
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

export const attacks: readonly Attack[] = [
  ...foreignPages,
  ...credentials,
  ...messages,
  ...large,
  ...byValues,
  ...floods,
];
