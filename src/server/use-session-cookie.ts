import type { Plugin } from 'graphql-yoga';
import type { Context } from '../graphql/context.ts';
import { cookieFor } from './request-context.ts';

/** Sends the cookie that signing in or out has made, or a change of the user's own roles. */
export const useSessionCookie = (): Plugin<Context> => ({
  onExecute: ({ args }) => ({ onExecuteDone: () => args.contextValue.session.renew() }),
  onResponse({ request, response }) {
    const cookie = cookieFor(request);
    if (!cookie) return;
    response.headers.append('set-cookie', cookie);
    response.headers.set('cache-control', 'no-store');
  },
});
