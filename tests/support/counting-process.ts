/** A process that takes from a budget in Redis, so many times at once: `counting-process.ts <redis URL> <key> <max> <calls>`. */
import { once } from 'node:events';
import { redisCounter } from '../../src/limits/redis-counter.ts';

const [url = '', key = '', max = '0', calls = '0'] = process.argv.slice(2);
const counter = await redisCounter(url);
const budget = { max: Number(max), windowSeconds: 60 };

process.stdout.write('ready\n');
await once(process.stdin, 'data');
const verdicts = await Promise.all(Array.from({ length: Number(calls) }, () => counter.take(key, budget, 1)));
process.stdout.write(`${verdicts.filter(({ allowed }) => allowed).length}\n`);
await counter.close();
process.stdin.destroy();
