/** What somebody can do who reads a mailbox: become a user, and replace a password that is lost. */
import { badInput, forbidden } from '../errors.ts';
import type { Background } from './background.ts';
import { setPassword } from './change-password.ts';
import { isEmail, normalizeEmail } from './email.ts';
import { alreadySignedUpMail, linkTo, passwordChangedMail, resetPasswordMail, signUpMail } from './mail-texts.ts';
import type { SendMail } from './mail.ts';
import type { MailedLinks } from './mailed-links.ts';
import { checkNewPassword, hashPassword } from './passwords.ts';
import type { AccountStore, SessionUser } from './session-adapter.ts';
import { findUser, insertUser } from './sign-in.ts';

export interface MailboxOptions {
  client: Pick<AccountStore, 'user'>;
  links: MailedLinks;
  background: Background;
  /** Undefined: nothing can be sent, and all of this is refused. */
  sendMail: SendMail | undefined;
  /** Where the links lead. */
  publicUrl: string;
  /** Whether anybody with a mailbox may become a user. */
  signUp: boolean;
}

/** The answers to a request for a mail are the same for every address: what was found goes to the mailbox. */
export interface Mailbox {
  requestSignUp(email: string, name: string): void;
  /** Throws LINK_INVALID, BAD_INPUT. */
  finishSignUp(secret: string, password: string): Promise<SessionUser>;
  requestPasswordReset(email: string): void;
  /** Ends all sessions. Signs nobody in: a second factor is asked for as always. Throws LINK_INVALID, BAD_INPUT. */
  resetPassword(secret: string, password: string): Promise<void>;
  /** Tells a user what somebody did with their account, if mail can be sent. */
  tellPasswordChanged(email: string): void;
}

const maxNameLength = 200;

async function hasPassword({ user: users }: Pick<AccountStore, 'user'>, id: string): Promise<boolean> {
  const row = await users.findUnique({ where: { id }, select: { passwordHash: true } });
  return row !== null && row.passwordHash !== null;
}

export function createMailbox({ client, links, background, sendMail, publicUrl, signUp }: MailboxOptions): Mailbox {
  const mailTo = (given: string) => {
    if (!sendMail) throw forbidden('ask for a mail: this server cannot send any');
    const to = normalizeEmail(given);
    if (!isEmail(to)) throw badInput('This is not an e-mail address.', 'Use one such as "ann@example.test".', 'email');
    return to;
  };
  const refuseSignUp = () => {
    if (!signUp) throw forbidden('sign up: this server does not allow it');
  };

  const mailbox: Mailbox = {
    requestSignUp(given, name) {
      refuseSignUp();
      const email = mailTo(given);
      if (name.trim() === '' || name.length > maxNameLength)
        throw badInput('The name is empty or long.', `Use 1 to ${maxNameLength} characters.`, 'name');
      background.run(async () => {
        const known = await findUser(client, email);
        // A mailbox that has an account gets a link too, which nobody is told: so many mails a minute and no more.
        const secret = await links.make({ purpose: 'sign-up', email, name: name.trim() });
        if (secret === null) return;
        const text = known ? alreadySignedUpMail(publicUrl) : signUpMail(linkTo(publicUrl, 'sign-up', secret));
        await sendMail?.({ to: email, ...text });
      });
    },

    async finishSignUp(secret, password) {
      refuseSignUp();
      checkNewPassword(password);
      await links.look('sign-up', secret);
      // Before the link is used: a password that cannot be hashed now must not cost the link.
      const passwordHash = await hashPassword(password);
      const { email, name } = await links.use('sign-up', secret);
      return insertUser(client, { email, name: name ?? email, passwordHash, roles: [] });
    },

    requestPasswordReset(given) {
      const email = mailTo(given);
      background.run(async () => {
        const user = await findUser(client, email);
        // Who never had a password signs in elsewhere: with one, they would still get in here when they no longer do there.
        if (!user || !(await hasPassword(client, user.id))) return;
        const secret = await links.make({ purpose: 'reset-password', email, userId: user.id });
        if (secret === null) return;
        await sendMail?.({ to: email, ...resetPasswordMail(linkTo(publicUrl, 'reset-password', secret)) });
      });
    },

    async resetPassword(secret, password) {
      checkNewPassword(password);
      await links.look('reset-password', secret);
      const passwordHash = await hashPassword(password);
      const { email, userId } = await links.use('reset-password', secret);
      if (userId !== null) await setPassword(client, { userId, passwordHash });
      mailbox.tellPasswordChanged(email);
    },

    tellPasswordChanged(email) {
      if (sendMail) background.run(() => sendMail({ to: email, ...passwordChangedMail(publicUrl) }));
    },
  };
  return mailbox;
}
