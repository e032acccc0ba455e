import { badConfig } from '../errors.ts';

/** How much one operation may ask. `src/app/limits.ts` changes them. */
export interface OperationLimits {
  /** Bytes of a request's body. */
  readonly bodyBytes: number;
  /** Brackets within brackets, in the document and in variables; looked at before anything is parsed. */
  readonly nesting: number;
  /** Names, numbers and signs of a document. */
  readonly tokens: number;
  /** Fields within fields. */
  readonly depth: number;
  /** Fields under another name, `__typename` as well. */
  readonly aliases: number;
  readonly directives: number;
  /** Fields of one mutation. */
  readonly rootMutations: number;
  /** Rows that an operation may read at most, by the page sizes that it asks for. */
  readonly nodes: number;
  /** What costs no more than this is not counted by rate limits. */
  readonly freeNodes: number;
  /** Entries of a list, in the document and in variables. */
  readonly listEntries: number;
  /** How long an operation may take. */
  readonly seconds: number;
  /** Imports and exports over HTTP at the same time. */
  readonly transfers: number;
  /** The same of one user, or of one address for guests. */
  readonly transfersOfOne: number;
}

/** Rows of a page of a list. They stand in the API's descriptions, so they are the same for every application. */
export const pageSizes = { default: 20, max: 100 };

const defaults: OperationLimits = {
  bodyBytes: 1_000_000,
  nesting: 60,
  tokens: 10_000,
  depth: 32,
  aliases: 100,
  directives: 50,
  rootMutations: 20,
  nodes: 10_000,
  freeNodes: 1_000,
  listEntries: 1_000,
  seconds: 30,
  transfers: 8,
  transfersOfOne: 2,
};

/** @throws BAD_CONFIG for a limit that is no number from 1 on. */
export function operationLimitsWith(changes: Partial<OperationLimits> = {}): OperationLimits {
  const limits = { ...defaults, ...changes };
  const wrong = Object.entries(limits).find(([, value]) => !(value >= 1));
  if (wrong) throw badConfig(`The limit ${wrong[0]} is ${wrong[1]}.`, 'Give a number from 1 on.');
  return limits;
}
