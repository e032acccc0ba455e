/** Redis is away, slow, or answers nonsense: the budget still holds, and nothing fails (case 119). */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { Counter } from '../../src/limits/counter.ts';
import { redisCounter } from '../../src/limits/redis-counter.ts';
import { steadyCounter } from '../../src/limits/steady-counter.ts';
import { requirement } from '../support/requirements.ts';

const redis = requirement('redis');
const budget = { max: 5, windowSeconds: 60 };

/** Something that listens where Redis should be. */
async function listenAs(behave: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    behave(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut: () => sockets.forEach((socket) => socket.destroy()),
    async [Symbol.asyncDispose]() {
      sockets.forEach((socket) => socket.destroy());
      server.close();
      await once(server, 'close');
    },
  };
}

async function openSteady(url: string) {
  const told: string[] = [];
  const counter = steadyCounter(await redisCounter(url), {
    onLost: () => void told.push('lost'),
    onFound: () => void told.push('found'),
  });
  return { counter, told, [Symbol.asyncDispose]: () => counter.close() };
}

const allowedOf = async (counter: Counter, key: string, calls = 100) => {
  const verdicts = await Promise.all(Array.from({ length: calls }, () => counter.take(key, budget, 1)));
  return verdicts.filter(({ allowed }) => allowed).length;
};

describe('a process whose Redis (119)', () => {
  it.each<[string, (socket: Socket) => void]>([
    ['hangs up', (socket) => socket.destroy()],
    ['never answers', () => {}],
    ['answers nonsense', (socket) => socket.on('data', () => socket.write('?what\r\n$-7\r\n*x\r\n'))],
    ['answers every command with OK', (socket) => socket.on('data', () => socket.write('+OK\r\n'))],
    ['has no memory left', (socket) => socket.on('data', () => socket.write('-OOM command not allowed\r\n'))],
  ])('%s counts for itself, exactly, and says so once', async (_, behave) => {
    await using server = await listenAs(behave);
    await using steady = await openSteady(server.url);
    expect(await allowedOf(steady.counter, 'a')).toBe(5);
    expect(await allowedOf(steady.counter, 'a')).toBe(0);
    await steady.counter.giveBack('a', 1);
    expect(await allowedOf(steady.counter, 'a')).toBe(1);
    expect(steady.told).toEqual(['lost']);
  });

  it('is not there at all counts for itself', async () => {
    await using steady = await openSteady('redis://127.0.0.1:1');
    expect(await allowedOf(steady.counter, 'a')).toBe(5);
    expect(steady.told).toEqual(['lost']);
  });
});

describe('a process that loses its Redis (119)', redis.needed, () => {
  it('goes on from what it last heard, and back to Redis when it returns', async () => {
    const { hostname, port } = new URL(redis.location);
    await using proxy = await listenAs((socket) => {
      if (away) socket.destroy();
      else socket.pipe(connect(Number(port || 6379), hostname).on('error', () => {})).pipe(socket);
    });
    let away = false;
    await using steady = await openSteady(proxy.url);
    const key = randomUUID();
    expect(await allowedOf(steady.counter, key, 3)).toBe(3);
    away = true;
    proxy.cut();
    expect(await allowedOf(steady.counter, key)).toBe(2);
    expect(steady.told).toEqual(['lost']);

    away = false;
    await expect
      .poll(
        async () => {
          await steady.counter.take(randomUUID(), budget, 1);
          return steady.told;
        },
        { timeout: 20_000, interval: 200 },
      )
      .toEqual(['lost', 'found']);
  });
});
