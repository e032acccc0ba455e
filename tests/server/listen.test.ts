import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { listen } from '../../src/server/listen.ts';
import { openRaw } from '../support/raw-http.ts';

it('takes no more connections than all together may have', async () => {
  const limits = { maxConnections: 3 };
  const listening = await listen((_, response) => response.end(), { host: '127.0.0.1', port: 0, limits });
  const connections = await Promise.all(Array.from({ length: 5 }, () => openRaw(listening.port)));
  const ended = connections.map(({ closed }) => Promise.race([closed.then(() => 'closed'), sleep(1_000, 'open')]));
  expect((await Promise.all(ended)).toSorted()).toEqual(['closed', 'closed', 'open', 'open', 'open']);
  for (const connection of connections) connection[Symbol.dispose]();
  await listening.close(0);
});
