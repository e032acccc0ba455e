/** Builds that lack one part each of what keeps sessions. */
import { Lucia } from 'lucia';
import { parseSessionCookie } from '../../../../src/auth/cookie.ts';
import { hashSecret } from '../../../../src/auth/secrets.ts';
import { sessionUserColumns, toSessionUser } from '../../../../src/auth/session-adapter.ts';
import { withSessions, type Behind, type WeakenedBuild } from './weakened-build.ts';

const userOf = async ({ platform }: Behind, id: string) => {
  const select = { user: { select: sessionUserColumns } };
  const row = await platform.database.unguarded.session.findUnique({ where: { id }, select });
  return row && toSessionUser(row.user);
};

/** Of the last request. */
let came: string | null = null;

export const weakenedSessions: Readonly<Record<string, WeakenedBuild>> = {
  'goes on with the session that came': {
    weaken: ({ yoga, plugins }) => ({
      yoga,
      plugins: {
        noting: {
          onRequest: ({ request }) => void (came = parseSessionCookie(request.headers.get('cookie') ?? undefined)),
        },
        ...plugins,
      },
    }),
    replace: () => {
      const { createSession } = Lucia.prototype;
      Lucia.prototype.createSession = function (userId, attributes, options) {
        return createSession.call(this, userId, attributes, came === null ? options : { sessionId: came });
      };
      return () => void (Lucia.prototype.createSession = createSession);
    },
  },
  'sends a bare cookie': {
    weaken: ({ yoga, plugins }) => {
      const bare = {
        onResponse: ({ response }: { response: Response }) => {
          const [first] = response.headers.get('set-cookie')?.split(';') ?? [];
          if (first) response.headers.set('set-cookie', first);
        },
      };
      return { yoga, plugins: { ...plugins, bare } };
    },
  },
  'remembers who was signed in': withSessions((sessions) => {
    const known = new Map<string, ReturnType<typeof find>>();
    const { find } = sessions;
    sessions.find = (secret) => {
      const found = known.get(secret) ?? find(secret);
      known.set(secret, found);
      return found;
    };
  }),
  'ends no session': withSessions((sessions, behind) => {
    sessions.find = (secret) => userOf(behind, hashSecret(secret));
  }),
  'takes what is stored for a secret': withSessions((sessions, behind) => {
    const { find } = sessions;
    sessions.find = async (text) => (await find(text)) ?? userOf(behind, text);
  }),
};
