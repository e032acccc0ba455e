import type { ApiTokenRow } from '../../auth/tokens.ts';
import type { Builder } from '../builder.ts';
import type { ViewerRef } from './viewer-field.ts';

const defaultDays = 90;

/** `viewer { apiTokens }`, `createApiToken` and `revokeApiToken`. */
export function addTokenFields(builder: Builder, viewer: ViewerRef) {
  const listed = builder.objectRef<ApiTokenRow>('ViewerToken').implement({
    description: 'An API token of the viewer. Its secret was shown when it was made.',
    fields: (t) => ({
      id: t.exposeID('id', { nullable: false }),
      name: t.exposeString('name', { nullable: false }),
      scopes: t.exposeStringList('scopes', { nullable: false }),
      createdAt: t.expose('createdAt', { type: 'DateTime', nullable: false }),
      expiresAt: t.expose('expiresAt', { type: 'DateTime', nullable: false }),
      lastUsedAt: t.expose('lastUsedAt', { type: 'DateTime', nullable: true, description: 'Within a minute.' }),
      revokedAt: t.expose('revokedAt', { type: 'DateTime', nullable: true }),
    }),
  });
  const created = builder.objectRef<{ secret: string; token: ApiTokenRow }>('CreateTokenResult').implement({
    fields: (t) => ({
      secret: t.exposeString('secret', {
        nullable: false,
        description: 'It is shown this once. Send it as `Authorization: Bearer <secret>`.',
      }),
      token: t.expose('token', { type: listed, nullable: false }),
    }),
  });
  builder.objectField(viewer, 'apiTokens', (t) =>
    t.field({
      type: [listed],
      nullable: false,
      description: 'The newest first, the expired and revoked ones too.',
      resolve: (_, _args, { account }) => account.listTokens(),
    }),
  );
  builder.mutationField('createApiToken', (t) =>
    t.field({
      type: created,
      nullable: false,
      extensions: { answersSecret: true },
      description: 'A secret for a script. It never may more than the viewer.',
      args: {
        name: t.arg.string({ required: true, description: 'To know it by.' }),
        scopes: t.arg.stringList({
          required: true,
          description:
            'What it may do: `Model:verb,verb`, `*:verb`, `schema:read` or `explain`. Verbs: read, create, update, delete, link.',
        }),
        expiresInDays: t.arg.int({ required: true, defaultValue: defaultDays, description: 'From 1 to 365.' }),
      },
      resolve: (_, { name, scopes, expiresInDays }, { account }) => account.createToken(name, scopes, expiresInDays),
    }),
  );
  builder.mutationField('revokeApiToken', (t) =>
    t.boolean({
      nullable: false,
      description: 'Ends one of the tokens of the viewer, at every server.',
      args: { id: t.arg.id({ required: true }) },
      resolve: async (_, { id }, { account }) => {
        await account.revokeToken(id);
        return true;
      },
    }),
  );
}
