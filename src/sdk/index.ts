export { createClient, type Client } from './client.ts';
export {
  connect,
  type CallOptions,
  type ConnectOptions,
  type Connection,
  type Drift,
  type DriftStatus,
} from './connect.ts';
export { PergolaError, type ErrorAnswer, type PergolaErrorCode } from './errors.ts';
export type { ErrorCode } from './error-codes.ts';
export { apiHash } from './generated/api-hash.ts';
export * from './generated/operations.ts';
export type * as Api from './generated/types.ts';
export { graphql, type Document } from './graphql.ts';
export type { Operation } from './operation.ts';
