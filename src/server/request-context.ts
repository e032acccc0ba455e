import type { YogaInitialContext } from 'graphql-yoga';
import { viewerOf, type Identity } from '../auth/identify.ts';
import { sessionOrigin } from '../auth/session-origin.ts';
import type { Context } from '../graphql/context.ts';
import { accountActions, mailboxActions, sessionActions } from './account-actions.ts';
import type { Platform } from './platform.ts';
import { explanationsFor } from './use-explain.ts';
import { idempotentRequest } from './use-idempotency.ts';
import { mayLag } from './use-read-your-writes.ts';
import { requestIdOf } from './use-request-id.ts';

type Asked = Pick<YogaInitialContext, 'request' | 'params'>;

/** `Set-Cookie` headers that a request's resolvers asked for. */
const cookies = new WeakMap<Request, string>();

export const cookieFor = (request: Request) => cookies.get(request);

interface Known {
  readonly identity: Identity;
  readonly platform: Platform;
  /** Where the request comes from, as far as it is known. */
  address(): string | null;
}

/** Opens the database for the viewer, and hands out what they can do to their account. */
export function requestContext({ request, params }: Asked, { identity, platform, address }: Known): Context {
  const viewer = viewerOf(identity);
  const idempotent = idempotentRequest(request, params);
  const rows = platform.database.as(viewer, {
    id: requestIdOf(request),
    idempotent,
    mayLag: () => mayLag(request),
  });
  const asker = {
    identity,
    // Asked at a sign-in only: it tries many patterns.
    origin: () => sessionOrigin(request.headers.get('user-agent'), address()),
    rows,
    byCookie: request.headers.get('authorization') === null,
    setCookie: (cookie: string) => void cookies.set(request, cookie),
  };
  return {
    viewer,
    idempotent,
    database: rows,
    session: sessionActions(asker, platform),
    account: accountActions(asker, platform),
    mailbox: mailboxActions(asker, platform),
    explanations: explanationsFor(request, rows),
  };
}
