import { randomBytes } from 'node:crypto';
import type { Plugin } from 'graphql-yoga';
import { limitsPage, type ShownLimits } from './limits-page.ts';

/** `/-/limits`: what this server allows, as a page for a browser and as JSON for everything else. */
export const useLimitsPage = (limits: ShownLimits): Plugin => ({
  onRequest({ request, url, fetchAPI, endResponse }) {
    if (request.method !== 'GET' || url.pathname !== '/-/limits') return;
    if (!request.headers.get('accept')?.includes('text/html')) {
      const { operations, pages, rates } = limits;
      const body = { operations, pages, rates: Object.fromEntries(rates) };
      endResponse(fetchAPI.Response.json(body, { headers: { vary: 'accept' } }));
      return;
    }
    const nonce = randomBytes(16).toString('base64');
    const headers = {
      'content-type': 'text/html; charset=utf-8',
      vary: 'accept',
      'content-security-policy': `default-src 'none'; style-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    };
    endResponse(new fetchAPI.Response(limitsPage(limits, nonce), { headers }));
  },
});
