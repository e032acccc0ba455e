/** The real server on a port, with a registry of its own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packHere } from '../../src/cli/build-sdk.ts';
import { apiText } from '../../src/graphql/api-text.ts';
import type { Metrics } from '../../src/server/metrics.ts';
import { openRegistry, type Registry } from '../../src/server/sdk/registry.ts';
import { serve, type Served } from '../support/served.ts';

export interface ServedSdk extends Served {
  url: string;
  registry: Registry;
}

export async function serveSdk(
  environment: Record<string, string> = {},
  more: { metrics?: Metrics } = {},
): Promise<ServedSdk> {
  const folder = await mkdtemp(join(tmpdir(), 'pergola-sdk-'));
  const registryOf = (api: string) => openRegistry({ folder, pack: (version) => packHere(api, version) });
  let registry: Registry | undefined;
  const served = await serve(environment, {
    ...more,
    registry: ({ api }) => (registry = registryOf(apiText(api))),
  });
  const http = createServer((request, response) => void served.server(request, response));
  await new Promise<void>((resolve) => void http.listen(0, 'localhost', resolve));
  return {
    ...served,
    registry: registry!,
    url: `http://localhost:${(http.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      http.closeAllConnections();
      http.close();
      await served[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}
