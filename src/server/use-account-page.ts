import { randomBytes } from 'node:crypto';
import type { Plugin } from 'graphql-yoga';
import { accountPage } from './account-page.ts';

/** `/-/account`: the page behind the links in our mail. */
export const useAccountPage = (): Plugin => ({
  onRequest({ request, url, fetchAPI, endResponse }) {
    if (request.method !== 'GET' || url.pathname !== '/-/account') return;
    const nonce = randomBytes(16).toString('base64');
    const headers = {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    };
    endResponse(new fetchAPI.Response(accountPage(nonce), { headers }));
  },
});
