import { GraphQLError, type GraphQLErrorOptions } from 'graphql';
import { PergolaError, type ErrorCode } from '../errors.ts';

/**
 * The one place where errors become answers. Ours say their code, fact and remedy; those of GraphQL speak of the
 * caller's own document; of everything else nothing is said (`use-error-report.ts` logs it whole).
 */
export function maskError(error: unknown): GraphQLError {
  const original = error instanceof GraphQLError ? (error.originalError ?? error) : error;
  const place = error instanceof GraphQLError ? placeOf(error) : {};
  if (original instanceof PergolaError) {
    const { code, message, inputPath } = original;
    return new GraphQLError(message, { ...place, extensions: { code, ...(inputPath && { inputPath }), ...httpStatus(code) } });
  }
  if (original instanceof GraphQLError) {
    const { code = 'BAD_REQUEST', http } = original.extensions;
    return new GraphQLError(original.message, { ...place, extensions: { code: codes[String(code)] ?? code, ...(http ? { http } : {}) } });
  }
  const cause = original instanceof Error ? original : new Error(String(original));
  return new GraphQLError('Something went wrong on our side.', { ...place, originalError: cause, extensions: { code: 'INTERNAL' } });
}

const placeOf = ({ nodes, source, positions, path }: GraphQLError): GraphQLErrorOptions => ({
  nodes: nodes ?? null,
  source: source ?? null,
  positions: positions ?? null,
  path: path ?? null,
});

/** GraphQL servers' own names for what is a bad request here. */
const codes: Record<string, ErrorCode> = {
  GRAPHQL_PARSE_FAILED: 'BAD_REQUEST',
  GRAPHQL_VALIDATION_FAILED: 'BAD_REQUEST',
  BAD_USER_INPUT: 'BAD_INPUT',
  OPERATION_RESOLUTION_FAILURE: 'BAD_REQUEST',
};

function httpStatus(code: ErrorCode): { http?: { status: number } } {
  if (code === 'TOO_MANY_REQUESTS') return { http: { status: 429 } };
  if (code === 'TOO_DEEP' || code === 'BAD_REQUEST') return { http: { status: 400 } };
  return code === 'DATABASE_UNAVAILABLE' ? { http: { status: 503 } } : {};
}
