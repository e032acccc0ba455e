import type { PrismaClient } from '../../generated/sqlite/client.ts';
import { untilFree } from '../write/until-free.ts';
import { translateErrors } from './unavailable.ts';

/** What is asked of Prisma Client; of any engine's, for they differ in nothing that is asked of them here. */
interface Extendable {
  $extends(extension: { query: { $allOperations: (call: Call) => Promise<unknown> } }): unknown;
}

interface Call {
  readonly args: unknown;
  query(args: unknown): Promise<unknown>;
}

/** Prisma Client that tries again when others were in the way, and says in our words when the database is away. */
export function patientClient(client: unknown): PrismaClient {
  const patient = (client as Extendable).$extends({
    query: { $allOperations: ({ args, query }) => untilFree(() => translateErrors(() => query(args))) },
  });
  return patient as PrismaClient;
}
