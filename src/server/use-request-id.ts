import { randomUUID } from 'node:crypto';
import type { Plugin } from 'graphql-yoga';

const ids = new WeakMap<Request, string>();

/** Taken from the caller when it is harmless in a log and a header. */
const acceptable = /^[A-Za-z0-9-]{1,64}$/;

export const requestIdOf = (request: Request): string => {
  let id = ids.get(request);
  if (!id) {
    const sent = request.headers.get('x-request-id');
    id = sent !== null && acceptable.test(sent) ? sent : randomUUID();
    ids.set(request, id);
  }
  return id;
};

/** Names every request, in logs and in the answer. */
export const useRequestId = (): Plugin => ({
  onResponse({ request, response }) {
    response.headers.set('x-request-id', requestIdOf(request));
  },
});
