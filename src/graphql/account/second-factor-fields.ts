import type { Builder } from '../builder.ts';
import type { ViewerRef } from './viewer-field.ts';

/** `viewer { hasSecondFactor }`, `startSecondFactor`, `confirmSecondFactor` and `stopSecondFactor`. */
export function addSecondFactorFields(builder: Builder, viewer: ViewerRef) {
  const started = builder.objectRef<{ secret: string; uri: string }>('StartSecondFactorResult').implement({
    fields: (t) => ({
      secret: t.exposeString('secret', { nullable: false, description: 'To be typed into an authenticator app.' }),
      uri: t.exposeString('uri', { nullable: false, description: 'The same, to be shown as a QR code.' }),
    }),
  });
  builder.objectField(viewer, 'hasSecondFactor', (t) =>
    t.boolean({
      nullable: false,
      description: 'Whether signing in asks for a code as well.',
      resolve: (_, _args, { account }) => account.hasSecondFactor(),
    }),
  );
  builder.mutationField('startSecondFactor', (t) =>
    t.field({
      type: started,
      nullable: false,
      extensions: { answersSecret: true },
      description: 'Signing in asks for a code once `confirmSecondFactor` was given one.',
      args: { password: t.arg.string({ required: true, description: 'The session alone is not enough.' }) },
      resolve: (_, { password }, { account }) => account.startSecondFactor(password),
    }),
  );
  builder.mutationField('confirmSecondFactor', (t) =>
    t.stringList({
      nullable: false,
      extensions: { answersSecret: true },
      description: 'The recovery codes, shown this once. Each stands in for the app one time.',
      args: { code: t.arg.string({ required: true }) },
      resolve: (_, { code }, { account }) => account.confirmSecondFactor(code),
    }),
  );
  builder.mutationField('stopSecondFactor', (t) =>
    t.boolean({
      nullable: false,
      args: { code: t.arg.string({ required: true, description: 'Of the app, or a recovery code.' }) },
      resolve: async (_, { code }, { account }) => {
        await account.stopSecondFactor(code);
        return true;
      },
    }),
  );
}
