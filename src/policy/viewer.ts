import type { TokenScopes } from './token-scopes.ts';

/** On whose behalf a request runs: a user with roles, an API token, or nobody. */
export interface Viewer {
  readonly kind: 'user' | 'token' | 'guest';
  /** The user's key; null for a guest. */
  readonly id: string | null;
  /** Global roles. A role that holds in one organization only is a row, and a rule asks for that row. */
  readonly roles: readonly string[];
  /** Of an API token: within these it may do what its owner may. Without them, everything that its roles allow. */
  readonly scopes?: TokenScopes;
}

export const guest: Viewer = { kind: 'guest', id: null, roles: [] };

/**
 * Pergola itself, before it knows who asks: everything is granted. It is known by identity, so that nothing that was
 * made from a request can be it.
 */
export const system: Viewer = Object.freeze({ kind: 'guest', id: null, roles: [] });

/** A viewer's value standing in a rule, filled in when the statement runs. */
export interface ViewerValue<T = string> {
  readonly viewer: 'id';
  /** Never present: it carries the type of the value to the compiler. */
  readonly type?: T;
}

/** Stands for the current viewer inside rules and presets. */
export const viewer: { readonly id: ViewerValue } = { id: { viewer: 'id' } };

export function isViewerValue(value: unknown): value is ViewerValue {
  return typeof value === 'object' && value !== null && 'viewer' in value && value.viewer === 'id';
}

/** Two viewers of one shape have the same compiled rules; only the values bound to them differ. */
export function viewerShape(it: Viewer): string {
  if (it === system) return 'system';
  // The scopes too: a plan of a token is not one of its owner.
  return JSON.stringify([it.kind, it.id !== null, it.roles.toSorted(), it.scopes?.toSorted()]);
}
