import type { GraphQLResolveInfo } from 'graphql';
import type { ListedSession } from '../auth/sessions.ts';
import type { ApiTokenRow } from '../auth/tokens.ts';
import type { IdempotentRequest, ViewerDatabase } from '../database/database.ts';
import type { RefusedRight } from '../database/refused-right.ts';
import type { Viewer } from '../policy/viewer.ts';

/** What every resolver of one request shares. */
export interface Context {
  readonly viewer: Viewer;
  /** The rows as this viewer may see and change them. */
  readonly database: ViewerDatabase;
  readonly session: SessionActions;
  /** Set for a request that takes effect once. */
  readonly idempotent?: IdempotentRequest | undefined;
  readonly account: AccountActions;
  readonly mailbox: MailboxActions;
  /** Set for a viewer who may have it explained, and asks for it. */
  readonly explanations?: Explanations | undefined;
}

/** Takes note of rows that are absent or hidden, which is no error: `explain` says which. */
export interface Explanations {
  note(path: GraphQLResolveInfo['path'], refused: RefusedRight): void;
}

/** For programs; browsers have it as a cookie. */
export interface IssuedSession {
  token: string;
  expiresAt: Date;
}

/** What a request can do to its own session. */
export interface SessionActions {
  /** The signed-in user, or null. */
  readonly user: { readonly id: string; readonly email: string; readonly name: string } | null;
  /** @throws SIGN_IN_FAILED, SECOND_FACTOR_REQUIRED */
  signIn(email: string, password: string, code?: string | null): Promise<IssuedSession>;
  signOut(): Promise<void>;
  /** Goes on under a new secret, where this request has changed the roles of its own user. */
  renew(): Promise<void>;
}

/**
 * What the user of a session can do to their account. Each throws FORBIDDEN for everybody else: a limited token could
 * make itself an unlimited one.
 */
export interface AccountActions {
  listSessions(): Promise<ListedSession[]>;
  endSession(handle: string): Promise<void>;
  endAllSessions(): Promise<void>;
  /** @throws SIGN_IN_FAILED, BAD_INPUT */
  changePassword(current: string, next: string): Promise<IssuedSession>;
  listTokens(): Promise<ApiTokenRow[]>;
  /** @throws BAD_INPUT, FORBIDDEN */
  createToken(name: string, scopes: readonly string[], days: number): Promise<{ secret: string; token: ApiTokenRow }>;
  revokeToken(id: string): Promise<void>;
  hasSecondFactor(): Promise<boolean>;
  /** For the authenticator app. @throws CONFLICT */
  startSecondFactor(password: string): Promise<{ secret: string; uri: string }>;
  /** The recovery codes. @throws SIGN_IN_FAILED, CONFLICT */
  confirmSecondFactor(code: string): Promise<string[]>;
  /** @throws SIGN_IN_FAILED */
  stopSecondFactor(code: string): Promise<void>;
}

/** What anybody can do who reads a mailbox. */
export interface MailboxActions {
  requestSignUp(email: string, name: string): void;
  /** @throws LINK_INVALID, BAD_INPUT */
  finishSignUp(token: string, password: string): Promise<IssuedSession>;
  requestPasswordReset(email: string): void;
  /** @throws LINK_INVALID, BAD_INPUT */
  resetPassword(token: string, password: string): Promise<void>;
}
