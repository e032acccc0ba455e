/** A named example viewer: for tests, GraphiQL and the policy page. Without an e-mail address it is the guest. */
export interface Persona {
  readonly email: string | null;
  readonly description: string;
}

export type Personas = Readonly<Record<string, Persona>>;
