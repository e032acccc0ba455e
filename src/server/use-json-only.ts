import type { Plugin } from 'graphql-yoga';
import { asksByHash } from './use-trusted-documents.ts';

/**
 * `/graphql` takes POST with JSON. What a plain HTML form or an <img> can send (GET, urlencoded, multipart, text/plain)
 * would come with the visitor's cookie and without the browser asking first.
 */
export const useJsonOnly = (): Plugin => ({
  onRequest({ request, url, fetchAPI, endResponse }) {
    if (url.pathname !== '/graphql' || request.method === 'OPTIONS') return;
    const refuse = (status: number, message: string, headers: Record<string, string> = {}) =>
      endResponse(
        fetchAPI.Response.json({ errors: [{ message, extensions: { code: 'BAD_REQUEST' } }] }, { status, headers }),
      );
    // A query that is known by its hash, or of somebody whose token is in a header: nobody can make a browser send those.
    // Credentials that are not valid have ended the request before. No mutation runs by GET.
    if (request.method === 'GET' && (asksByHash(url) || request.headers.get('authorization') !== null)) return;
    if (request.method !== 'POST') {
      refuse(405, `${request.method} is not taken here. Use POST with JSON.`, { allow: 'POST' });
      return;
    }
    const [type = ''] = (request.headers.get('content-type') ?? '').split(';');
    if (!['application/json', 'application/graphql+json'].includes(type.trim().toLowerCase())) {
      refuse(415, 'The body is not declared as JSON. Send content-type: application/json.');
    } else if ((request.headers.get('content-encoding') ?? 'identity') !== 'identity') {
      // Ten kilobytes can be ten megabytes, and the limit is on what was sent.
      refuse(415, 'A compressed body is not taken. Send it as it is.');
    }
  },
});
