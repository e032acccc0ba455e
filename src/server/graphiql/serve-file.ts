import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { PageFile } from './page-files.ts';

/** What is answered to a request with these headers: the file, or that the browser has it already. */
export async function serveFile({ hash, type, gzipped }: PageFile, asked: Headers) {
  const compressed = acceptsGzip(asked.get('accept-encoding') ?? '');
  // A strong tag says that the bytes are the same, and those of the two encodings are not.
  const etag = compressed ? `"${hash}-gzip"` : `"${hash}"`;
  const caching = { etag, 'cache-control': 'public, max-age=31536000, immutable', vary: 'accept-encoding' };
  if (isKnown(etag, asked.get('if-none-match') ?? '')) return { body: null, status: 304, headers: caching };
  const headers = { ...caching, 'content-type': type };
  if (compressed) return { body: gzipped, status: 200, headers: { ...headers, 'content-encoding': 'gzip' } };
  return { body: await promisify(gunzip)(gzipped), status: 200, headers };
}

/** RFC 9110, section 12.5.3: a weight of 0 says no. */
const acceptsGzip = (acceptEncoding: string) => /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/i.test(acceptEncoding);

/** RFC 9110, section 13.1.2: compared without the mark of weak tags, which a proxy may have put there. */
const isKnown = (etag: string, ifNoneMatch: string) =>
  ifNoneMatch.split(',').some((it) => ['*', etag].includes(it.trim().replace(/^W\//, '')));
