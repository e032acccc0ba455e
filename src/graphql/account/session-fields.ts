import type { ListedSession } from '../../auth/sessions.ts';
import type { Builder } from '../builder.ts';
import type { IssuedSession } from '../context.ts';
import type { ViewerRef } from './viewer-field.ts';

/** What signing in and changing a password answer with. */
export type SignInResultRef = ReturnType<typeof addSessionFields>;

/** `signIn`, `signOut`, `viewer { sessions }` and how to end them. */
export function addSessionFields(builder: Builder, viewer: ViewerRef) {
  const result = builder.objectRef<IssuedSession>('SignInResult').implement({
    fields: (t) => ({
      token: t.exposeString('token', {
        nullable: false,
        description: 'For programs: send it as `Authorization: Bearer <token>`. Browsers have it as a cookie.',
      }),
      expiresAt: t.expose('expiresAt', { type: 'DateTime', nullable: false }),
    }),
  });
  builder.mutationField('signIn', (t) =>
    t.field({
      type: result,
      nullable: false,
      extensions: { answersSecret: true },
      args: {
        email: t.arg.string({ required: true }),
        password: t.arg.string({ required: true }),
        code: t.arg.string({ description: 'Of the authenticator app, or a recovery code: with a second factor.' }),
      },
      resolve: (_, { email, password, code }, { session }) => session.signIn(email, password, code),
    }),
  );
  builder.mutationField('signOut', (t) =>
    t.boolean({
      nullable: false,
      description: 'Ends this session, here and at every server.',
      resolve: async (_, _args, { session }) => {
        await session.signOut();
        return true;
      },
    }),
  );
  builder.mutationField('signOutEverywhere', (t) =>
    t.boolean({
      nullable: false,
      description: 'Ends all sessions of the viewer, this one too.',
      resolve: async (_, _args, { account }) => {
        await account.endAllSessions();
        return true;
      },
    }),
  );
  builder.mutationField('endSession', (t) =>
    t.boolean({
      nullable: false,
      description: 'Ends one of the sessions of the viewer, by its id in `viewer { sessions }`.',
      args: { id: t.arg.id({ required: true }) },
      resolve: async (_, { id }, { account }) => {
        await account.endSession(id);
        return true;
      },
    }),
  );
  const listed = builder.objectRef<ListedSession>('ViewerSession').implement({
    description: 'A browser or program in which the viewer is signed in.',
    fields: (t) => ({
      id: t.exposeID('handle', { nullable: false }),
      createdAt: t.expose('createdAt', { type: 'DateTime', nullable: false }),
      lastUsedAt: t.expose('lastUsedAt', { type: 'DateTime', nullable: false, description: 'Within an hour.' }),
      expiresAt: t.expose('expiresAt', {
        type: 'DateTime',
        nullable: false,
        description: 'The session ends here unless it is used before.',
      }),
      device: t.exposeString('device', { nullable: true, description: 'Such as "Firefox on Linux".' }),
      network: t.exposeString('network', {
        nullable: true,
        description: 'Not the address: "203.0.113.0/24".',
      }),
      current: t.exposeBoolean('current', { nullable: false, description: 'Whether it is the one that asks.' }),
    }),
  });
  builder.objectField(viewer, 'sessions', (t) =>
    t.field({
      type: [listed],
      nullable: false,
      description: 'Where the viewer is signed in, the last used first.',
      resolve: (_, _args, { account }) => account.listSessions(),
    }),
  );
  return result;
}
