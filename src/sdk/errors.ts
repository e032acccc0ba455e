import type { ErrorCode } from './error-codes.ts';

/** The server's codes, and what can go wrong on the way to it. */
export type PergolaErrorCode = ErrorCode | 'NETWORK' | 'BAD_ANSWER' | 'GRAPHQL_VALIDATION_FAILED';

export interface ErrorAnswer {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: { readonly code?: string; readonly inputPath?: string; readonly requestId?: string };
}

/** An operation that failed. `message` is for people, `code` for programs. */
export class PergolaError extends Error {
  override readonly name = 'PergolaError';
  readonly code: PergolaErrorCode;
  /** Where in the answer: `['observations', 'nodes', 0, 'internalNote']`. */
  readonly path: readonly (string | number)[] | undefined;
  /** Where in the variables: `data.site.connect`. */
  readonly inputPath: string | undefined;
  /** What the server's log knows the request by. */
  readonly requestId: string | undefined;
  /** HTTP; undefined when no answer came. */
  readonly status: number | undefined;
  /** All that went wrong; the first of them is this one. */
  readonly errors: readonly ErrorAnswer[];

  constructor(errors: readonly ErrorAnswer[], status?: number, cause?: unknown) {
    const [first] = errors;
    super(first?.message ?? 'The operation failed.', { cause });
    this.code = (first?.extensions?.code ?? 'BAD_ANSWER') as PergolaErrorCode;
    this.path = first?.path;
    this.inputPath = first?.extensions?.inputPath;
    this.requestId = first?.extensions?.requestId;
    this.status = status;
    this.errors = errors;
  }
}
