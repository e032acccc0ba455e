/** A budget is exact, wherever it is counted and however many ask at once (case 17). */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Counter } from '../../src/limits/counter.ts';
import { memoryCounter } from '../../src/limits/memory-counter.ts';
import { redisCounter } from '../../src/limits/redis-counter.ts';
import { requirement } from '../support/requirements.ts';

const redis = requirement('redis');
const budget = { max: 5, windowSeconds: 60 };

const allowedOf = async (counter: Counter, key: string, calls: number) => {
  const verdicts = await Promise.all(Array.from({ length: calls }, () => counter.take(key, budget, 1)));
  return verdicts.filter(({ allowed }) => allowed).length;
};

describe('a counter in memory', () => {
  it.each([1, 20, 100])('allows exactly the budget to %i calls at once', async (calls) => {
    expect(await allowedOf(memoryCounter(), 'a', calls)).toBe(Math.min(5, calls));
  });

  it('gives a new budget when the window is over, and says when that is', async () => {
    let now = 0;
    const counter = memoryCounter({ now: () => now });
    expect(await counter.take('a', budget, 5)).toEqual({ allowed: true, remaining: 0, resetMs: 60_000 });
    now = 59_999;
    expect(await counter.take('a', budget, 1)).toEqual({ allowed: false, remaining: 0, resetMs: 1 });
    expect(await counter.take('b', budget, 1)).toMatchObject({ allowed: true });
    now = 60_000;
    expect(await counter.take('a', budget, 1)).toEqual({ allowed: true, remaining: 4, resetMs: 60_000 });
  });

  it('takes all of an amount or nothing', async () => {
    const counter = memoryCounter();
    await counter.take('a', budget, 3);
    expect(await counter.take('a', budget, 3)).toMatchObject({ allowed: false, remaining: 2 });
    expect(await counter.take('a', budget, 2)).toMatchObject({ allowed: true, remaining: 0 });
  });

  it('gives back no more than was taken', async () => {
    const counter = memoryCounter();
    await counter.take('a', budget, 2);
    await counter.giveBack('a', 9);
    expect(await allowedOf(counter, 'a', 20)).toBe(5);
  });
});

describe('a counter in Redis', redis.needed, () => {
  it.each([1, 20, 100])('allows exactly the budget to %i calls at once', async (calls) => {
    const counter = await redisCounter(redis.location);
    expect(await allowedOf(counter, randomUUID(), calls)).toBe(Math.min(5, calls));
    await counter.close();
  });

  it('counts as the one in memory does', async () => {
    const key = randomUUID();
    const counter = await redisCounter(redis.location);
    expect(await counter.take(key, budget, 3)).toMatchObject({ allowed: true, remaining: 2 });
    expect(await counter.take(key, budget, 3)).toMatchObject({ allowed: false, remaining: 2 });
    await counter.giveBack(key, 9);
    const { resetMs } = await counter.take(key, budget, 5);
    expect(resetMs).toBeGreaterThan(50_000);
    expect(resetMs).toBeLessThanOrEqual(60_000);
    expect(await counter.take(key, { max: 5, windowSeconds: 1 }, 1)).toMatchObject({ allowed: false });
    await counter.close();
  });

  it('gives a new budget when the window is over', async () => {
    const counter = await redisCounter(redis.location);
    const [key, short] = [randomUUID(), { max: 1, windowSeconds: 0.05 }];
    expect(await counter.take(key, short, 1)).toMatchObject({ allowed: true });
    await expect.poll(async () => (await counter.take(key, short, 1)).allowed).toBe(true);
    await counter.close();
  });

  it.each([1, 20, 100])('allows exactly the budget to two processes with %i calls each', async (calls) => {
    const key = randomUUID();
    const script = fileURLToPath(new URL('../support/counting-process.ts', import.meta.url));
    const processes = [0, 1].map(() =>
      spawn(process.execPath, ['--import', 'tsx', script, redis.location, key, '5', String(calls)]),
    );
    await Promise.all(processes.map(({ stdout }) => once(stdout, 'data')));
    const answers = processes.map(async ({ stdin, stdout }) => {
      const answer = once(stdout, 'data') as Promise<[Buffer]>;
      stdin.end('go\n');
      return Number((await answer)[0]);
    });
    const [first = 0, second = 0] = await Promise.all(answers);
    expect(first + second).toBe(Math.min(5, 2 * calls));
  });
});
