import type { Plugin } from 'graphql-yoga';
import type { OperationLimits } from '../limits/operation-limits.ts';

/**
 * Refuses a body by its declared length, before a byte of it is read: Node takes no more than was declared. A body of
 * undeclared length is refused too. (Yoga's own limit counts what passes, which takes longer than reading the session.)
 */
export const useBodyLimit = ({ bodyBytes }: Pick<OperationLimits, 'bodyBytes'>): Plugin => ({
  onRequest({ request, url, fetchAPI, endResponse }) {
    if (url.pathname !== '/graphql') return;
    const refuse = (status: number, message: string) => {
      const body = { errors: [{ message, extensions: { code: 'BAD_REQUEST' } }] };
      endResponse(fetchAPI.Response.json(body, { status, headers: { connection: 'close' } }));
    };
    if (request.headers.get('transfer-encoding') !== null)
      refuse(411, 'The length of the body is not declared. Send content-length.');
    else if (Number(request.headers.get('content-length') ?? 0) > bodyBytes) {
      refuse(413, `The body is longer than ${bodyBytes.toLocaleString('en')} bytes. Ask in several requests.`);
    }
  },
});
