import type { Builder } from './builder.ts';

interface ViewerShape {
  kind: string;
  id: string | null;
  email: string | null;
  name: string | null;
  roles: string[];
}

/** `viewer`, `signIn` and `signOut`: the only fields that are neither derived nor the application's. */
export function addSessionFields(builder: Builder) {
  const viewer = builder.objectRef<ViewerShape>('Viewer').implement({
    description: 'On whose behalf this request runs.',
    fields: (t) => ({
      kind: t.exposeString('kind', { nullable: false, description: 'user, token or guest' }),
      id: t.exposeID('id', { nullable: true }),
      email: t.exposeString('email', { nullable: true }),
      name: t.exposeString('name', { nullable: true }),
      roles: t.exposeStringList('roles', { nullable: false, description: 'Roles that hold everywhere.' }),
    }),
  });
  builder.queryField('viewer', (t) =>
    t.field({
      type: viewer,
      nullable: false,
      resolve: (_, _args, { viewer: { kind, id, roles }, session: { user } }) => ({
        kind,
        id,
        email: user?.email ?? null,
        name: user?.name ?? null,
        roles: [...roles],
      }),
    }),
  );
  const result = builder.objectRef<{ token: string; expiresAt: Date }>('SignInResult').implement({
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
      args: { email: t.arg.string({ required: true }), password: t.arg.string({ required: true }) },
      resolve: (_, { email, password }, { session }) => session.signIn(email, password),
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
}
