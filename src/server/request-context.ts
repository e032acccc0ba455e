import { clearSessionCookie, parseSessionCookie, serializeSessionCookie } from '../auth/cookie.ts';
import type { SessionUser } from '../auth/sessions.ts';
import type { Context, SessionActions } from '../graphql/context.ts';
import { guest, type Viewer } from '../policy/viewer.ts';
import type { YogaInitialContext } from 'graphql-yoga';
import type { Platform } from './platform.ts';
import { idempotentRequest } from './use-idempotency.ts';
import { requestIdOf } from './use-request-id.ts';

type Asked = Pick<YogaInitialContext, 'request' | 'params'>;

/** `Set-Cookie` headers that a request's resolvers asked for. */
const cookies = new WeakMap<Request, string>();

export const cookieFor = (request: Request) => cookies.get(request);

/** Finds out on whose behalf the request runs, and opens the database for that viewer. */
export async function requestContext(
  { request, params }: Asked,
  { database, sessions, signIn }: Platform,
): Promise<Context> {
  const secret = bearerOf(request) ?? parseSessionCookie(request.headers.get('cookie'));
  const user = secret === null ? null : await sessions.find(secret);
  const viewer = user ? viewerOf(user) : guest;
  const session: SessionActions = {
    user,
    async signIn(email, password) {
      const started = await signIn(email, password);
      // The session that the browser came with ends: signing in never continues one.
      if (secret !== null) await sessions.end(secret);
      cookies.set(request, serializeSessionCookie(started.secret, started.expiresAt));
      return { token: started.secret, expiresAt: started.expiresAt };
    },
    async signOut() {
      if (secret !== null) await sessions.end(secret);
      cookies.set(request, clearSessionCookie());
    },
  };
  const idempotent = idempotentRequest(request, params);
  return { viewer, session, idempotent, database: database.as(viewer, { id: requestIdOf(request), idempotent }) };
}

const viewerOf = ({ id, roles }: SessionUser): Viewer => ({ kind: 'user', id, roles });

/** A program's header wins over a cookie that its HTTP client may have kept. */
function bearerOf(request: Request): string | null {
  const header = request.headers.get('authorization');
  return header === null ? null : (/^Bearer ([\x21-\x7e]{1,500})$/i.exec(header)?.[1] ?? '');
}
