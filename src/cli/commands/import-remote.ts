import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { badInput, errorCodes, PergolaError } from '../../errors.ts';
import { formatOf } from '../../import/parse.ts';
import type { FinishedImport, ImportSettings } from '../../import/run-import.ts';

export interface RemoteImport {
  /** A file's path, or `-` for standard input. */
  readonly file: string;
  /** Where the server is, such as `https://pergola.example.org`. */
  readonly server: string;
  readonly token: string | undefined;
  readonly model: string;
  readonly settings: ImportSettings;
  readonly maxErrors: number | undefined;
  readonly anew: boolean | undefined;
}

/**
 * Sends a file to a server, which writes its rows while it arrives, in the name of the token's owner.
 *
 * @throws what the server answers; BAD_INPUT where it does not.
 */
export async function importThere(options: RemoteImport): Promise<FinishedImport> {
  const { file, server, token, model } = options;
  if (token === undefined)
    throw badInput('A server wants to know who imports.', 'Give --token <secret>; see pergola token create.');
  const url = targetOf(server, model);
  url.search = queryOf(options).toString();
  const answer = await send(url, { file, token });
  const body: unknown = await answer.json().catch(() => undefined);
  // A server of ours answers 200 with the report and nothing else.
  if (answer.ok) return body as FinishedImport;
  throw refusalOf(body, `${url.origin} answered ${answer.status}.`);
}

function targetOf(server: string, model: string): URL {
  if (/^https?:/.test(server) && URL.canParse(server)) return new URL(`/-/import/${encodeURIComponent(model)}`, server);
  throw badInput(`"${server}" is no address of a server.`, 'Give one such as https://pergola.example.org.');
}

function queryOf({ file, settings, maxErrors, anew }: RemoteImport): URLSearchParams {
  const { format, key, onConflict, mapping, columns = {}, constants = {}, nullText } = settings;
  const query = new URLSearchParams({ format: format ?? formatOf(file === '-' ? process.stdin : file) });
  const set = (name: string, value: string | number | undefined) => {
    if (value !== undefined) query.set(name, String(value));
  };
  set('key', typeof key === 'object' ? key.join(',') : key);
  set('onConflict', onConflict);
  set('mapping', mapping);
  set('null', nullText);
  set('maxErrors', maxErrors);
  set('anew', anew ? 'true' : undefined);
  for (const [column, field] of Object.entries(columns)) query.append('map', `${column}=${field ?? ''}`);
  for (const [field, value] of Object.entries(constants)) query.append('set', `${field}=${String(value)}`);
  return query;
}

async function send(url: URL, { file, token }: { file: string; token: string }): Promise<Response> {
  if (file !== '-' && !(await stat(file).catch(() => undefined)))
    throw badInput(`The file ${file} cannot be read.`, 'Check the path, and that you may read it.');
  const body = Readable.toWeb(file === '-' ? process.stdin : createReadStream(file));
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' };
  try {
    // Redirects would take the token along, and the file has only one beginning.
    // Node's own type of a stream, which is the same at run time.
    const init = { method: 'POST', headers, body: body as ReadableStream, duplex: 'half', redirect: 'error' } as const;
    return await fetch(url, init);
  } catch (error) {
    // fetch() says only that it failed; why stands in the cause.
    const { cause } = error as { cause?: { message?: string } };
    throw badInput(
      `${url.origin} did not take ${basename(file)}: ${cause?.message ?? String(error)}.`,
      'Check the address, and that the server runs.',
    );
  }
}

function refusalOf(body: unknown, otherwise: string): PergolaError {
  // Whatever it is, each part is asked for as if it might be missing.
  const { errors } = (body ?? {}) as { errors?: { message: string; extensions?: { code?: string } }[] };
  const [error] = errors ?? [];
  const code = errorCodes.find((it) => it === error?.extensions?.code);
  return new PergolaError(code ?? 'BAD_INPUT', error?.message ?? otherwise, '');
}
