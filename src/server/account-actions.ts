import { clearSessionCookie, serializeSessionCookie } from '../auth/cookie.ts';
import { changePassword, requirePassword } from '../auth/change-password.ts';
import type { Identity } from '../auth/identify.ts';
import { grantScopes } from '../auth/grant-scopes.ts';
import { roleModel } from '../auth/session-adapter.ts';
import type { SessionOrigin } from '../auth/session-origin.ts';
import type { StartedSession } from '../auth/sessions.ts';
import type { ViewerDatabase } from '../database/database.ts';
import { forbidden } from '../errors.ts';
import type { AccountActions, IssuedSession, MailboxActions, SessionActions } from '../graphql/context.ts';
import type { Platform } from './platform.ts';

interface Asker {
  readonly identity: Identity;
  /** From where, for the list of sessions. */
  origin(): SessionOrigin;
  /** The rows as the viewer sees them: what a token is granted is measured by it. */
  readonly rows: ViewerDatabase;
  /** Whether a browser asks, which takes a new cookie. */
  readonly byCookie: boolean;
  /** Asks for a `Set-Cookie` header. */
  setCookie(cookie: string): void;
}

export function sessionActions(
  { identity, origin, rows, byCookie, setCookie }: Asker,
  { sessions, signIn }: Platform,
): SessionActions {
  const endOwn = async () => {
    if (identity.kind === 'session') await sessions.end(identity.secret);
  };
  return {
    user: identity.kind === 'nobody' ? null : identity.user,
    async signIn(email, password, code) {
      const started = await signIn(email, password, { code, origin: origin() });
      // The session that the browser came with ends: signing in never continues one.
      await endOwn();
      return issue(started, setCookie);
    },
    async signOut() {
      await endOwn();
      setCookie(clearSessionCookie());
    },
    async renew() {
      // Only by who has changed them: else a stolen session in use would get the roles that its user is given elsewhere.
      if (identity.kind !== 'session' || !byCookie || !rows.changed.has(roleModel)) return;
      const renewed = await sessions.renew(identity.secret, origin());
      if (renewed) issue(renewed, setCookie);
    },
  };
}

export function accountActions({ identity, origin, rows, setCookie }: Asker, platform: Platform): AccountActions {
  const { sessions, tokens, secondFactor, mailbox, database, limitGuesses } = platform;
  /** Whose account it is. Throws FORBIDDEN unless they have signed in here themselves. */
  const own = () => {
    if (identity.kind === 'session')
      return { userId: identity.user.id, email: identity.user.email, secret: identity.secret };
    throw forbidden('change an account without signing in to it');
  };
  const guessed = <Answer>(guess: () => Promise<Answer>) =>
    limitGuesses({ email: own().email, origin: origin() }, guess);
  return {
    listSessions: async () => sessions.list(own().userId, own().secret),
    endSession: async (handle) => sessions.endByHandle(own().userId, handle),
    async endAllSessions() {
      await sessions.endAll(own().userId);
      setCookie(clearSessionCookie());
    },
    async changePassword(current, next) {
      const { userId, email } = own();
      await guessed(() => changePassword(database.unguarded, { userId, current, next }));
      mailbox.tellPasswordChanged(email);
      return issue(await sessions.start(userId, origin()), setCookie);
    },
    listTokens: async () => tokens.list(own().userId),
    createToken: async (name, scopes, days) =>
      tokens.create({ userId: own().userId, name, scopes: grantScopes(scopes, rows), days }),
    revokeToken: async (id) => tokens.revoke(id, own().userId),
    hasSecondFactor: async () => secondFactor.isOn(own().userId),
    async startSecondFactor(password) {
      const { userId, email } = own();
      // Whoever has stolen a session could otherwise lock its user out: a reset of the password leaves the factor.
      await guessed(() => requirePassword(database.unguarded, { userId, password }));
      return secondFactor.start(userId, email);
    },
    confirmSecondFactor: async (code) => guessed(() => secondFactor.confirm(own().userId, code)),
    stopSecondFactor: async (code) => guessed(() => secondFactor.stop(own().userId, code)),
  };
}

export function mailboxActions(
  { origin, setCookie }: Pick<Asker, 'origin' | 'setCookie'>,
  { mailbox, sessions }: Platform,
): MailboxActions {
  return {
    requestSignUp: mailbox.requestSignUp,
    async finishSignUp(token, password) {
      const { id } = await mailbox.finishSignUp(token, password);
      return issue(await sessions.start(id, origin()), setCookie);
    },
    requestPasswordReset: mailbox.requestPasswordReset,
    resetPassword: mailbox.resetPassword,
  };
}

function issue({ secret, expiresAt }: StartedSession, setCookie: Asker['setCookie']): IssuedSession {
  setCookie(serializeSessionCookie(secret, expiresAt));
  return { token: secret, expiresAt };
}
