/** Whether the time of an answer tells who has an account (case 14). */
import { operation } from './attack.ts';
import { send, type Target } from './run.ts';

const samples = 200;
const signIn = (email: string, password: string) =>
  operation('mutation ($e: String!, $p: String!) { signIn(email: $e, password: $p) { token } }', {
    e: email,
    p: password,
  });

export interface Comparison {
  /** How likely two samples of the same would differ as much or more. */
  readonly p: number;
  /** How far the medians are apart, as a share of the first. */
  readonly apart: number;
}

/** A wrong password for somebody and for nobody, in turn, so that what else the machine does meets both alike. */
export const knownAndUnknown = (target: Target): Promise<Comparison> =>
  compare(target, signIn('admin@example.test', 'wrong password'), signIn('nobody@example.test', 'wrong password'));

/** The same for two that must differ: what is refused before it is hashed. Else the comparison would tell nothing. */
export const hashedAndNot = (target: Target): Promise<Comparison> =>
  compare(target, signIn('admin@example.test', 'wrong password'), signIn('admin@example.test', 'w'.repeat(2_000)));

export const differ = ({ p, apart }: Comparison) => p <= 0.01 && apart >= 0.05;

async function compare(target: Target, ...both: [ReturnType<typeof signIn>, ReturnType<typeof signIn>]) {
  const times: [number[], number[]] = [[], []];
  for (let at = 0; at < 2 * samples; at++) {
    const started = performance.now();
    const { status, text } = await send(both[at % 2]!, target);
    times[at % 2]!.push(performance.now() - started);
    if (status !== 200) throw new Error(`A sign-in of the samples was refused otherwise: ${status} ${text}`);
  }
  const [one, other] = times.map(median) as [number, number];
  return { p: mannWhitney(...times), apart: Math.abs(one - other) / one };
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

/** The two-sided test of Mann and Whitney, by its normal approximation: exact enough from some twenty samples on. */
function mannWhitney(one: readonly number[], other: readonly number[]): number {
  const wins = one.reduce((sum, a) => sum + other.reduce((won, b) => won + (a > b ? 1 : a === b ? 0.5 : 0), 0), 0);
  const pairs = one.length * other.length;
  const deviation = Math.sqrt((pairs * (one.length + other.length + 1)) / 12);
  return 2 * (1 - normal(Math.abs(wins - pairs / 2) / deviation));
}

/** The share of the normal distribution below `z` of 0 or more (Abramowitz and Stegun, 26.2.17). */
function normal(z: number): number {
  const t = 1 / (1 + 0.2316419 * z);
  const series = [1.330274429, -1.821255978, 1.781477937, -0.356563782, 0.31938153].reduce(
    (sum, factor) => (sum + factor) * t,
    0,
  );
  return 1 - (series * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI);
}
