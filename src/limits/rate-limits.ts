import { badConfig } from '../errors.ts';
import type { Viewer } from '../policy/viewer.ts';
import type { Budget } from './counter.ts';

type ForEachKind = Readonly<Record<Viewer['kind'], Budget>>;

/** How often what may be done, each in a window of its own. `src/app/limits.ts` changes them. */
export interface RateLimits {
  /** Wrong passwords and codes for one account, from wherever: those that are right do not count. */
  readonly guesses: Budget;
  /** The same, from a device and network in which the account is signed in: whoever locks others out cannot lock out these. */
  readonly guessesFromKnownDevice: Budget;
  /** Signing in, and choosing a password by a mailed link, from one address. */
  readonly signIns: Budget;
  /** Requests for a mail, from one address. */
  readonly mails: Budget;
  /** Fields of mutations, by one user, or by one address for guests. */
  readonly mutations: ForEachKind;
  /** What expensive operations cost together (`operation-cost.ts`), by one user, or by one address for guests. */
  readonly cost: ForEachKind;
  /** Single fields of mutations beside that, such as `{ submitObservation: { max: 10, windowSeconds: 60 } }`. */
  readonly mutationFields: Readonly<Record<string, Budget>>;
}

const [minute, quarter, hour] = [60, 900, 3600];

const defaultRateLimits: RateLimits = {
  guesses: { max: 10, windowSeconds: quarter },
  guessesFromKnownDevice: { max: 10, windowSeconds: quarter },
  signIns: { max: 100, windowSeconds: quarter },
  mails: { max: 20, windowSeconds: hour },
  mutations: {
    guest: { max: 120, windowSeconds: minute },
    user: { max: 1_200, windowSeconds: minute },
    token: { max: 6_000, windowSeconds: minute },
  },
  cost: {
    guest: { max: 200_000, windowSeconds: minute },
    user: { max: 1_000_000, windowSeconds: minute },
    token: { max: 4_000_000, windowSeconds: minute },
  },
  mutationFields: {},
};

/** @throws BAD_CONFIG for a budget that is none. */
export function rateLimitsWith(changes: Partial<RateLimits> = {}): RateLimits {
  const limits = { ...defaultRateLimits, ...changes };
  for (const [name, budget] of namedBudgets(limits)) {
    if (budget.max >= 0 && budget.windowSeconds > 0) continue;
    throw badConfig(
      `The rate limit ${name} allows ${budget.max} in ${budget.windowSeconds} seconds.`,
      'Give a number from 0 on, and a window longer than that.',
    );
  }
  return limits;
}

/** Every budget with its name, such as `mutations.guest`. */
export function namedBudgets(limits: RateLimits): [string, Budget][] {
  return Object.entries(limits).flatMap(([name, budget]: [string, Budget | Readonly<Record<string, Budget>>]) =>
    isBudget(budget)
      ? [[name, budget]]
      : Object.entries(budget).map(([of, each]): [string, Budget] => [`${name}.${of}`, each]),
  );
}

const isBudget = (it: Budget | Readonly<Record<string, Budget>>): it is Budget => typeof it['max'] === 'number';

const signIns = new Set(['signIn', 'finishSignUp', 'resetPassword']);
const mails = new Set(['requestSignUp', 'requestPasswordReset']);

interface Asker {
  readonly viewer: Pick<Viewer, 'kind' | 'id'>;
  /** As `address-key.ts` writes it. */
  readonly address: string;
}

export const askerKey = ({ viewer, address }: Asker) => (viewer.id === null ? address : `${viewer.kind}:${viewer.id}`);

/** What a field of a mutation takes from, the narrowest last. */
export function budgetsOfMutation(
  field: string,
  { signIns: signInBudget, mails: mailBudget, mutations, mutationFields }: RateLimits,
  { viewer, address }: Asker,
): { key: string; budget: Budget }[] {
  const asker = askerKey({ viewer, address });
  const own = Object.hasOwn(mutationFields, field) ? mutationFields[field] : undefined;
  return [
    { key: `mutations:${asker}`, budget: mutations[viewer.kind] },
    ...(own ? [{ key: `mutation:${field}:${asker}`, budget: own }] : []),
    // By address, whoever is signed in: to have an account is no licence to try others.
    ...(signIns.has(field) ? [{ key: `sign-ins:${address}`, budget: signInBudget }] : []),
    ...(mails.has(field) ? [{ key: `mails:${address}`, budget: mailBudget }] : []),
  ];
}
