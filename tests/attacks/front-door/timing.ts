/** Whether two samples of times are told apart. */

/** What tells them apart: undefined when nothing does. By the bounds of the catalogue of attacks. */
export function differ(one: readonly number[], other: readonly number[]): string | undefined {
  const [usual, unusual] = [median(one), median(other)];
  const p = mannWhitney(one, other);
  const apart = Math.abs(usual - unusual) / usual;
  if (p > 0.01 || apart < 0.05) return undefined;
  return `p = ${p.toFixed(4)}, medians ${(100 * apart).toFixed(1)} % apart`;
}

export const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

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
