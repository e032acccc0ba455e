import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { badInput, errorCodes, PergolaError } from '../../errors.ts';
import { formatOf } from '../../import/parse.ts';
import type { FinishedImport, ImportSettings } from '../../import/run-import.ts';
import { withRefusedFile } from './refused-here.ts';

interface ToServer {
  /** A file's path, or `-` for standard input. */
  readonly file: string;
  /** Where the server is, such as `https://pergola.example.org`. */
  readonly server: string;
  readonly token: string | undefined;
  readonly maxErrors: number | undefined;
  /** `refusedPath`: where the rows go that the server did not write. */
  readonly settings: ImportSettings;
}

export interface RemoteImport extends ToServer {
  readonly model: string;
  readonly anew: boolean | undefined;
}

export interface RemoteResume extends ToServer {
  readonly id: string;
}

/**
 * Sends a file to a server, which writes its rows while it arrives, in the name of the token's owner.
 *
 * @throws what the server answers; BAD_INPUT where it does not.
 */
export const importThere = (options: RemoteImport): Promise<FinishedImport> =>
  sendTo(`/-/import/${encodeURIComponent(options.model)}`, queryOf(options), options);

/** Sends the same file once more, of which the server leaves out what it is done with. @throws as `importThere`. */
export function resumeThere({ id, ...options }: RemoteResume): Promise<FinishedImport> {
  const query = new URLSearchParams({ resume: id });
  if (options.maxErrors !== undefined) query.set('maxErrors', String(options.maxErrors));
  return sendTo('/-/import', query, options);
}

async function sendTo(path: string, query: URLSearchParams, options: ToServer): Promise<FinishedImport> {
  const { file, server, token, settings } = options;
  if (token === undefined)
    throw badInput('A server wants to know who imports.', 'Give --token <secret>; see pergola token create.');
  const url = targetOf(server, path);
  url.search = query.toString();
  // The server has no copy of the file: with the lines of its errors, the rows are found in this one.
  if (file !== '-') url.searchParams.set('allErrors', 'true');
  const answer = await send(url, { file, token });
  const body: unknown = await answer.json().catch(() => undefined);
  // A server of ours answers 200 with the report and nothing else.
  if (!answer.ok) throw refusalOf(body, `${url.origin} answered ${answer.status}.`);
  return withRefusedFile(body as FinishedImport, file, settings);
}

function targetOf(server: string, path: string): URL {
  if (/^https?:/.test(server) && URL.canParse(server)) return new URL(path, server);
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
