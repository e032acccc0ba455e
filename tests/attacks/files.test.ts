/** Files that come in and go out at the same time (case 85), and how much memory one takes (case 93). */
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listen, type Listening } from '../../src/server/listen.ts';
import { openRaw, statusOf } from '../support/raw-http.ts';
import { serve, type Served } from '../support/served.ts';

let served: Served;
let listening: Listening;
beforeAll(async () => {
  served = await serve({}, { operations: { transfers: 3, transfersOfOne: 2 } });
  listening = await listen(served.server, { host: '127.0.0.1', port: 0 });
  // More than the buffers between us and a caller hold.
  const label = 'x'.repeat(10_000);
  // MariaDB takes no statement of more than 16 MB.
  for (let at = 0; at < 4_000; at += 1_000) {
    const data = Array.from({ length: 1_000 }, (_, row) => ({ slug: `file-${at + row}`, label }));
    await served.platform.database.unguarded.tag.createMany({ data });
  }
});
afterAll(async () => {
  await listening.close(0);
  await served[Symbol.asyncDispose]();
});

const bearer = async (persona: string) => {
  const { id } = await served.platform.database.unguarded.user.findUniqueOrThrow({
    where: { email: `${persona}@example.test` },
  });
  return `Bearer ${(await served.platform.sessions.start(id)).secret}`;
};

const exportAs = (authorization?: string) =>
  fetch(`http://127.0.0.1:${listening.port}/-/export/Tag`, authorization ? { headers: { authorization } } : {});

/** An export of which nobody takes more than the beginning. */
async function openExport(authorization?: string) {
  const connection = await openRaw(listening.port);
  const began = new Promise((resolve) => connection.socket.once('data', resolve));
  const own = authorization ? `Authorization: ${authorization}\r\n` : '';
  connection.send(`GET /-/export/Tag HTTP/1.1\r\nHost: localhost\r\n${own}\r\n`);
  expect(statusOf(String(await began))).toBe(200);
  connection.socket.pause();
  return connection;
}

describe('exports (85)', () => {
  it('are so many at once of one caller, and of all, until one ends or its caller leaves', async () => {
    const [editor, member] = [await bearer('editor'), await bearer('member')];
    const open = [await openExport(editor), await openExport(editor)];
    const own = await exportAs(editor);
    expect([own.status, own.headers.get('retry-after')]).toEqual([429, '1']);
    expect(await own.json()).toMatchObject({ errors: [{ extensions: { code: 'RATE_LIMITED' } }] });
    open.push(await openExport(member));
    const all = await exportAs();
    expect([all.status, all.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await all.json()).toMatchObject({ errors: [{ extensions: { code: 'TOO_MANY_REQUESTS' } }] });
    for (const connection of open) connection[Symbol.dispose]();
    await expect
      .poll(
        async () => {
          const { status, body } = await exportAs(editor);
          await body?.cancel();
          return status;
        },
        { timeout: 10_000 },
      )
      .toBe(200);
    // One that is read to its end makes room too.
    expect((await (await exportAs(member)).text()).length).toBeGreaterThan(40_000_000);
    const after = [await openExport(member), await openExport(member)];
    for (const connection of after) connection[Symbol.dispose]();
  });
});

it('takes of a bomb no more memory than of a file (93)', async () => {
  // 400 MB of one field in 400 kB.
  const bomb = new Uint8Array(gzipSync(Buffer.alloc(400_000_000, 'x')));
  const authorization = await bearer('admin');
  const before = process.memoryUsage().rss;
  const { body } = await served.request({
    method: 'POST',
    path: '/-/import/Tag?format=csv&key=slug',
    headers: { authorization },
    body: bomb,
  });
  expect(body.errors[0].extensions.code).toBe('IMPORT_BAD_FILE');
  expect((process.memoryUsage().rss - before) / 1e6).toBeLessThan(200);
});
