/** Attacks on passwords: their time, their hashes, what is mailed to replace them, and by keeping their owner out. */
import type { Attack, Answered } from '../attack.ts';
import { both, codesOf, refusedWith, seenAs, withText, withoutText } from '../expectations.ts';
import { bearer, changePassword, cookie, json, operation, secretIn, signIn, times, who } from '../requests.ts';
import { saw } from '../send.ts';
import { differ, median } from '../timing.ts';

const password = 'seven horses in a barn';
const next = 'eight horses in a barn';
const on = 'that takes many accounts';

/** Of each of two kinds of sign-in. `npm run attacks` takes more. */
const samples = Number(process.env['TIMING_SAMPLES'] ?? 30);

/** A device that is known by where and how it has signed in. */
const firefox = {
  headers: { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0' },
};

const seventyTwo = 'six times twelve letters are seventy-two of them, as I have just counted';
/** The same to the reader, in other code points. */
const [composed, decomposed] = ['Zw\u00f6lf \ufb01nger am Ufer', 'Zwo\u0308lf finger am Ufer'];

const reset = (token: string) =>
  operation('mutation ($t: String!, $p: String!) { resetPassword(token: $t, password: $p) }', { t: token, p: next });
const requestReset = (email: string) =>
  JSON.stringify({ query: 'mutation ($e: String!) { requestPasswordReset(email: $e) }', variables: { e: email } });
const lastLinkIn = (mails: readonly string[]) => /#reset-password=([0-9a-f]{64})/.exec(mails.at(-1) ?? '')?.[1] ?? '';

const timeOf = ({ milliseconds }: Answered) => milliseconds;

const count = (answers: readonly Answered[], code: string) => codesOf(answers).filter((it) => it === code).length;

export const accounts: readonly Attack[] = [
  {
    number: 14,
    title: 'time tells nobody who has an account',
    on: 'without budgets',
    // In turn, so that what else the machine does meets both alike.
    sends: times(2 * samples, (at) => signIn(at % 2 === 0 ? 'admin@example.test' : 'nobody@example.test')),
    tries: 3,
    expects: (answers) => {
      const [known, unknown] = [0, 1].map((kind) => answers.filter((_, at) => at % 2 === kind).map(timeOf));
      return differ(known!, unknown!);
    },
    passes: 'checks the passwords of those only whom it knows',
  },
  {
    number: 20,
    title: 'who guesses wrong for somebody else locks nobody out',
    on,
    sends: [
      async ({ inside }) => saw((await inside.newUser(password)).email),
      (_, [user]) => signIn(user!.text, password, firefox),
      (_, [user]) => times(12, () => signIn(user!.text)),
      (_, [, own]) => who(bearer(secretIn(own))),
      (_, [user]) => signIn(user!.text, password, firefox),
    ],
    expects: both(seenAs('user'), (answers) =>
      count(answers, 'RATE_LIMITED') === 7 && secretIn(answers.at(-1)) !== ''
        ? undefined
        : `its owner is locked out: ${answers.at(-1)?.text}`,
    ),
    passes: 'knows no device of its users',
  },
  {
    number: 21,
    title: 'a password counts to its last letter, is the same however it is typed, and has an end',
    on,
    sends: [
      async ({ inside }) => {
        const { email, session } = await inside.newUser(password);
        return [saw(email), changePassword(password, `${seventyTwo}, one`, cookie(session))];
      },
      (_, [user]) => signIn(user!.text, `${seventyTwo}, two`),
      (_, [user]) => signIn(user!.text, `${seventyTwo}, one`),
      (_, [user]) => signIn(user!.text, 'x'.repeat(900_000)),
      async ({ inside }) => signIn((await inside.newUser(composed)).email, decomposed),
    ],
    expects: (answers) => {
      const outcomes = answers.slice(1).map((it) => codesOf([it])[0] ?? (secretIn(it) ? 'in' : it.text));
      const expected = ['in', 'SIGN_IN_FAILED', 'in', 'BAD_INPUT', 'in'];
      return outcomes.join() === expected.join() ? undefined : outcomes.join();
    },
    passes: 'cuts passwords after 72 bytes',
  },
  {
    number: 22,
    title: 'a stolen hash costs what OWASP asks for, an old one from the next sign-in on',
    on,
    sends: [
      async ({ inside, send }) => {
        const users = [
          await inside.newUser(password),
          await inside.newUser(password, { memoryCost: 4096, timeCost: 1 }),
        ];
        for (const { email } of users) await send(signIn(email, password));
        return Promise.all(users.map(async ({ email }) => saw((await inside.stored(email)).passwordHash ?? 'none')));
      },
    ],
    expects: withText(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/),
    passes: 'keeps old hashes',
  },
  {
    number: 23,
    title: 'a flood of sign-ins is told to wait, and holds up nobody else',
    on: 'without budgets',
    sends: [
      async ({ send }) => {
        const flood = Promise.all(times(120, (at) => send(signIn(`case23-${at}@example.test`))));
        const others = [];
        for (let at = 0; at < 10; at++) others.push(await send(operation('{ __typename }')));
        return [...others, ...(await flood)];
      },
    ],
    mayAnswer: [503],
    tries: 2,
    expects: (answers) => {
      const [others, flood] = [answers.slice(0, 10), answers.slice(10)];
      const [waited, lasted] = [median(others.map(timeOf)), Math.max(...flood.map(timeOf))];
      // On a machine that is busy with other things too, everything takes longer.
      if (waited > Math.max(200, lasted / 5)) return `others waited ${waited.toFixed()} ms of ${lasted.toFixed()}`;
      const told = flood.filter(({ status, headers }) => status === 503 && headers.get('retry-after') === '1');
      return told.length >= 20 && count(flood, 'SIGN_IN_FAILED') + told.length === flood.length
        ? undefined
        : `${told.length} were told to wait`;
    },
    passes: 'hashes as many passwords as come',
  },
  {
    number: 28,
    title: 'a mailed link leads to this server, lives an hour, works once, and ends the sessions of its user',
    on,
    sends: [
      async ({ inside, send }) => {
        const { email, session } = await inside.newUser(password);
        const body = requestReset(email);
        const head = `POST /graphql HTTP/1.1\r\nHost: evil.test\r\nX-Forwarded-Host: evil.test\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
        await send({ raw: head + body });
        const mails = await inside.mails();
        const link = lastLinkIn(mails);
        const uses = await Promise.all([send(reset(link)), send(reset(link))]);
        return [saw(mails.at(-1) ?? ''), ...uses, who(bearer(session)), signIn(email, password)];
      },
      async ({ inside, send }) => {
        const { email } = await inside.newUser(password);
        await send({ headers: json, body: requestReset(email) });
        const link = lastLinkIn(await inside.mails());
        await inside.age(email, 61 / (24 * 60));
        return reset(link);
      },
    ],
    expects: both(
      (answers) => withoutText(/evil/)(answers.slice(0, 1)),
      (answers) => withText(/http:\/\/localhost:4000\/-\/account#reset-password=/)(answers.slice(0, 1)),
      seenAs(401),
      (answers) =>
        count(answers, 'LINK_INVALID') === 2 ? undefined : `used ${3 - count(answers, 'LINK_INVALID')} times`,
      (answers) => refusedWith('SIGN_IN_FAILED')(answers.slice(4, 5)),
    ),
    passes: 'lets a link be used twice',
  },
];
