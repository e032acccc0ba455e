import { PergolaError } from '../../errors.ts';

/** An error that Prisma's CLI knows by its code: https://www.prisma.io/docs/orm/reference/error-reference#schema-engine-migrate */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  /** Such as P1003; without one the CLI prints the message alone. */
  readonly code: string | undefined;
  /** The parts of the message, under the names that Prisma gives them. */
  readonly meta: Record<string, string>;

  constructor(code: string | undefined, message: string, meta: Record<string, string> = {}) {
    super(message);
    this.code = code;
    this.meta = meta;
  }
}

/** What the CLI is told of an error: it prints the code, be it Prisma's or ours, and the message. */
export function describeError(error: unknown): {
  message: string;
  code: string | undefined;
  meta: Record<string, string>;
} {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof EngineError) return { message, code: error.code, meta: error.meta };
  return { message, code: error instanceof PergolaError ? error.code : undefined, meta: {} };
}

/** The engine ends its messages with its own call stack, `   0: sql_schema_connector::…`, which says nothing to a user. */
export function fromEngine(error: unknown): unknown {
  if (!(error instanceof Error) || error.name !== 'SchemaConnectorError') return error;
  const [message = error.message] = error.message.split(/\n\s*0: \w+::/);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return new EngineError(code, message.replace(/^SQLITE_ERROR: /, '').trim());
}

/** Prisma's text for a migration whose SQL was refused; the WebAssembly engine reports the database's words alone. */
export function migrationRefused(migration: string, databaseError: string): EngineError {
  const text = [
    'A migration failed to apply. New migrations cannot be applied before the error is recovered from. ' +
      'Read more about how to resolve migration issues in a production database: https://pris.ly/d/migrate-resolve',
    `Migration name: ${migration}`,
    `Database error:\n${databaseError}`,
  ];
  return new EngineError('P3018', text.join('\n\n'), { migration_name: migration, database_error: databaseError });
}
