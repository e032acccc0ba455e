/** What an attack is, as data. */
import type { ServerName } from './servers.ts';
import type { Target } from './target.ts';

export interface Sent {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  /** A persona whose token goes along. */
  readonly as?: string;
  /** Another server than the one that is attacked. */
  readonly server?: string;
}

/** Bytes, for what no client of HTTP would send. The answer is all that comes until the server closes. */
export interface Raw {
  readonly raw: string;
  /** How long an answer is waited for. */
  readonly patienceMs?: number;
}

export interface Answered {
  /** 0 when none came in time, or the connection was closed without one. */
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Undefined when it is no JSON. */
  readonly json: { data?: unknown; errors?: { message: string; extensions: { code: string } }[] } | undefined;
  readonly milliseconds: number;
}

/** What is made of the answers so far, or done to the server: what is to be sent next, or what was seen. */
export type Act = (target: Target, answers: readonly Answered[]) => Made | Promise<Made>;
type Made = Sent | Raw | Answered | readonly (Sent | Raw | Answered)[] | void;

export interface Attack {
  /** In the catalogue of attacks. */
  readonly number: number;
  readonly title: string;
  /** Of `servers.ts`; that of production unless told. */
  readonly on?: ServerName;
  /** One after the other, unless they go `together`; `times` of each at once. */
  readonly sends: readonly (Sent | Raw | Act)[];
  readonly times?: number;
  readonly together?: boolean;
  /** Statuses from 500 on that the case asks for. All others are wrong. */
  readonly mayAnswer?: readonly number[];
  /** It is about time, which a machine that does other things too spoils now and then: so often it may be tried. */
  readonly tries?: number;
  /** What is wrong with the answers: nothing when the attack is refused. */
  readonly expects: (answers: readonly Answered[]) => string | undefined;
  /** The weakened build of `weakened-builds.ts` that lets it through. */
  readonly passes: string;
}
