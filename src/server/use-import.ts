import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { Plugin } from 'graphql-yoga';
import type { Logger } from 'pino';
import { viewerOf } from '../auth/identify.ts';
import type { Database } from '../database/database.ts';
import { badInput, notFound, PergolaError } from '../errors.ts';
import { findImport } from '../import/import-log.ts';
import { columnPairs, constantPairs } from '../import/pairs.ts';
import { formats, type Format } from '../import/parse.ts';
import { createErrorKeeper, type Counts } from '../import/report.ts';
import { resumeImport, runImport, type ImportSettings, type Mappings } from '../import/run-import.ts';
import { conflictModes, type OnConflict } from '../import/write-rows.ts';
import type { Viewer } from '../policy/viewer.ts';
import { RateLimited } from '../limits/rate-limiter.ts';
import { errorResponse } from './error-response.ts';
import type { IdentityOf } from './identity-of.ts';
import { requestIdOf } from './use-request-id.ts';

export interface ImportOverHttp {
  readonly database: Database;
  readonly mappings: Mappings;
  readonly identityOf: IdentityOf;
  readonly beginTransfer: BeginTransfer;
  readonly logger: Logger;
  /** Told what became of the rows. */
  readonly imported?: ((counts: Counts) => void) | undefined;
}

/** Counts a file that comes in or goes out, until what it returns is called. Throws when there are too many. */
export type BeginTransfer = (viewer: Viewer, request: Request, serverContext: object) => () => void;

/**
 * `POST /-/import/<Model>?key=…&format=csv` with a file as its body and credentials in the `Authorization` header: the
 * rows are written while the file arrives; `POST /-/import?resume=<id>` with the same file goes on with an import. A cookie is not enough, for browsers send it for other sites' pages too.
 */
export const useImport = ({
  database,
  mappings,
  identityOf,
  beginTransfer,
  logger,
  imported,
}: ImportOverHttp): Plugin => ({
  async onRequest({ request, url, fetchAPI, endResponse, serverContext }) {
    const id = url.searchParams.get('resume');
    const model = id === null ? /^\/-\/import\/(\w+)$/.exec(url.pathname)?.[1] : undefined;
    const isImport = model !== undefined || (id !== null && /^\/-\/import(\/\w+)?$/.test(url.pathname));
    if (!isImport || request.method !== 'POST') return;
    let end = () => {};
    const errors = createErrorKeeper();
    try {
      const identity = request.headers.get('authorization') === null ? null : await identityOf(request);
      if (!identity || identity.kind === 'nobody') throw unauthenticated();
      const viewer = viewerOf(identity);
      if (!request.body) throw badInput('The request has no body.', 'Send the file as the body.');
      end = beginTransfer(viewer, request, serverContext);
      const options = {
        database,
        viewer,
        mappings,
        request: { id: requestIdOf(request) },
        input: Readable.from(request.body),
        maxErrors: numberOf(url.searchParams, 'maxErrors'),
        onRefused: errors.keep,
      };
      const report =
        model === undefined
          ? await resumeImport(await ownImport(database, id!, viewer), options)
          : await runImport({
              ...options,
              model,
              settings: settingsOf(url.searchParams, request.headers.get('content-type')),
              anew: url.searchParams.get('anew') === 'true',
            });
      imported?.(report);
      const asksForAll = url.searchParams.get('allErrors') === 'true';
      endResponse(fetchAPI.Response.json(asksForAll ? errors.withAll(report) : report));
    } catch (error) {
      if (!(error instanceof PergolaError)) {
        logger.error({ err: error }, 'an import failed');
        throw error;
      }
      const headers = {
        ...retryAfter(error),
        ...(error.code === 'UNAUTHENTICATED' && { 'www-authenticate': 'Bearer' }),
      };
      endResponse(errorResponse(fetchAPI, error, { status: statusOf(error), headers }));
      leaveSoon(serverContext);
    } finally {
      end();
    }
  },
});

/** How long what is left of a file still comes in, and is thrown away, when the answer is given. */
const lingerMs = 2000;

/**
 * Closes the connection, but not at once: to who still sends it would look broken, and the answer on its way would be
 * lost. A client that has read it sends no more.
 */
function leaveSoon(serverContext: object): void {
  const { req } = serverContext as { req?: IncomingMessage };
  const leave = () => req?.complete === false && req.destroy();
  setTimeout(leave, lingerMs).unref();
}

/** Only whoever began it may go on with it: it writes in their name. */
async function ownImport(database: Database, id: string, viewer: Viewer) {
  const entry = await findImport(database, id);
  if (entry.userId !== viewer.id) throw notFound(entry.model, 'resume');
  return entry;
}

const known = [
  'key',
  'format',
  'onConflict',
  'mapping',
  'map',
  'set',
  'null',
  'maxErrors',
  'allErrors',
  'anew',
  'resume',
];

function settingsOf(query: URLSearchParams, contentType: string | null): ImportSettings {
  const stranger = [...query.keys()].find((name) => !known.includes(name));
  if (stranger !== undefined)
    throw badInput(`There is no parameter "${stranger}".`, `Use ${known.join(', ')}.`, stranger);
  const one = (name: string) => query.get(name) ?? undefined;
  const [key, mapping, nullText] = [one('key'), one('mapping'), one('null')];
  const format = oneOf(formats, one('format') ?? formatOf(contentType), 'format') as Format;
  return {
    format,
    onConflict: oneOf(conflictModes, one('onConflict') ?? 'update', 'onConflict') as OnConflict,
    ...(key !== undefined && { key: key.includes(',') ? key.split(',') : key }),
    ...(mapping !== undefined && { mapping }),
    ...(nullText !== undefined && { nullText }),
    columns: Object.fromEntries(
      columnPairs(query.getAll('map'), 'map').map(([column, field]) => [column, field === '' ? null : field]),
    ),
    ...(query.has('set') && { constants: Object.fromEntries(constantPairs(query.getAll('set'), 'set')) }),
  };
}

const contentTypes: Record<string, Format | undefined> = {
  'text/csv': 'csv',
  'text/tab-separated-values': 'tsv',
  'application/json': 'json',
  'application/x-ndjson': 'ndjson',
};

const formatOf = (contentType: string | null) => contentTypes[(contentType ?? '').split(';')[0]!.trim()];

function oneOf(values: readonly string[], text: string | undefined, name: string): string {
  if (text !== undefined && values.includes(text)) return text;
  const fact = text === undefined ? `Nothing says the ${name}.` : `There is no ${name} "${text}".`;
  throw badInput(fact, `Give ${name}: one of ${values.join(', ')}.`, name);
}

function numberOf(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw badInput(`${name} is "${text}".`, 'Give a whole number.', name);
}

/** What HTTP calls it. */
export function statusOf({ code }: PergolaError): number {
  if (code === 'UNAUTHENTICATED') return 401;
  if (code === 'FORBIDDEN') return 403;
  if (code === 'NOT_FOUND') return 404;
  if (code === 'RATE_LIMITED') return 429;
  if (code === 'DATABASE_UNAVAILABLE' || code === 'TOO_MANY_REQUESTS') return 503;
  return code === 'IMPORT_RUNNING' || code === 'IMPORT_INTERRUPTED' || code === 'IMPORT_LEASE_LOST' ? 409 : 422;
}

/** The header for who comes too often, or when there are too many. */
export function retryAfter(error: PergolaError): Record<string, string> {
  if (error instanceof RateLimited) return { 'retry-after': String(error.retryAfterSeconds) };
  return statusOf(error) === 503 ? { 'retry-after': '1' } : {};
}

const unauthenticated = () =>
  new PergolaError(
    'UNAUTHENTICATED',
    'An import needs credentials in the Authorization header.',
    'Send "Authorization: Bearer <token>"; see pergola token create.',
  );
