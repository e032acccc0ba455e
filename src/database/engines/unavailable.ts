import { PergolaError, tooDeep } from '../../errors.ts';
import { sumTooLarge } from '../aggregate.ts';

/** What drivers, servers and Prisma's driver adapters say when no answer is to be had now, and one may be later. */
const away = new Set<unknown>(
  [
    // Prisma Client: not reachable, closed, no connection in time, too many. Not P2039: it is whatever else a driver says,
    // whose own code stands in it.
    ['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2037'],
    ['DatabaseNotReachable', 'ConnectionClosed', 'TooManyConnections'],
    ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN'],
    // MySQL and MariaDB: too many connections, shutting down, killed, read-only, a statement that took too long.
    [1040, 1053, 1203, 1290, 1792, 1836, 1927, 1969, 2013, 3024],
    // The driver of them: no connection in time, one that is closed or broke.
    [45009, 45012, 45013, 45026, 45027, 45028, 45034, 45035],
    // PostgreSQL: too many connections, shutting down, starting up, read-only, a statement or wait that took too long.
    ['53300', '57P01', '57P02', '57P03', '25006', '57014', '25P03'],
    ['08000', '08001', '08003', '08004', '08006'],
  ].flat(),
);

/** The driver of PostgreSQL has no codes for these. */
const awayTexts =
  /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|Client was closed)/;

/** SQLite's errors of the disk as Prisma's adapter has them: numbers whose low byte says what kind it is. */
const numbersOfDisk = new Set([10, 11, 26]);

const outOfRange: Readonly<Record<string, string | undefined>> = {
  '1690': 'the range of a Float',
  '22003': 'the range of a Float',
};

/**
 * What a statement holds too much of. MySQL and MariaDB: tables, nesting, parameters. PostgreSQL: nesting, columns,
 * arguments, and what it counts in 16 bits.
 */
const tooMuch = new Set<unknown>([1116, 1119, 1390, 1436, 1437, 1473, '54000', '54001', '54011', '54023']);

/**
 * Runs a statement or a transaction, and says in our words what has nothing to do with what was asked.
 *
 * @throws DATABASE_UNAVAILABLE when the engine does not answer, TOO_DEEP for a statement that it cannot hold, BAD_INPUT for a sum that leaves its range.
 */
export async function translateErrors<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (isAway(error)) throw unavailable(error);
    if (codesOf(error).some((code) => tooMuch.has(code))) throw tooDeep();
    const [range] = codesOf(error).flatMap((code) => outOfRange[String(code)] ?? []);
    throw range ? sumTooLarge(range) : error;
  }
}

function isAway(error: unknown): boolean {
  const isSaid = error instanceof Error && awayTexts.test(error.message);
  return isSaid || isOfDisk(error) || codesOf(error).some((code) => away.has(code));
}

/** On SQLite: the disk does not answer, or with something else than what was written. */
export const isOfDisk = (error: unknown): boolean =>
  codesOf(error).some((code) => /^SQLITE_(IOERR|CORRUPT|NOTADB)/.test(String(code)));

/** Of the error, and of what an adapter wrapped it in. */
function codesOf(error: unknown): unknown[] {
  if (typeof error !== 'object' || error === null || error instanceof PergolaError) return [];
  const { code, errno, kind, extendedCode, cause, meta } = error as Record<string, unknown>;
  const { driverAdapterError } = (meta ?? {}) as Record<string, unknown>;
  const ofDisk = kind === 'sqlite' && numbersOfDisk.has(Number(extendedCode) % 256) ? 'SQLITE_IOERR' : undefined;
  return [code, errno, kind, ofDisk, ...codesOf(cause), ...codesOf(driverAdapterError)].filter(
    (it) => it !== undefined,
  );
}

const unavailable = (cause: unknown) => {
  const error = new PergolaError('DATABASE_UNAVAILABLE', 'The database does not answer.', 'Try again in a moment.');
  error.cause = cause;
  return error;
};
