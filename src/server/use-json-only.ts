import type { Plugin } from 'graphql-yoga';

/**
 * `/graphql` takes POST with JSON and nothing else. What a plain HTML form or an <img> can send (GET, urlencoded,
 * multipart, text/plain) would come with the visitor's cookie and without the browser asking first.
 */
export const useJsonOnly = (): Plugin => ({
  onRequest({ request, url, fetchAPI, endResponse }) {
    if (url.pathname !== '/graphql' || request.method === 'OPTIONS') return;
    const refuse = (status: number, message: string, headers: Record<string, string> = {}) =>
      endResponse(
        fetchAPI.Response.json({ errors: [{ message, extensions: { code: 'BAD_REQUEST' } }] }, { status, headers }),
      );
    if (request.method !== 'POST') {
      refuse(405, `${request.method} is not taken here. Use POST with JSON.`, { allow: 'POST' });
      return;
    }
    const [type = ''] = (request.headers.get('content-type') ?? '').split(';');
    if (!['application/json', 'application/graphql+json'].includes(type.trim().toLowerCase())) {
      refuse(415, 'The body is not declared as JSON. Send content-type: application/json.');
    } else if ((request.headers.get('content-encoding') ?? 'identity') !== 'identity') {
      refuse(415, 'A compressed body is not taken. Send it as it is.');
    }
  },
});
