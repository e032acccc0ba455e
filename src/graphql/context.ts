import type { IdempotentRequest, ViewerDatabase } from '../database/database.ts';
import type { Viewer } from '../policy/viewer.ts';

/** What every resolver of one request shares. */
export interface Context {
  readonly viewer: Viewer;
  /** The rows as this viewer may see and change them. */
  readonly database: ViewerDatabase;
  readonly session: SessionActions;
  /** Set for a request that takes effect once. */
  readonly idempotent?: IdempotentRequest | undefined;
}

/** What a request can do to its own session. */
export interface SessionActions {
  /** The signed-in user, or null. */
  readonly user: { readonly id: string; readonly email: string; readonly name: string } | null;
  /** @throws SIGN_IN_FAILED */
  signIn(email: string, password: string): Promise<{ token: string; expiresAt: Date }>;
  signOut(): Promise<void>;
}
