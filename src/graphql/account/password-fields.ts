import type { Builder } from '../builder.ts';
import type { SignInResultRef } from './session-fields.ts';

/** `changePassword`. */
export function addPasswordFields(builder: Builder, signInResult: SignInResultRef) {
  builder.mutationField('changePassword', (t) =>
    t.field({
      type: signInResult,
      nullable: false,
      extensions: { answersSecret: true },
      description: 'Ends all sessions of the viewer and starts a new one.',
      args: { current: t.arg.string({ required: true }), new: t.arg.string({ required: true }) },
      resolve: (_, { current, new: next }, { account }) => account.changePassword(current, next),
    }),
  );
}
