import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient, defineScript, type CommandParser } from '@redis/client';
import type { Counter } from './counter.ts';

/** One script, which Redis runs as one step: between a GET and a SET of ours, a hundred others would pass. */
const take = defineScript({
  NUMBER_OF_KEYS: 1,
  SCRIPT: `
    local used = tonumber(redis.call('GET', KEYS[1]) or '0')
    local max, amount, window = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
    local allowed = used + amount <= max
    if allowed then used = redis.call('INCRBY', KEYS[1], amount) end
    local left = redis.call('PTTL', KEYS[1])
    if left < 0 and allowed then redis.call('PEXPIRE', KEYS[1], window) end
    if left < 0 then left = window end
    return { allowed and 1 or 0, max - used, left }`,
  parseCommand(parser: CommandParser, key: string, ...numbers: number[]) {
    parser.pushKey(key);
    parser.push(...numbers.map(String));
  },
  transformReply: (reply: unknown) => reply,
});

const giveBack = defineScript({
  NUMBER_OF_KEYS: 1,
  SCRIPT: `
    local used = tonumber(redis.call('GET', KEYS[1]) or '0')
    if used > 0 then redis.call('DECRBY', KEYS[1], math.min(used, tonumber(ARGV[1]))) end
    return 0`,
  parseCommand(parser: CommandParser, key: string, amount: number) {
    parser.pushKey(key);
    parser.push(String(amount));
  },
  transformReply: (reply: unknown) => reply,
});

const connectWithinMs = 1_000;
const longestPauseMs = 2_000;

/**
 * For any number of processes: they count in one Redis, by its clock. Every call fails while Redis is away.
 *
 * Resolves when Redis answers, or after a second: the server must start without it, and finds it when it comes.
 */
export async function redisCounter(url: string): Promise<Counter> {
  const client = createClient({
    url,
    scripts: { take, giveBack },
    // What waits for Redis to come back would be counted long after it was let through.
    disableOfflineQueue: true,
    socket: {
      connectTimeout: connectWithinMs,
      reconnectStrategy: (retries: number) => Math.min(100 * 2 ** retries, longestPauseMs),
    },
  });
  // Every call tells of it; without a listener it would end the process.
  client.on('error', () => {});
  const connected = client.connect().catch(() => {});
  await Promise.race([connected, sleep(connectWithinMs, undefined, { ref: false })]);

  return {
    async take(key, { max, windowSeconds }, amount) {
      const reply = await client.take(redisKey(key), max, amount, windowSeconds * 1000);
      if (!isVerdict(reply)) throw new Error('Redis answers what is no count.');
      const [allowed, remaining, resetMs] = reply;
      return { allowed: allowed === 1, remaining, resetMs };
    },
    async giveBack(key, amount) {
      await client.giveBack(redisKey(key), amount);
    },
    close() {
      client.destroy();
      return Promise.resolve();
    },
  };
}

/** Keys hold addresses of people: Redis gets to see a hash. */
const redisKey = (key: string) => `pergola:limit:${createHash('sha256').update(key).digest('base64url')}`;

const isVerdict = (reply: unknown): reply is [number, number, number] =>
  Array.isArray(reply) && reply.length === 3 && reply.every((part) => Number.isInteger(part));
