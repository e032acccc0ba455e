/** Attacks on the front door, each a request and what must come of it. */
import {
  both,
  json,
  operation,
  refusedWith,
  times,
  withoutText,
  type Answered,
  type Attack,
  type Sent,
} from './attack.ts';
import { largeRequests } from './large-requests.ts';
import { byValues, floods } from './values-and-floods.ts';
import { byIdentity } from './who-asks.ts';

const mutation = 'mutation { signOut }';
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
    number: 55,
    title: 'who is shown the API is shown nothing that they may never use',
    sends: [
      operation('{ __schema { types { name fields { name } inputFields { name } } } }', undefined, { as: 'tagReader' }),
      operation('{ ...A } fragment A on Query { x: __type(name: "Site") { name } }', undefined, {
        as: 'tagReader',
      }),
      { method: 'GET', path: '/-/schema.graphql', as: 'tagReader' },
    ],
    expects: withoutText(/\bSite\b|createTag|TagCreate|internalNote/),
    passes: 'shows the whole design to who may see a part',
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

export const attacks: readonly Attack[] = [
  ...foreignPages,
  // Before those that use up what a guest may try.
  ...byIdentity,
  ...credentials,
  ...messages,
  ...largeRequests,
  ...byValues,
  ...floods,
];
