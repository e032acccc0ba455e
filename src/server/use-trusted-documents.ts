import { GraphQLError, parse, validate, type GraphQLSchema } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import { badInput, PergolaError } from '../errors.ts';
import { hashOf, parseManifest, type Manifest, type TrustedDocuments } from '../limits/trusted-documents.ts';
import { errorResponse } from './error-response.ts';
import type { IdentityOf } from './identity-of.ts';

export type TrustMode = 'off' | 'warn' | 'enforce';

interface Options {
  readonly documents: TrustedDocuments;
  readonly mode: TrustMode;
  readonly identityOf: IdentityOf;
  readonly logger: Logger;
}

/** How long a proxy may give the answer of a query to others who are not signed in either. */
const sharedSeconds = 60;

/**
 * Documents by their hash: `documentId` in the body, or in the address of a GET. In mode `enforce` nothing else runs; in
 * mode `warn` the log names what would not.
 */
export function useTrustedDocuments({ documents, mode, identityOf, logger }: Options): Plugin {
  const named = new LRUCache<string, true>({ max: 1_000 });
  return {
    onParams({ params, request, setParams }) {
      const { documentId: sent, ...rest } = params as typeof params & { documentId?: unknown };
      // Of an address, Yoga reads only the names that it knows.
      const documentId =
        request.method === 'GET' ? (new URL(request.url).searchParams.get('documentId') ?? undefined) : sent;
      if (documentId !== undefined) {
        const found = typeof documentId === 'string' ? documents.find(documentId.replace(/^sha256:/, '')) : undefined;
        if (found === undefined || params.query !== undefined) throw unknownDocument();
        setParams({ ...rest, query: found });
        return;
      }
      if (mode === 'off' || typeof params.query !== 'string') return;
      const hash = hashOf(params.query);
      if (documents.find(hash) !== undefined) return;
      if (mode === 'enforce') throw notTrusted();
      if (named.has(hash)) return;
      named.set(hash, true);
      logger.warn({ hash, operation: params.operationName?.slice(0, 100) ?? null }, 'document is not trusted');
    },
    async onResponse({ request, response }) {
      // Not the page of GraphiQL, which has the same address: kept, it would come back with a nonce that is known.
      if (request.method !== 'GET') return;
      const url = new URL(request.url);
      if (url.pathname !== '/graphql' || !asks(url)) return;
      if (response.status !== 200 || response.headers.has('cache-control')) return;
      const identity = await identityOf(request).catch(() => null);
      const shared = identity?.kind === 'nobody' && !response.headers.has('set-cookie');
      response.headers.set('cache-control', shared ? `public, max-age=${sharedSeconds}` : 'private, no-store');
      // For a cache that would take the answer of a guest for one of a user.
      response.headers.append('vary', 'authorization, cookie');
    },
  };
}

/** Whether a GET runs something. */
const asks = ({ searchParams }: URL) => searchParams.has('documentId') || searchParams.has('query');

/** The only GET of `/graphql` that runs anything for who shows no token: a query that is known by its hash. */
export const asksByHash = ({ searchParams }: URL) => searchParams.has('documentId') && !searchParams.has('query');

const unknownDocument = () =>
  new PergolaError('DOCUMENT_UNKNOWN', 'No document has this hash.', 'Upload the manifest, or send the document.');

const notTrusted = () =>
  new PergolaError(
    'DOCUMENT_NOT_TRUSTED',
    'This server runs documents of its manifest only.',
    'Upload the manifest that has it.',
  );

const path = '/-/trusted-documents';
const maxManifestBytes = 5_000_000;

interface UploadOptions {
  readonly documents: TrustedDocuments;
  /** Whether somebody may add documents. */
  readonly mayAdd: (request: Request) => Promise<boolean>;
}

/** `POST /-/trusted-documents` with a manifest: for who has the right `documents:write`. */
export const useDocumentUpload = (api: GraphQLSchema, { documents, mayAdd }: UploadOptions): Plugin => ({
  async onRequest({ request, url, fetchAPI, endResponse }) {
    if (url.pathname !== path || request.method !== 'POST' || !(await mayAdd(request))) return;
    const length = Number(request.headers.get('content-length') ?? Infinity);
    try {
      if (!(length <= maxManifestBytes))
        throw badInput(`The manifest has no length, or more than ${maxManifestBytes} bytes.`, 'Send it in parts.');
      const manifest = parseManifest(await request.text());
      refuseInvalid(manifest, api);
      documents.add(manifest);
      endResponse(fetchAPI.Response.json({ added: Object.keys(manifest).length }));
    } catch (error) {
      if (!(error instanceof PergolaError)) throw error;
      endResponse(errorResponse(fetchAPI, error, { status: 400 }));
    }
  },
});

function refuseInvalid(manifest: Manifest, api: GraphQLSchema): void {
  for (const [hash, document] of Object.entries(manifest)) {
    const [error] = problemsOf(document, api);
    if (error) throw badInput(`The document ${hash} is not valid: ${error.message}`, 'Build the client anew.');
  }
}

function problemsOf(document: string, api: GraphQLSchema): readonly GraphQLError[] {
  try {
    return validate(api, parse(document), undefined, { maxErrors: 1 });
  } catch (error) {
    if (error instanceof GraphQLError) return [error];
    throw error;
  }
}
