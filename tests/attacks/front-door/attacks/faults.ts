/** Attacks by what takes long, and by what has failed. */
import type { Answered, Attack } from '../attack.ts';
import { both, codesOf } from '../expectations.ts';
import { countCities, operation, signIn, times, who } from '../requests.ts';
import { saw } from '../send.ts';

/**
 * To and fro along a relation of many to many, and a text that is nearly there at each of 50,000 places: for engines that
 * look for its beginning first, and for PostgreSQL, which looks for its end.
 */
const slow = {
  OR: [
    { label: { contains: `${'x'.repeat(50_000)}y` } },
    { label: { contains: `y${'x'.repeat(5_000)}` } },
    {
      observations: {
        some: { tags: { some: { observations: { some: { tags: { some: { slug: { equals: '' } } } } } } } },
      },
    },
  ],
};

const allAnswered = (answers: readonly Answered[]) =>
  answers.find(({ status, json }) => status !== 200 || json?.errors)?.text.slice(0, 300);

/** The most that is taken: what nobody refuses must not hold up the others either. */
const largest = [
  operation('{ cities(first: 100) { nodes { name country { name cities(first: 90) { nodes { id name } } } } } }'),
  operation(`{ ${times(100, (at) => `a${at}: countries(first: 90) { nodes { name } }`).join(' ')} }`),
  operation(`{ ${times(90, (at) => `a${at}: cityAggregate { count }`).join(' ')} }`),
  countCities({ OR: times(50, (at) => ({ name: { contains: `x${at}` } })) }),
  countCities({ id: { in: times(200, (at) => -at) } }),
  operation(`{ viewer { kind } } # ${'x'.repeat(900_000)}`),
];

/** How long the server may do nothing else. `npm run attacks`, on a quiet machine, holds it to 50. */
const stallMs = 250;

/** Each with an account of its own, as it has so many guesses. */
let rounds = 0;

export const faults: readonly Attack[] = [
  {
    number: 81,
    title: 'a statement that takes long is ended, and the next is answered',
    on: 'whose statements may take a second',
    sends: [
      operation('query ($w: TagWhere) { tags(where: $w) { totalCount } }', { w: slow }, { as: 'admin' }),
      operation('{ tags { totalCount } }'),
    ],
    mayAnswer: [503],
    expects: (answers) => {
      const [long, next] = answers;
      if (codesOf([long!]).join() !== 'DATABASE_UNAVAILABLE' || long!.milliseconds > 8_000)
        return `after ${long!.milliseconds.toFixed()} ms: ${long!.text}`;
      return allAnswered([next!]);
    },
    passes: 'lets statements take a minute',
  },
  {
    number: 87,
    title: 'the largest that is taken is answered, and holds up nobody else',
    sends: [
      async ({ inside }) => void (await inside.stallMs()),
      ...largest,
      async ({ inside }) => saw(`stall of ${(await inside.stallMs()).toFixed()} ms`),
    ],
    tries: 3,
    expects: both(
      (answers) => allAnswered(answers.slice(0, -1)),
      (answers) => {
        const { text } = answers.at(-1)!;
        return Number(/\d+/.exec(text)?.[0]) < stallMs ? undefined : text;
      },
    ),
    passes: 'stands still for what is large',
  },
  {
    number: 119,
    title: 'a Redis that hangs up, is silent, talks nonsense or is full opens no door and closes none',
    on: 'whose Redis fails',
    sends: [
      () => {
        const email = `case119-${++rounds}@example.test`;
        return times(12, () => signIn(email));
      },
      who(),
      operation('mutation { signOut }'),
    ],
    expects: (answers) => {
      const codes = codesOf(answers);
      const tried = codes.filter((code) => code === 'SIGN_IN_FAILED').length;
      const refused = codes.filter((code) => code === 'RATE_LIMITED').length;
      return tried === 5 && refused === 7 ? allAnswered(answers.slice(12)) : codes.join();
    },
    passes: 'fails when its Redis does',
  },
];
