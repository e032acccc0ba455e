/** Attacks by guessing who somebody is, and by saying so. */
import type { Attack } from '../attack.ts';
import { both, codesOf, refusedWith, seenAs } from '../expectations.ts';
import { bearer, cookie, json, operation, signIn, times, who, whoAmI } from '../requests.ts';

const signInField = (email: string, password: string) => `signIn(email: "${email}", password: "${password}") { token }`;
const nobody = '{"data":{"viewer":{"kind":"guest","roles":[]}}}';

export const byIdentity: readonly Attack[] = [
  {
    number: 13,
    title: 'a sign-in that fails tells nobody who has an account',
    sends: [
      // Each account once: it has so many guesses.
      ...['member@example.test', 'nobody@example.test', 'EDITOR@example.test', 'no address'].map((email) =>
        signIn(email),
      ),
      signIn('reviewer@example.test', ''),
    ],
    expects: (answers) => {
      const told = answers.map(({ status, text }) => `${status} ${text}`);
      const other = told.find((one) => one !== told[0]);
      return other ?? (told[0]?.includes('SIGN_IN_FAILED') ? undefined : told[0]);
    },
    passes: 'says that nobody has an address',
  },
  {
    number: 27,
    title: 'a caller does not say who they are by a header, an extension or a variable',
    sends: [
      ...['x-hasura-role', 'x-role', 'x-user-id', 'x-forwarded-user', 'x-pergola-viewer', 'x-persona'].map((name) =>
        who({ headers: { [name]: 'admin' } }),
      ),
      operation(whoAmI, { __viewer: { kind: 'user', roles: ['admin'] }, role: 'admin' }),
      {
        body: JSON.stringify({ query: whoAmI, extensions: { role: 'admin', viewer: { roles: ['admin'] } } }),
        headers: json,
      },
    ],
    expects: (answers) => answers.find(({ text }) => text !== nobody)?.text,
    passes: 'believes who a header names',
  },
];

const foreign = { origin: 'https://evil.test' };

export const byToken: readonly Attack[] = [
  {
    number: 26,
    title: 'a token is taken from its header only, goes before a cookie, and alone may come from a foreign page',
    sends: [
      ({ tokens }) => who({ path: `/graphql?access_token=${tokens['tagReader']}&token=${tokens['admin']}` }),
      ({ tokens }) => who({ ...cookie(tokens['admin']!), as: 'tagReader' }),
      ({ tokens }) => who({ headers: { ...cookie(tokens['admin']!).headers, ...bearer('x').headers } }),
      ({ tokens }) => who({ headers: { ...cookie(tokens['admin']!).headers, ...foreign, authorization: '' } }),
      ({ tokens }) =>
        who({ headers: { ...cookie(tokens['admin']!).headers, ...foreign, authorization: 'Basic eDp4' } }),
      ({ tokens }) => who({ headers: { ...cookie(tokens['admin']!).headers, ...foreign } }),
      who({ headers: foreign, as: 'tagReader' }),
    ],
    expects: both(seenAs('guest', 'token', 401, 401, 401, 'token'), (answers) =>
      answers[5]!.status === 403 ? undefined : answers[5]!.text,
    ),
    passes: 'takes a token from the address',
  },
];

export const guesses: readonly Attack[] = [
  {
    number: 15,
    title: 'an account has so many guesses, in a row',
    sends: times(12, (at) => signIn('case15@example.test', `x${at}`)),
    expects: (answers) =>
      codesOf(answers).filter((code) => code === 'SIGN_IN_FAILED').length <= 5 ? undefined : 'more than 5 were tried',
    passes: 'limits no guesses',
  },
  {
    number: 16,
    title: 'aliases are no more guesses',
    sends: times(5, (page) =>
      operation(
        `mutation { ${times(100, (at) => `a${at}: ${signInField('case16@example.test', `${page}-${at}`)}`).join(' ')} }`,
      ),
    ),
    expects: refusedWith('TOO_COMPLEX'),
    passes: 'limits no aliases',
  },
  {
    number: 17,
    title: 'an account has so many guesses, at once',
    sends: [signIn('case17@example.test')],
    times: 30,
    expects: (answers) =>
      codesOf(answers).filter((code) => code === 'SIGN_IN_FAILED').length <= 5 ? undefined : 'more than 5 were tried',
    passes: 'limits no guesses',
  },
  {
    number: 18,
    title: 'every way to ask is the same guess',
    sends: times(4, (round) => {
      const guess = `mutation { ${signInField('case18@example.test', `x${round}`)} }`;
      const asked = JSON.stringify({ query: guess });
      return [
        operation(guess),
        operation(guess, undefined, { headers: { accept: 'text/event-stream' } }),
        operation(guess, undefined, { headers: { 'content-type': 'application/graphql+json' } }),
        signIn(' Case18@Example.test', `${round}`),
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
      signIn(`case19-${at}@example.test`, 'x', {
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
      who(bearer(token)),
    ),
    expects: both(refusedWith(401), (answers) =>
      new Set(answers.map(({ text }) => text)).size === 1 ? undefined : 'the answers differ',
    ),
    passes: 'takes invalid credentials for none',
  },
];
