import type { Plugin } from 'graphql-yoga';
import { clearSessionCookie, serializeSessionCookie } from '../auth/cookie.ts';
import { findUser } from '../auth/sign-in.ts';
import type { Personas } from '../policy/persona.ts';
import type { Platform } from './platform.ts';

const path = '/-/sign-in-as/';

/** `POST /-/sign-in-as/<persona>`: one click in GraphiQL. In development only: the server of production does not have it. */
export const usePersonas = (
  personas: Personas,
  { sessions, database }: Pick<Platform, 'sessions' | 'database'>,
): Plugin => ({
  async onRequest({ request, url, fetchAPI, endResponse }) {
    if (!url.pathname.startsWith(path)) return;
    const refuse = (status: number, message: string) => endResponse(fetchAPI.Response.json({ message }, { status }));
    if (request.method !== 'POST') {
      refuse(405, 'Use POST.');
      return;
    }
    const name = url.pathname.slice(path.length);
    const persona = Object.hasOwn(personas, name) ? personas[name] : undefined;
    if (!persona) {
      refuse(404, `There is no persona of that name. There are ${Object.keys(personas).join(', ')}.`);
      return;
    }
    if (persona.email === null) {
      endResponse(new fetchAPI.Response(null, { status: 204, headers: { 'set-cookie': clearSessionCookie() } }));
      return;
    }
    const user = await findUser(database.unguarded, persona.email);
    if (!user) {
      refuse(404, 'This persona has no user. Start with a new database to get the sample data.');
      return;
    }
    const { secret, expiresAt } = await sessions.start(user.id);
    const headers = { 'set-cookie': serializeSessionCookie(secret, expiresAt) };
    endResponse(new fetchAPI.Response(null, { status: 204, headers }));
  },
});
