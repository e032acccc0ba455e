import type { Plugin } from 'graphql-yoga';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import * as z from 'zod';
import { apiText } from '../graphql/api-text.ts';
import type { Metrics } from './metrics.ts';
import type { MaySeeDesign } from './platform-rights.ts';
import type { Platform } from './platform.ts';
import { apiChanges, failingOperations } from './sdk/api-changes.ts';
import { sha256, type Registry } from './sdk/registry.ts';

interface Options {
  readonly maySeeDesign: MaySeeDesign;
  readonly registry: Registry;
  readonly logger: Logger;
  readonly metrics?: Metrics | undefined;
}

export type DriftStatus = 'current' | 'compatible' | 'stale';

const maxBodyBytes = 500_000;
const question = z.object({
  apiHash: z.string().regex(/^[0-9a-f]{64}$/),
  operations: z.record(z.string().max(10_000), z.string().max(20_000)).refine((it) => Object.keys(it).length <= 200),
});

/**
 * A client says which API it was built from (`Pergola-Api`, a hash), and is told whether that still holds
 * (`Pergola-Api-Status`). `/-/sdk/handshake` goes through the client's own operations and names those that fail.
 */
export function useHandshake(platform: Platform, { registry, logger, metrics, maySeeDesign }: Options): Plugin {
  // Known at the first question: it would hold up the start.
  let now: { readonly text: string; readonly hash: string } | undefined;
  const apiOfNow = () => {
    if (now) return now;
    const text = apiText(platform.api);
    return (now = { text, hash: sha256(text) });
  };
  // Hashes come from outside: only so many are remembered, and one that nobody published costs no comparison.
  const known = new LRUCache<string, DriftStatus>({ max: 100 });

  async function statusOf(asked: string): Promise<DriftStatus> {
    const { text, hash } = apiOfNow();
    if (asked === hash) return 'current';
    const remembered = known.get(asked);
    if (remembered) return remembered;
    const release = (await registry.releases()).find((it) => it.apiHash === asked);
    const grownOnly = release && (await apiChanges(release.api, text)).breaking.length === 0;
    const status = grownOnly ? 'compatible' : 'stale';
    known.set(asked, status);
    logger[status === 'stale' ? 'warn' : 'info']({ apiHash: asked, status }, 'a client was built from another API');
    return status;
  }

  return {
    async onRequest({ request, url, fetchAPI, endResponse }) {
      if (url.pathname !== '/-/sdk/handshake') return;
      const refuse = (status: number, message: string) =>
        endResponse(fetchAPI.Response.json({ errors: [{ message, extensions: { code: 'BAD_REQUEST' } }] }, { status }));
      const length = request.headers.get('content-length');
      if (request.method !== 'POST') return refuse(405, 'Use POST with JSON.');
      if (length === null || Number(length) > maxBodyBytes) {
        return refuse(413, `Send content-length, of at most ${maxBodyBytes.toLocaleString('en')} bytes.`);
      }
      const asked = question.safeParse(await request.json().catch(() => undefined));
      if (!asked.success)
        return refuse(400, 'Send {"apiHash": "<64 hex digits>", "operations": {"<name>": "<document>"}}.');
      const { apiHash, operations } = asked.data;
      const status = await statusOf(apiHash);
      // Why a document fails tells what the API has: that is for who may read it.
      const failing = (await maySeeDesign(request)) ? failingOperations(platform.api, operations) : [];
      if (failing.length > 0) {
        metrics?.sdkRequest('broken');
        logger.warn({ apiHash, failing: failing.slice(0, 20) }, 'operations of a client fail');
      }
      const headers = { vary: 'authorization, cookie' };
      const body = { status: failing.length > 0 ? 'broken' : status, failing };
      endResponse(fetchAPI.Response.json(body, { headers }));
    },
    async onResponse({ request, response }) {
      const asked = request.headers.get('pergola-api');
      if (asked === null || !/^[0-9a-f]{64}$/.test(asked) || !new URL(request.url).pathname.startsWith('/graphql'))
        return;
      const status = await statusOf(asked);
      metrics?.sdkRequest(status);
      response.headers.set('pergola-api-status', status);
    },
  };
}
