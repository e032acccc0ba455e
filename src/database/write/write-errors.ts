import { PergolaError, type ErrorCode } from '../../errors.ts';

/**
 * What the database refused, in our words. Its own text names columns, constraints and values, among them those of
 * rows that the viewer may not see, so none of it is passed on.
 */
export function toWriteError(error: unknown, model: string, inputPath: string): unknown {
  const refusal = refusals[kindOf(error)];
  return refusal ? new PergolaError(refusal.code, refusal.fact(model), refusal.remedy, inputPath) : error;
}

/** Whether the row is at fault, or that it is not as it must be (`Engine.insertJudged`). */
export const isRefused = (error: unknown) => refusals[kindOf(error)] !== undefined || codeOf(error) === divisionByZero;

/** In PostgreSQL. */
const divisionByZero = '22012';

/** Another writer was in the way; the transaction was undone and may be tried again. */
export const isRetryable = (error: unknown) => retryable.has(kindOf(error)) || retryable.has(codeOf(error));

/** It was not undone at once: it has waited for the lock of another. */
export const hasWaited = (error: unknown) => kindOf(error) === 'SocketTimeout' || waits.has(codeOf(error));

export const isUniqueViolation = (error: unknown) => kindOf(error) === 'UniqueConstraintViolation';

/** In MariaDB and in PostgreSQL. */
const waits = new Set(['1205', '55P03']);

/** The last one is Prisma Client's. */
const retryable = new Set(['SocketTimeout', 'TransactionWriteConflict', 'P2034', ...waits]);

/** What kind of error it is, in the words of Prisma's driver adapters, which Prisma Client's errors come with. */
function kindOf(error: unknown): string {
  if (!(error instanceof Error && error.name === 'DriverAdapterError')) return kinds[codeOf(error)] ?? '';
  const { cause } = error;
  return typeof cause === 'object' && cause !== null && 'kind' in cause ? String(cause.kind) : '';
}

/** The kinds of what drivers say: the numbers are MariaDB's and MySQL's, the words SQLite's, the others PostgreSQL's. */
const kinds: Readonly<Record<string, string | undefined>> = {
  1062: 'UniqueConstraintViolation',
  23505: 'UniqueConstraintViolation',
  SQLITE_CONSTRAINT_UNIQUE: 'UniqueConstraintViolation',
  SQLITE_CONSTRAINT_PRIMARYKEY: 'UniqueConstraintViolation',
  1451: 'ForeignKeyConstraintViolation',
  1452: 'ForeignKeyConstraintViolation',
  23503: 'ForeignKeyConstraintViolation',
  SQLITE_CONSTRAINT_FOREIGNKEY: 'ForeignKeyConstraintViolation',
  // Of a key that restricts: SQLite keeps it by a trigger.
  SQLITE_CONSTRAINT_TRIGGER: 'ForeignKeyConstraintViolation',
  23001: 'RestrictViolation',
  1048: 'NullConstraintViolation',
  1263: 'NullConstraintViolation',
  1364: 'NullConstraintViolation',
  23502: 'NullConstraintViolation',
  SQLITE_CONSTRAINT_NOTNULL: 'NullConstraintViolation',
  1406: 'LengthMismatch',
  22001: 'LengthMismatch',
  1264: 'ValueOutOfRange',
  22003: 'ValueOutOfRange',
  1213: 'TransactionWriteConflict',
  40001: 'TransactionWriteConflict',
  '40P01': 'TransactionWriteConflict',
  SQLITE_BUSY: 'SocketTimeout',
  SQLITE_BUSY_RECOVERY: 'SocketTimeout',
  SQLITE_BUSY_SNAPSHOT: 'SocketTimeout',
  SQLITE_BUSY_TIMEOUT: 'SocketTimeout',
};

/** The driver of MariaDB has names for codes, and the number beside. */
function codeOf(error: unknown): string {
  const { code, errno, cause } = (error ?? {}) as {
    code?: string | number;
    errno?: number;
    cause?: { code?: string | number } | null;
  };
  return String(errno ?? cause?.code ?? code ?? '');
}

interface Refusal {
  readonly code: ErrorCode;
  readonly fact: (model: string) => string;
  readonly remedy: string;
}

const dependent: Refusal = {
  code: 'CONFLICT',
  fact: (model) => `Other rows depend on this ${model}, or one that it depends on is gone.`,
  remedy: 'Change those first.',
};

const refusals: Record<string, Refusal | undefined> = {
  UniqueConstraintViolation: {
    code: 'CONFLICT',
    fact: (model) => `A ${model} with these unique values cannot be stored.`,
    remedy: 'Choose other values.',
  },
  ForeignKeyConstraintViolation: dependent,
  RestrictViolation: dependent,
  NullConstraintViolation: {
    code: 'BAD_INPUT',
    fact: (model) => `A required field of ${model} is missing.`,
    remedy: 'Give it a value.',
  },
  LengthMismatch: {
    code: 'BAD_INPUT',
    fact: (model) => `A value is too long for its field of ${model}.`,
    remedy: 'Shorten it.',
  },
  ValueOutOfRange: {
    code: 'BAD_INPUT',
    fact: (model) => `A number is out of range for its field of ${model}.`,
    remedy: 'Give a smaller one.',
  },
};
