import { GraphQLError, type GraphQLErrorOptions } from 'graphql';
import { refusedRightOf, refusing } from '../database/refused-right.ts';
import { errorCodes, PergolaError, type ErrorCode } from '../errors.ts';
import { RateLimited } from '../limits/rate-limiter.ts';

/**
 * The one place where errors become answers. Ours say their code, fact and remedy; those of GraphQL speak of the
 * caller's own document; of everything else nothing is said (`use-error-report.ts` logs it whole).
 */
export function maskError(error: unknown): GraphQLError {
  const original = error instanceof GraphQLError ? (error.originalError ?? error) : error;
  const place = error instanceof GraphQLError ? placeOf(error) : {};
  if (original instanceof PergolaError) {
    const { code, message, inputPath, cause } = original;
    const masked = new GraphQLError(message, {
      ...place,
      originalError: cause instanceof Error ? cause : null,
      extensions: { code, ...(inputPath && { inputPath }), ...waiting(original), ...httpStatus(original) },
    });
    return refusing(masked, refusedRightOf(original));
  }
  if (original instanceof GraphQLError) {
    return new GraphQLError(original.message, {
      ...place,
      extensions: { ...original.extensions, code: ownCode(original) },
    });
  }
  const cause = original instanceof Error ? original : new Error(String(original));
  return new GraphQLError('Something went wrong on our side.', {
    ...place,
    originalError: cause,
    extensions: { code: 'INTERNAL' },
  });
}

/** Where in the document and in the answer. */
export const placeOf = ({ nodes, source, positions, path }: GraphQLError): GraphQLErrorOptions => ({
  nodes: nodes ?? null,
  source: source ?? null,
  positions: positions ?? null,
  path: path ?? null,
});

/** Our code for an error of GraphQL's own: what is not ours is a bad request. */
export function ownCode({ extensions }: GraphQLError): ErrorCode {
  const code = errorCodes.find((it) => it === extensions['code']);
  return code ?? (extensions['code'] === 'BAD_USER_INPUT' ? 'BAD_INPUT' : 'BAD_REQUEST');
}

/** For programs, which find it harder to read the header of an answer that has errors. */
const waiting = (error: PergolaError) =>
  error instanceof RateLimited ? { retryAfterSeconds: error.retryAfterSeconds } : {};

const badRequests: readonly ErrorCode[] = [
  'TOO_DEEP',
  'TOO_COMPLEX',
  'BAD_REQUEST',
  'DOCUMENT_UNKNOWN',
  'DOCUMENT_NOT_TRUSTED',
];

function httpStatus(error: PergolaError): { http?: { status: number; headers?: Record<string, string> } } {
  const { code } = error;
  if (error instanceof RateLimited)
    return { http: { status: 429, headers: { 'retry-after': String(error.retryAfterSeconds) } } };
  if (code === 'IDEMPOTENCY_KEY_REUSED') return { http: { status: 422 } };
  if (badRequests.includes(code)) return { http: { status: 400 } };
  if (code === 'TIMED_OUT') return { http: { status: 504 } };
  if (code === 'DATABASE_FULL') return { http: { status: 507 } };
  // Whoever asks is not the one who asked too much: 503, as all others get it then.
  return code === 'DATABASE_UNAVAILABLE' || code === 'TOO_MANY_REQUESTS'
    ? { http: { status: 503, headers: { 'retry-after': '1' } } }
    : {};
}
