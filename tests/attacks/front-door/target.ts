/** What is attacked: a server, and what is seen of it from outside and from inside. */
import type { Answered, Raw, Sent } from './attack.ts';

export interface Target {
  readonly url: string;
  /** Secrets by persona. Those of `tagReader` are an API token's, the others a session's. */
  readonly tokens: Readonly<Record<string, string>>;
  readonly inside: Inside;
  send(request: Sent | Raw): Promise<Answered>;
  /** The server as `npm run serve` starts it, in a process of its own. */
  start(settings?: ProcessSettings): Promise<OwnProcess>;
}

/**
 * What no caller sees, and time and faults that no caller makes. Answers are data, because the server may be in another
 * process.
 */
export interface Inside {
  /** A new user: an address that nobody had, and the secret of a session. */
  newUser(password: string, hashing?: { memoryCost: number; timeCost: number }): Promise<NewUser>;
  /** What a thief of the database reads about an account. */
  stored(email: string): Promise<Stored>;
  /** Lets time pass for the sessions and mailed links of a user. */
  age(email: string, days: number): Promise<void>;
  /** From now on the database lacks a table, until it is mended. */
  breakTable(name: string): Promise<void>;
  mendTable(name: string): Promise<void>;
  log(): Promise<string[]>;
  /** All that was sent, once nothing is under way any more. */
  mails(): Promise<string[]>;
  connections(): Promise<number>;
  /** The longest time in which the server did nothing else, since this was asked last. */
  stallMs(): Promise<number>;
  /** The same for who runs the attack, since they have asked last; and how much memory it took. */
  figures(): Promise<Figures>;
  /** What every object of the process has got. */
  inherited(): Promise<string[]>;
  /** The address of a second server on the same database. */
  another(): Promise<string>;
}

export interface NewUser {
  readonly email: string;
  readonly session: string;
}

export interface Stored {
  readonly passwordHash: string | null;
  readonly sessions: readonly { readonly id: string; readonly handle: string }[];
}

export interface Figures {
  readonly stallMs: number;
  readonly memoryMb: number;
}

export interface ProcessSettings {
  readonly environment?: Readonly<Record<string, string>>;
  /** JavaScript that runs before the server does. */
  readonly before?: string;
}

export interface OwnProcess extends AsyncDisposable {
  /** 0 when it has ended without listening. */
  readonly port: number;
  readonly pid: number;
  signal(name: NodeJS.Signals): void;
  readonly ended: Promise<Ended>;
  output(): string;
  errors(): string;
}

export interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}
