import type { Builder } from '../builder.ts';
import type { SignInResultRef } from './session-fields.ts';

/** `requestSignUp`, `finishSignUp`, `requestPasswordReset` and `resetPassword`. */
export function addMailboxFields(builder: Builder, signInResult: SignInResultRef) {
  builder.mutationField('requestSignUp', (t) =>
    t.boolean({
      nullable: false,
      description: 'Sends a link by which a password is chosen. The answer is the same for every address.',
      args: { email: t.arg.string({ required: true }), name: t.arg.string({ required: true }) },
      resolve: (_, { email, name }, { mailbox }) => {
        mailbox.requestSignUp(email, name);
        return true;
      },
    }),
  );
  builder.mutationField('finishSignUp', (t) =>
    t.field({
      type: signInResult,
      nullable: false,
      extensions: { answersSecret: true },
      description: 'With the token of the link that was sent.',
      args: { token: t.arg.string({ required: true }), password: t.arg.string({ required: true }) },
      resolve: (_, { token, password }, { mailbox }) => mailbox.finishSignUp(token, password),
    }),
  );
  builder.mutationField('requestPasswordReset', (t) =>
    t.boolean({
      nullable: false,
      description: 'Sends a link by which a new password is chosen. The answer is the same for every address.',
      args: { email: t.arg.string({ required: true }) },
      resolve: (_, { email }, { mailbox }) => {
        mailbox.requestPasswordReset(email);
        return true;
      },
    }),
  );
  builder.mutationField('resetPassword', (t) =>
    t.boolean({
      nullable: false,
      description: 'With the token of the link that was sent. Ends all sessions of its user, and starts none.',
      args: { token: t.arg.string({ required: true }), password: t.arg.string({ required: true }) },
      resolve: async (_, { token, password }, { mailbox }) => {
        await mailbox.resetPassword(token, password);
        return true;
      },
    }),
  );
}
