/** Attacks below GraphQL, by bytes: slow, long, broken and aborted requests. */
import { setTimeout as sleep } from 'node:timers/promises';
import { openRaw } from '../../../support/raw-http.ts';
import type { Answered, Attack, Raw } from '../attack.ts';
import { both } from '../expectations.ts';
import { operation, times } from '../requests.ts';
import { saw } from '../send.ts';
import type { Target } from '../target.ts';

const on = 'that has little patience';
const head = 'POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n';
const body = '{"query":"{ __typename }"}';
const get = (path: string, more = '') => `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${more}\r\n`;

const raw = (text: string): Raw => ({ raw: text, patienceMs: 4_000 });
const open = ({ url }: Target) => openRaw(Number(new URL(url).port));

const healthy = operation('{ __typename }', undefined, { headers: { connection: 'close' } });
const isHealthy = ({ text }: Answered) => text === '{"data":{"__typename":"Query"}}';
/** The last answer. */
const stillServes = (answers: readonly Answered[]) => (isHealthy(answers.at(-1)!) ? undefined : answers.at(-1)!.text);

/** Each answer has the status at its place; an answer of Node's parser may be that it hangs up. */
const statuses =
  (...expected: number[]) =>
  (answers: readonly Answered[]) =>
    answers
      .slice(0, expected.length)
      .flatMap(({ status, text }, at) =>
        status === expected[at] ? [] : [`${status} instead of ${expected[at]}: ${text.slice(0, 200)}`],
      )[0];

const isIdle =
  ({ inside }: Target) =>
  async () =>
    (await inside.connections()) === 0;

/** Asks until it is so, for a few seconds: who has left is missed a little later. */
async function until(isSo: () => Promise<boolean>): Promise<Answered> {
  for (let at = 0; at < 100; at++) {
    if (await isSo()) return saw('so');
    await sleep(50);
  }
  return saw('it did not come to be');
}

export const connections: readonly Attack[] = [
  {
    number: 75,
    title: 'a body has the length that it says, says one, and is not waited for when it says too much',
    on,
    sends: [
      raw(`${head}Content-Length: 20000000\r\n\r\n{`),
      raw(`${head}Content-Length: 20000000\r\nExpect: 100-continue\r\n\r\n`),
      raw(`${head}Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n`),
      raw(`${head}Content-Length: 500\r\n\r\n${body}`),
      healthy,
    ],
    expects: both((answers) => {
      const last = answers.map(({ text }) => [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].at(-1)?.[1] ?? 'open');
      const expected = ['413', '413', '411', '408'];
      return last.slice(0, 4).join() === expected.join() ? undefined : last.join();
    }, stillServes),
    passes: 'limits no body',
  },
  {
    number: 77,
    title: 'who sends slowly, or takes no answer, is not waited for',
    on,
    sends: [
      async (target) => {
        const slow = ['POST /graphql HTTP/1.1\r\nHost:', `${head}Content-Length: 100\r\n\r\n{"query":`];
        const waiting = [...slow.flatMap((text) => times(15, () => target.send(raw(text)))), drip(target)];
        const other = await target.send(healthy);
        return [other, ...(await Promise.all(waiting)), await takeNothing(target)];
      },
    ],
    expects: (answers) =>
      answers.find((it) => !isHealthy(it) && it.status !== 408 && !['', 'closed'].includes(it.text))?.text,
    passes: 'listens as Node does by itself',
  },
  {
    number: 78,
    title: 'of one address so many connections are open, and others find room again',
    on,
    sends: [
      async (target) => {
        await until(isIdle(target));
        const idle = await Promise.all(times(60, () => open(target)));
        const closed = idle.map((it) => Promise.race([it.closed.then(() => 1), sleep(200, 0)]));
        const count = (await Promise.all(closed)).filter((it) => it === 1).length;
        for (const connection of idle) connection[Symbol.dispose]();
        return saw(`${count} were closed`);
      },
      (target) => until(isIdle(target)),
      healthy,
    ],
    expects: both((answers) => {
      const seen = answers.slice(0, 2).map(({ text }) => text);
      return seen.join() === '20 were closed,so' ? undefined : seen.join();
    }, stillServes),
    passes: 'listens as Node does by itself',
  },
  {
    number: 86,
    title: 'addresses and headers are so long, and what is not there costs a line',
    sends: [
      raw(get(`/${'a'.repeat(10_000)}`)),
      raw(get('/livez', `X-A: ${'a'.repeat(9_000)}\r\n`)),
      raw(get('/livez', `X-A: ${'a'.repeat(90_000)}\r\n`)),
      raw(get('/no/such/page')),
      raw(get('/graphql').replace('GET', 'TRACE')),
      ...times(100, (at) => ({ method: 'GET', path: `/no/such/page/${at}` })),
    ],
    expects: statuses(414, 431, 431, 404, 405, ...times(100, () => 404)),
    passes: 'listens as Node does by itself',
  },
  {
    number: 99,
    title: 'a request has one length, in one way',
    sends: [
      raw(`${head}Content-Length: 26\r\nContent-Length: 27\r\n\r\n${body}`),
      raw(`${head}Content-Length: 26\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`),
      raw(`${head}Transfer-Encoding: xchunked\r\n\r\n${body}`),
      raw(`${head}Content-Length: 26\r\nX-A: b\r\n c: d\r\n\r\n${body}`),
      healthy,
    ],
    expects: both(statuses(400, 400, 400, 400), stillServes),
    passes: 'parses HTTP leniently',
  },
  {
    number: 129,
    title: 'who leaves in the middle of a request or an answer leaves nothing behind',
    on,
    sends: [
      async (target) => {
        const query = JSON.stringify({ query: '{ cities(first: 100) { nodes { name } } }' });
        for (let round = 0; round < 10; round++) {
          const callers = await Promise.all(times(15, () => open(target)));
          for (const { send } of callers) send(`${head}Content-Length: ${query.length}\r\n\r\n${query}`);
          for (const { socket } of callers) socket.resetAndDestroy();
        }
        for (let at = 0; at < 5; at++) {
          using caller = await open(target);
          caller.send(get('/-/export/Tag'));
          await new Promise((resolve) => caller.socket.once('data', resolve).once('close', resolve));
        }
      },
      (target) => until(isIdle(target)),
      (target) => until(async () => (await beginningOf(target)).startsWith('HTTP/1.1 200')),
      async ({ inside }) => saw((await inside.log()).filter((line) => line.includes('unexpected error')).join()),
      healthy,
    ],
    expects: both(
      (answers) => answers.slice(0, 2).find(({ text }) => text !== 'so')?.text,
      (answers) => answers[2]!.text || undefined,
      stillServes,
    ),
    passes: 'keeps the places of who has left',
  },
];

/** Of an export. */
async function beginningOf(target: Target): Promise<string> {
  using caller = await open(target);
  caller.send(get('/-/export/Tag'));
  // Awaited here: what is returned unawaited would find the connection closed.
  return await new Promise((resolve) => {
    caller.socket.once('data', (text) => resolve(String(text)));
    caller.socket.once('close', () => resolve('closed'));
  });
}

/** A byte of the body now and then. */
async function drip(target: Target): Promise<Answered> {
  using connection = await open(target);
  connection.send(`${head}Content-Length: 100000\r\n\r\n`);
  const dripping = setInterval(() => connection.send(' '), 50);
  const answer = await Promise.race([connection.closed, sleep(4_000, 'open')]);
  clearInterval(dripping);
  return saw(answer.startsWith('HTTP/1.1 408') ? 'closed' : answer);
}

/** Asks for page after page and reads none. */
async function takeNothing(target: Target): Promise<Answered> {
  using connection = await open(target);
  connection.socket.pause();
  connection.send(get('/-/export/Tag'));
  const closed = await until(isIdle(target));
  return saw(closed.text === 'so' ? 'closed' : 'who takes no answer is waited for');
}
