import type { Mail } from './mail.ts';
import type { LinkPurpose } from './mailed-links.ts';

type Text = Omit<Mail, 'to'>;

const minutesPerHour = 60;

/**
 * The page at which a link's secret is used. The host is the configured one and never that of the request, or whoever
 * asks for somebody else's mail would choose where its link leads. Behind `#` it reaches no log and no other site.
 */
export function linkTo(publicUrl: string, purpose: LinkPurpose, secret: string): string {
  return `${publicUrl}/-/account#${purpose}=${secret}`;
}

export const signUpMail = (link: string): Text => ({
  subject: 'Finish signing up',
  text: `Somebody, probably you, signs up with this e-mail address. To choose a password, open\n\n${link}\n\nThe link works once, within ${minutesPerHour} minutes. If it was not you, do nothing: there is no account then.`,
});

/** In place of the one before: the answer on the screen is the same, and only this mailbox learns the difference. */
export const alreadySignedUpMail = (publicUrl: string): Text => ({
  subject: 'You have an account already',
  text: `Somebody, probably you, wanted to sign up at ${publicUrl} with this e-mail address, which has an account already. Sign in, or ask for a new password there. If it was not you, do nothing.`,
});

export const resetPasswordMail = (link: string): Text => ({
  subject: 'Choose a new password',
  text: `Somebody, probably you, asks for a new password. To choose one, open\n\n${link}\n\nThe link works once, within ${minutesPerHour} minutes. If it was not you, do nothing: your password stays as it is.`,
});

export const passwordChangedMail = (publicUrl: string): Text => ({
  subject: 'Your password was changed',
  text: `The password of your account at ${publicUrl} was changed, and all its sessions were ended. If it was not you, ask for a new password there at once.`,
});
