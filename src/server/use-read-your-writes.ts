import { getOperationAST, OperationTypeNode } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Database } from '../database/database.ts';
import type { Context } from '../graphql/context.ts';

/** Requests that write. */
const writing = new WeakSet<Request>();

const cookie = '__Host-pergola-primary';
/** What clients that keep no cookies send, for as many seconds as the header of the answer says. */
const askedBy = 'pergola-primary';
export const primaryForHeader = 'pergola-primary-for';

/** Whether a replica, which may be behind, will do for what a request reads. */
export const mayLag = (request: Request) =>
  !writing.has(request) &&
  !request.headers.has(askedBy) &&
  !(request.headers.get('cookie') ?? '').split(';').some((pair) => pair.trim().startsWith(`${cookie}=`));

/**
 * Where there is a replica, whoever has written reads from the primary for a while: in this process by their name, in
 * every other one by a cookie or a header. Neither is a secret or a right: all it does is to ask the primary.
 */
export const useReadYourWrites = ({
  stickySeconds,
  stayOnPrimary,
}: Database): Plugin<Context & { request: Request }> => ({
  onExecute({ args: { document, operationName, contextValue } }) {
    if (stickySeconds === undefined) return;
    if (getOperationAST(document, operationName)?.operation !== OperationTypeNode.MUTATION) return;
    writing.add(contextValue.request);
    return { onExecuteDone: () => stayOnPrimary(contextValue.viewer) };
  },
  onResponse({ request, response }) {
    if (stickySeconds === undefined) return;
    const isImport = request.method === 'POST' && new URL(request.url).pathname.startsWith('/-/import/');
    if (!writing.has(request) && !isImport) return;
    const attributes = 'Path=/; Secure; HttpOnly; SameSite=Lax';
    response.headers.append('set-cookie', `${cookie}=1; Max-Age=${stickySeconds}; ${attributes}`);
    response.headers.set(primaryForHeader, String(stickySeconds));
  },
});
