import { clearSessionCookie, parseSessionCookie, serializeSessionCookie } from '../auth/cookie.ts';
import type { SessionUser } from '../auth/sessions.ts';
import type { Context, SessionActions } from '../graphql/context.ts';
import { guest, type Viewer } from '../policy/viewer.ts';
import type { Platform } from './platform.ts';

/** `Set-Cookie` headers that a request's resolvers asked for. */
const cookies = new WeakMap<Request, string>();

export const cookieFor = (request: Request) => cookies.get(request);

/** Finds out on whose behalf the request runs, and opens the database for that viewer. */
export async function requestContext(request: Request, { database, sessions, signIn }: Platform): Promise<Context> {
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
  return { viewer, session, database: database.as(viewer) };
}

const viewerOf = ({ id, roles }: SessionUser): Viewer => ({ kind: 'user', id, roles });

/** A program's header wins over a cookie that its HTTP client may have kept. */
function bearerOf(request: Request): string | null {
  const header = request.headers.get('authorization');
  return header === null ? null : (/^Bearer ([\x21-\x7e]{1,500})$/i.exec(header)?.[1] ?? '');
}
