import type { Plugin } from 'graphql-yoga';

/** `/livez` touches nothing; `/readyz` and `/healthz` ask the database. */
export const useHealth = (isReady: () => Promise<boolean>): Plugin => ({
  async onRequest({ url, fetchAPI, endResponse }) {
    if (url.pathname === '/livez') endResponse(new fetchAPI.Response('ok\n'));
    if (url.pathname !== '/readyz' && url.pathname !== '/healthz') return;
    const ready = await isReady().catch(() => false);
    endResponse(new fetchAPI.Response(ready ? 'ready\n' : 'not ready\n', { status: ready ? 200 : 503 }));
  },
});
