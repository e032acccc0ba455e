import type { Plugin } from 'graphql-yoga';
import { createReadiness, type Checks } from './readiness.ts';
import { watchStalls } from './stall-watch.ts';

/**
 * `/livez` touches nothing: it says that the process runs. `/readyz` and `/healthz` say whether it can answer, and what
 * keeps it from that.
 */
export function useHealth(checks: Checks): Plugin {
  const isStalled = watchStalls();
  const readiness = createReadiness(checks);
  return {
    async onRequest({ url, fetchAPI, endResponse }) {
      const headers = { 'cache-control': 'no-store' };
      if (url.pathname === '/livez') endResponse(new fetchAPI.Response('ok\n', { headers }));
      if (url.pathname !== '/readyz' && url.pathname !== '/healthz') return;
      const eventLoop = isStalled() ? 'stands still' : 'ok';
      const { ready, checks: answers } = await readiness();
      const status = ready && eventLoop === 'ok' ? 200 : 503;
      const body = { status: status === 200 ? 'ready' : 'not ready', checks: { ...answers, eventLoop } };
      endResponse(fetchAPI.Response.json(body, { status, headers }));
    },
  };
}
