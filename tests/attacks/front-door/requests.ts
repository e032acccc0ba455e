/** Requests that many attacks are made of. */
import type { Answered, Sent } from './attack.ts';

export const json = { 'content-type': 'application/json' };

/** An operation as JSON. */
export const operation = (query: string, variables?: unknown, more: Partial<Sent> = {}): Sent => ({
  ...more,
  body: JSON.stringify({ query, ...(variables !== undefined && { variables }) }),
  headers: { 'content-type': 'application/json', ...more.headers },
});

export const times = <T>(count: number, make: (at: number) => T): T[] =>
  Array.from({ length: count }, (_, at) => make(at));

export const signIn = (email: string, password = 'a wrong password', more: Partial<Sent> = {}): Sent =>
  operation(
    'mutation ($e: String!, $p: String!) { signIn(email: $e, password: $p) { token } }',
    { e: email, p: password },
    more,
  );

export const changePassword = (current: string, next: string, more: Partial<Sent> = {}): Sent =>
  operation(
    'mutation ($current: String!, $next: String!) { changePassword(current: $current, new: $next) { token } }',
    { current, next },
    more,
  );

export const whoAmI = '{ viewer { kind roles } }';
export const who = (more: Partial<Sent> = {}): Sent => operation(whoAmI, undefined, more);

/** As a browser sends it. */
export const cookie = (secret: string) => ({ headers: { cookie: `__Host-pergola=${secret}` } });
export const bearer = (secret: string) => ({ headers: { authorization: `Bearer ${secret}` } });

/** What a sign-in or a new password was answered with; an empty text when there is none. */
export const secretIn = (answer: Answered | undefined): string => /"token":"(\w+)"/.exec(answer?.text ?? '')?.[1] ?? '';

export const countCities = (where: object): Sent =>
  operation('query ($w: CityWhere) { cities(where: $w) { totalCount } }', { w: where });
