import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Plugin } from 'graphql-yoga';
import { viewerOf } from '../auth/identify.ts';
import type { Database } from '../database/database.ts';
import { badInput, PergolaError } from '../errors.ts';
import { exportFormats, exportRows, type ExportFormat } from '../import/export.ts';
import { errorResponse } from './error-response.ts';
import type { IdentityOf } from './identity-of.ts';
import { retryAfter, statusOf, type BeginTransfer } from './use-import.ts';
import { requestIdOf } from './use-request-id.ts';

const contentTypes: Record<ExportFormat, string> = {
  csv: 'text/csv; charset=utf-8',
  tsv: 'text/tab-separated-values; charset=utf-8',
  ndjson: 'application/x-ndjson',
  json: 'application/json',
};

interface ExportOverHttp {
  readonly database: Database;
  readonly identityOf: IdentityOf;
  readonly beginTransfer: BeginTransfer;
}

/** `GET /-/export/<Model>?format=csv&where={…}`: what the viewer may read, as it is read. */
export const useExport = ({ database, identityOf, beginTransfer }: ExportOverHttp): Plugin => ({
  async onRequest({ request, url, fetchAPI, endResponse, serverContext }) {
    const model = /^\/-\/export\/(\w+)$/.exec(url.pathname)?.[1];
    if (model === undefined || request.method !== 'GET') return;
    let end = () => {};
    try {
      const format = formatOf(url.searchParams.get('format') ?? 'csv');
      const viewer = viewerOf((await identityOf(request)) ?? { kind: 'nobody' });
      end = beginTransfer(viewer, request, serverContext);
      const rows = database.as(viewer, { id: requestIdOf(request) });
      const where = parseWhere(url.searchParams.get('where'));
      const text = exportRows({ rows, model, format, ...(where !== undefined && { where }) });
      // What is refused is refused before anything is sent.
      const first = await text.next();
      const headers = {
        'content-type': contentTypes[format],
        'content-disposition': `attachment; filename="${model}.${format}"`,
        vary: 'authorization, cookie',
        'cache-control': 'no-store',
      };
      // By bytes: of objects it would read sixteen pages ahead of a caller who takes none.
      const stream = Readable.from(whole(first, text), { objectMode: false });
      // A caller who leaves before the first byte closes no stream that nobody has begun to read.
      stream.once('close', end);
      request.signal.addEventListener('abort', end);
      const body = Readable.toWeb(stream);
      endResponse(new fetchAPI.Response(body as unknown as ReadableStream, { headers }));
    } catch (error) {
      end();
      if (!(error instanceof PergolaError)) throw error;
      endResponse(errorResponse(fetchAPI, error, { status: statusOf(error), headers: retryAfter(error) }));
    }
  },
});

async function* whole(first: IteratorResult<string, void>, rest: AsyncGenerator<string>): AsyncGenerator<Buffer> {
  if (first.done) return;
  yield Buffer.from(first.value);
  for await (const text of rest) {
    // An embedded database answers at once: page after page, to a caller who takes them, nobody else would have a turn.
    await nextTurn();
    yield Buffer.from(text);
  }
}

function formatOf(text: string): ExportFormat {
  const format = exportFormats.find((it) => it === text);
  if (format) return format;
  throw badInput(`There is no format "${text}".`, `Give one of ${exportFormats.join(', ')}.`, 'format');
}

function parseWhere(text: string | null): unknown {
  if (text === null) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw badInput('The where is no JSON.', 'Write it as the API takes it, such as {"code":{"equals":"NL"}}.', 'where');
  }
}
