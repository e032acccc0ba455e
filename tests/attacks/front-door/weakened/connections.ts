/** Builds that lack what holds connections to limits. */
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ListenOptions, Listening } from '../../../../src/server/listen.ts';
import { identityOncePerRequest } from '../../../../src/server/identity-of.ts';
import { useExport } from '../../../../src/server/use-export.ts';
import { createTransfers } from '../../../../src/limits/transfers.ts';
import { operationLimitsWith } from '../../../../src/limits/operation-limits.ts';
import { withPlugins, type WeakenedBuild } from './weakened-build.ts';

/** With nothing but what Node does by itself. */
export async function listenBare(http: HttpServer, { host, port }: ListenOptions): Promise<Listening> {
  await new Promise<void>((resolve) => http.listen(port, host, resolve));
  return {
    port: (http.address() as AddressInfo).port,
    connections: () => new Promise((resolve) => http.getConnections((_, count) => resolve(count))),
    async close() {
      const closed = new Promise((resolve) => http.close(resolve));
      http.closeAllConnections();
      await closed;
      return { cutOff: true };
    },
  };
}

export const weakenedConnections: Readonly<Record<string, WeakenedBuild>> = {
  'listens as Node does by itself': { listen: (server, options) => listenBare(createServer(server), options) },
  'parses HTTP leniently': {
    listen: (server, options) => listenBare(createServer({ insecureHTTPParser: true }, server), options),
  },
  'keeps the places of who has left': withPlugins(({ platform }) => {
    const transfers = createTransfers(operationLimitsWith());
    const beginTransfer = () => {
      transfers.begin('somebody');
      return () => {};
    };
    const identityOf = identityOncePerRequest(platform.identify);
    return { export: useExport({ database: platform.database, identityOf, beginTransfer }) };
  }),
};
