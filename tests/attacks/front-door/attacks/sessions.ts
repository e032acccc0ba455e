/** Attacks on sessions: planted, stolen, kept beyond their time. */
import type { Answered, Attack } from '../attack.ts';
import { both, seenAs, withText } from '../expectations.ts';
import { bearer, changePassword, cookie, operation, secretIn, signIn, who } from '../requests.ts';
import { saw } from '../send.ts';

const password = 'seven horses in a barn';
const next = 'eight horses in a barn';
const on = 'that takes many accounts';

/** A session as long as ours are, known to the attacker. */
const planted = 'a'.repeat(40);

const cookiesIn = (answers: readonly Answered[]) => answers.flatMap(({ headers }) => headers.get('set-cookie') ?? []);

export const sessions: readonly Attack[] = [
  {
    number: 1,
    title:
      'a session that was planted means nobody, before a sign-in and after it; nor does an old one after a new password',
    on,
    sends: [
      async ({ inside }) => saw((await inside.newUser(password)).email),
      (_, [user]) => signIn(user!.text, password, cookie(planted)),
      () => who(cookie(planted)),
      (_, [, first]) => who(cookie(secretIn(first))),
      (_, [, first]) => changePassword(password, next, cookie(secretIn(first))),
      (_, [, first]) => who(cookie(secretIn(first))),
      (_, answers) => who(cookie(secretIn(answers[4]))),
    ],
    expects: both(seenAs('guest', 'user', 'guest', 'user'), (answers) => {
      const secrets = [planted, secretIn(answers[1]), secretIn(answers[4])];
      return new Set(secrets).size === 3 ? undefined : `the secret stayed: ${secrets.join()}`;
    }),
    passes: 'goes on with the session that came',
  },
  {
    number: 2,
    title: 'a cookie is for this host and for requests, not for scripts and foreign forms',
    on,
    sends: [
      async ({ inside }) => signIn((await inside.newUser(password)).email, password),
      (_, [signedIn]) => operation('mutation { signOut }', undefined, cookie(secretIn(signedIn))),
    ],
    expects: (answers) => {
      const cookies = cookiesIn(answers);
      const bad = cookies.find(
        (it) =>
          !/^__Host-pergola=[a-z2-7]*; Max-Age=\d+; Path=\/; Secure; HttpOnly; SameSite=Lax$/.test(it) ||
          it.length >= 4_096,
      );
      return bad ?? (cookies.length === 2 ? undefined : `${cookies.length} cookies`);
    },
    passes: 'sends a bare cookie',
  },
  {
    number: 3,
    title: 'who has signed out is out at once, at every server',
    on,
    sends: [
      async ({ inside }) => saw(await inside.another()),
      async ({ inside }) => saw((await inside.newUser(password)).email),
      (_, [, user]) => signIn(user!.text, password),
      (_, [, user]) => signIn(user!.text, password),
      ({ url }, [another, , one]) => [url, another!.text].map((server) => ({ ...who(cookie(secretIn(one))), server })),
      (_, [, , one]) => operation('mutation { signOut }', undefined, cookie(secretIn(one))),
      ({ url }, [another, , one]) => [url, another!.text].map((server) => ({ ...who(cookie(secretIn(one))), server })),
      (_, [, , , other]) => operation('mutation { signOutEverywhere }', undefined, cookie(secretIn(other))),
      ({ url }, [another, , , other]) =>
        [url, another!.text].map((server) => ({ ...who(bearer(secretIn(other))), server })),
    ],
    expects: seenAs('user', 'user', 'guest', 'guest', 401, 401),
    passes: 'remembers who was signed in',
  },
  {
    number: 4,
    title: 'a session ends a week after its last use, and a month after its start however much it is used',
    on,
    sends: [
      async ({ inside, send }) => {
        const { email, session } = await inside.newUser(password);
        const [idle, used] = [bearer(session), bearer(secretIn(await send(signIn(email, password))))];
        const answers = [];
        for (const days of [6, 6, 6, 6]) {
          await inside.age(email, days);
          answers.push(await send(who(used)));
        }
        answers.push(await send(who(idle)));
        await inside.age(email, 5.9);
        answers.push(await send(who(used)));
        await inside.age(email, 0.2);
        return [...answers, await send(who(used))];
      },
    ],
    expects: seenAs('user', 'user', 'user', 'user', 401, 'user', 401),
    passes: 'ends no session',
  },
  {
    number: 5,
    title: 'what the database keeps of a session signs nobody in, and its secret cannot be guessed',
    on,
    sends: [
      async ({ inside }) => saw((await inside.newUser(password)).email),
      (_, [user]) => signIn(user!.text, password),
      async ({ inside }, [user]) => saw(JSON.stringify((await inside.stored(user!.text)).sessions)),
      async ({ inside, send }, [user]) => {
        const { sessions: rows } = await inside.stored(user!.text);
        const texts = rows.flatMap(({ id, handle }) => [id, handle, id.slice(0, 40)]);
        return (
          await Promise.all(texts.map((text) => Promise.all([send(who(cookie(text))), send(who(bearer(text)))])))
        ).flat();
      },
    ],
    expects: both(
      (answers) => answers.slice(3).find(({ text }) => text.includes('"user"'))?.text,
      // 40 letters of 32 are 200 bits.
      (answers) => withText(/^[a-z2-7]{40}$/)([saw(secretIn(answers[1]))]),
      (answers) => (answers[2]!.text.includes(secretIn(answers[1])) ? 'the secret is stored' : undefined),
    ),
    passes: 'takes what is stored for a secret',
  },
];
