import { serverUrl } from '../../src/database/server-url.ts';
import { servers, withServer } from './test-engine.ts';

/** Drops the database of a server's URL, if it is there. */
export async function dropDatabase(url: string): Promise<void> {
  const server = servers[url.startsWith('postgres') ? 'postgresql' : 'mysql'];
  await withServer(server, (beside) => beside.run(server.drop(serverUrl(url, 0).database)));
}
