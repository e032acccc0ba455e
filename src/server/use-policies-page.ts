import { randomBytes } from 'node:crypto';
import type { Plugin } from 'graphql-yoga';
import { lockLines } from '../policy/lock.ts';
import type { Personas } from '../policy/persona.ts';
import type { Design } from './platform.ts';
import { policiesPage } from './policies-page.ts';

/** `/-/policies`: who may do what, as one table. In development: it tells the whole design. */
export function usePoliciesPage({ schema, policies }: Design, personas: Personas): Plugin {
  const lines = lockLines(schema, policies, personas);
  return {
    onRequest({ url, fetchAPI, endResponse }) {
      if (url.pathname !== '/-/policies') return;
      const nonce = randomBytes(16).toString('base64');
      const headers = {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': `default-src 'none'; style-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
      };
      endResponse(new fetchAPI.Response(policiesPage(lines, personas, nonce), { headers }));
    },
  };
}
