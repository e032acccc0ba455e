/** Attacks by who somebody says they are, or asks whether somebody else is there. */
import { operation, type Attack } from './attack.ts';

const signIn = (e: string, p = 'a wrong password') =>
  operation('mutation ($e: String!, $p: String!) { signIn(email: $e, password: $p) { token } }', { e, p });

const whoAmI = '{ viewer { kind roles } }';
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
        operation(whoAmI, undefined, { headers: { [name]: 'admin' } }),
      ),
      operation(whoAmI, { __viewer: { kind: 'user', roles: ['admin'] }, role: 'admin' }),
      {
        body: JSON.stringify({ query: whoAmI, extensions: { role: 'admin', viewer: { roles: ['admin'] } } }),
        headers: { 'content-type': 'application/json' },
      },
    ],
    expects: (answers) => answers.find(({ text }) => text !== nobody)?.text,
    passes: 'believes who a header names',
  },
];
