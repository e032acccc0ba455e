import type { Plugin } from 'graphql-yoga';
import { cookieFor } from './request-context.ts';

/** Sends the cookie that signing in or out has made. */
export const useSessionCookie = (): Plugin => ({
  onResponse({ request, response }) {
    const cookie = cookieFor(request);
    if (!cookie) return;
    response.headers.append('set-cookie', cookie);
    response.headers.set('cache-control', 'no-store');
  },
});
