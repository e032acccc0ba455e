/** Attacks on the process: signals, errors that nobody has caught, and what it is started with. */
import { setTimeout as sleep } from 'node:timers/promises';
import { openRaw } from '../../../support/raw-http.ts';
import type { Answered, Attack } from '../attack.ts';
import { times } from '../requests.ts';
import { saw } from '../send.ts';
import type { OwnProcess, Target } from '../target.ts';

/** A request of which the body is still to come. */
async function begin({ port }: OwnProcess) {
  const body = '{"query":"{ __typename }"}';
  const connection = await openRaw(port);
  connection.send(
    `POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`,
  );
  // Its head has been read when a later request has its answer.
  await (await fetch(`http://127.0.0.1:${port}/livez`)).text();
  return { finish: () => connection.send(body), answer: connection.closed.then((text) => saw(text)) };
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let at = 0; at < 100 && !(await isSo()); at++) await sleep(50);
}

const isStopping = ({ port }: OwnProcess) =>
  fetch(`http://127.0.0.1:${port}/readyz`).then(
    ({ status, headers }) => status === 503 && headers.get('connection') === 'close',
    () => true,
  );

async function endOf({ ended, signal }: OwnProcess): Promise<Answered> {
  const late = sleep(10_000, undefined, { ref: false });
  const end = await Promise.race([ended, late]);
  if (end === undefined) signal('SIGKILL');
  return saw(`ended with ${end?.code ?? 'a signal'}, saying ${JSON.stringify(end?.errors ?? '')}`);
}

const healthy = /^HTTP\/1\.1 200 OK\r\n[^]*connection: close[^]*\{"data":\{"__typename":"Query"\}/i;

/** What is begun is answered, and the process ends in this way. */
const endsInOrder =
  (end: RegExp) =>
  (answers: readonly Answered[]): string | undefined =>
    answers.slice(0, -1).find(({ text }) => !healthy.test(text))?.text ??
    (end.test(answers.at(-1)!.text) ? undefined : answers.at(-1)!.text);

/** On SIGUSR2 something goes wrong that nobody has thought of. */
const failing = `process.on('SIGUSR2', () => { void Promise.reject(new Error('nobody expected this')); });`;

const configurations: readonly (readonly [Readonly<Record<string, string>>, RegExp])[] = [
  [{ PERGOLA_SAMPEL_DATA: 'off' }, /^pergola: There is no variable PERGOLA_SAMPEL_DATA\. Check its spelling; .*\n$/],
  [{ PERGOLA_OIDC_ISSUER: 'https://issuer.test' }, /^pergola: PERGOLA_OIDC_AUDIENCE is missing\. .*\n$/],
  [{ DATABASE_URL: 'oracle://scott:tiger@db/x' }, /^pergola: (?!.*tiger).*\n$/],
  [{ DATABASE_URL: 'file:/dev/null/pergola.db' }, /^pergola: .*\/dev\/null.*\n$/],
];

async function startWith({ start }: Target, environment: Readonly<Record<string, string>>): Promise<Answered> {
  await using process = await start({ environment });
  if (process.port !== 0) return saw('It listens.');
  const { code, output, errors } = await process.ended;
  return saw(code === 1 && output === '' ? errors : `${code} ${output} ${errors}`);
}

export const processes: readonly Attack[] = [
  {
    number: 120,
    title:
      'told to stop, the server answers what is under way, sends others elsewhere, and ends with 0 within ten seconds',
    sends: [
      async ({ start }) => {
        await using process = await start();
        const requests = await Promise.all(times(50, () => begin(process)));
        process.signal('SIGTERM');
        await until(() => isStopping(process));
        for (const { finish } of requests) finish();
        const answers = await Promise.all(requests.map(({ answer }) => answer));
        return [...answers, await endOf(process)];
      },
    ],
    expects: endsInOrder(/^ended with 0, saying ""$/),
    passes: 'dies of the first signal',
  },
  {
    number: 120,
    title: 'told a second time, it ends at once; two that come together are one',
    sends: [
      async ({ start }) => {
        await using process = await start();
        const { answer } = await begin(process);
        process.signal('SIGTERM');
        process.signal('SIGTERM');
        await sleep(1_200);
        process.signal('SIGTERM');
        return [await endOf(process), await answer];
      },
    ],
    expects: ([end, answer]) =>
      end!.text.startsWith('ended with 1') && answer!.text === '' ? undefined : `${end!.text} ${answer!.text}`,
    passes: 'dies of the first signal',
  },
  {
    number: 126,
    title: 'an error that nobody has caught is logged, what is under way is answered, and the process ends with 1',
    sends: [
      async ({ start }) => {
        await using process = await start({ before: failing });
        const { finish, answer } = await begin(process);
        process.signal('SIGUSR2');
        await until(() => process.errors().includes('nobody expected this'));
        finish();
        return [await answer, await endOf(process)];
      },
    ],
    expects: endsInOrder(
      /^ended with 1, saying "\{\\"level\\":60[^]*nobody expected this[^]*\\"origin\\":\\"unhandledRejection/,
    ),
    passes: 'dies of an error that nobody has caught',
  },
  {
    number: 132,
    title: 'a configuration that is wrong ends the start with one line, and prints no secret',
    sends: configurations.map(
      ([environment]) =>
        (target: Target) =>
          startWith(target, environment),
    ),
    expects: (answers) => answers.find(({ text }, at) => !configurations[at]![1].test(text))?.text,
    passes: 'knows no names of variables',
  },
];
