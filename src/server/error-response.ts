import type { FetchAPI } from 'graphql-yoga';
import type { PergolaError } from '../errors.ts';

/** An error in the shape of GraphQL's, for what is refused before GraphQL is asked. */
export function errorResponse({ Response }: FetchAPI, { code, message }: PergolaError, init: ResponseInit): Response {
  return Response.json({ errors: [{ message, extensions: { code } }] }, init);
}
