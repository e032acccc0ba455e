/** The part of a context that tests below the server do without: nobody has an account there. */
import type { Context } from '../../src/graphql/context.ts';

const refuse = () => Promise.reject(new Error('These tests sign nobody in.'));

export const noAccount: Pick<Context, 'session' | 'account' | 'mailbox'> = {
  session: { user: null, signIn: refuse, signOut: refuse, renew: refuse },
  account: new Proxy({} as Context['account'], { get: () => refuse }),
  mailbox: new Proxy({} as Context['mailbox'], { get: () => refuse }),
};
