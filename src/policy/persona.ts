import { guest, type Viewer } from './viewer.ts';

/** A named example viewer: for tests, GraphiQL, the policy lock and its page. Without an e-mail address it is the guest. */
export interface Persona {
  readonly email: string | null;
  /** Roles that hold everywhere. */
  readonly roles: readonly string[];
  readonly description: string;
}

export type Personas = Readonly<Record<string, Persona>>;

/** A viewer like the persona: rules ask for roles and for being somebody, and the key is filled in when a statement runs. */
export function viewerLike({ email, roles }: Persona): Viewer {
  return email === null ? guest : { kind: 'user', id: email, roles };
}
