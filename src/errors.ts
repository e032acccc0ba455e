/** Every error that Pergola itself raises: a stable code, the fact with the offending value, and the remedy. */

export const errorCodes = [
  'BAD_CONFIG',
  'BAD_CURSOR',
  'BAD_ID',
  'BAD_INPUT',
  'BAD_SCHEMA',
  'CONFLICT',
  'DATABASE_FULL',
  'DATABASE_UNAVAILABLE',
  'DOCUMENT_NOT_TRUSTED',
  'DOCUMENT_UNKNOWN',
  'EXPECTATION_FAILED',
  'FORBIDDEN',
  'IDEMPOTENCY_KEY_REUSED',
  'IMPORT_BAD_FILE',
  'IMPORT_FILE_CHANGED',
  'IMPORT_INTERRUPTED',
  'IMPORT_LEASE_LOST',
  'IMPORT_PLAN_STALE',
  'IMPORT_RUNNING',
  'IMPORT_TOO_MANY_ERRORS',
  'IMPORT_UNKNOWN_COLUMN',
  'INTERNAL',
  'ISSUER_UNAVAILABLE',
  'LINK_INVALID',
  'MIGRATION_FAILED',
  'NOT_FOUND',
  'POLICY_INVALID',
  'POLICY_MISSING',
  'PORT_TAKEN',
  'RATE_LIMITED',
  'BAD_REQUEST',
  'SECOND_FACTOR_REQUIRED',
  'SHUTTING_DOWN',
  'SIGN_IN_FAILED',
  'STALE_VERSION',
  'TIMED_OUT',
  'TOO_COMPLEX',
  'TOO_DEEP',
  'TOO_MANY_REQUESTS',
  'UNAUTHENTICATED',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

export class PergolaError extends Error {
  override readonly name = 'PergolaError';

  readonly code: ErrorCode;
  /** What is the case, with the offending value. */
  readonly fact: string;
  /** What to do about it. */
  readonly remedy: string;
  /** Where in the caller's input, such as `data.site.connect`. */
  readonly inputPath: string | undefined;

  constructor(code: ErrorCode, fact: string, remedy: string, inputPath?: string) {
    super(`${fact} ${remedy}`.trim());
    this.code = code;
    this.fact = fact;
    this.remedy = remedy;
    this.inputPath = inputPath;
  }
}

export const badConfig = (fact: string, remedy: string) => new PergolaError('BAD_CONFIG', fact, remedy);

export const badInput = (fact: string, remedy: string, inputPath?: string) =>
  new PergolaError('BAD_INPUT', fact, remedy, inputPath);

/** Absent and forbidden rows read the same, to the letter: the text names only what the caller sent. */
export const notFound = (model: string, inputPath?: string) =>
  new PergolaError('NOT_FOUND', `No ${model} matches.`, 'Check the key, and that you may see the row.', inputPath);

export const forbidden = (what: string, inputPath?: string) =>
  new PergolaError('FORBIDDEN', `You may not ${what}.`, 'Leave it out, or ask for the right.', inputPath);

/** No engine takes a statement of any size. */
export const tooDeep = () =>
  new PergolaError(
    'TOO_DEEP',
    'The conditions cross more relations than one statement can.',
    'Ask in several operations.',
  );

/** The row is not as it was when the caller read it. */
export const staleVersion = (model: string, inputPath: string) =>
  new PergolaError(
    'STALE_VERSION',
    `The ${model} has changed since that version.`,
    'Read it again, and decide anew.',
    inputPath,
  );

/** Another number of rows than the caller meant: nothing is changed. */
export const expectationFailed = (fact: string, inputPath: string) =>
  new PergolaError('EXPECTATION_FAILED', fact, 'Nothing is changed. Look at what matches, and say it anew.', inputPath);

/** Nothing of what was asked has been written; what was acknowledged before is there. */
export const databaseFull = () =>
  new PergolaError(
    'DATABASE_FULL',
    'There is no room left where the database is.',
    'Make room on its disk, and try again.',
  );

/** A key stands for one request. */
export const idempotencyKeyReused = (key: string) =>
  new PergolaError(
    'IDEMPOTENCY_KEY_REUSED',
    `The Idempotency-Key "${key}" has been used for another request.`,
    'Make a new key for each request, and send the same only to repeat it.',
  );
