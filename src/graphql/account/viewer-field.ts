import type { Builder } from '../builder.ts';

interface ViewerShape {
  kind: string;
  id: string | null;
  email: string | null;
  name: string | null;
  roles: string[];
  scopes: string[] | null;
}

export type ViewerRef = ReturnType<typeof addViewerField>;

/** `viewer`: who the request is from. Other files add what the viewer has. */
export function addViewerField(builder: Builder) {
  const viewer = builder.objectRef<ViewerShape>('Viewer').implement({
    description: 'On whose behalf this request runs.',
    fields: (t) => ({
      kind: t.exposeString('kind', { nullable: false, description: 'user, token or guest' }),
      id: t.exposeID('id', { nullable: true }),
      email: t.exposeString('email', { nullable: true }),
      name: t.exposeString('name', { nullable: true }),
      roles: t.exposeStringList('roles', { nullable: false, description: 'Roles that hold everywhere.' }),
      scopes: t.exposeStringList('scopes', {
        nullable: true,
        description: 'What the API token is limited to; null without one.',
      }),
    }),
  });
  builder.queryField('viewer', (t) =>
    t.field({
      type: viewer,
      nullable: false,
      resolve: (_, _args, { viewer: { kind, id, roles, scopes }, session: { user } }) => ({
        kind,
        id,
        email: user?.email ?? null,
        name: user?.name ?? null,
        roles: [...roles],
        scopes: scopes ? [...scopes] : null,
      }),
    }),
  );
  return viewer;
}
