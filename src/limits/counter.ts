/** So much in so long. */
export interface Budget {
  readonly max: number;
  readonly windowSeconds: number;
}

export interface Verdict {
  readonly allowed: boolean;
  /** What is left of the budget after this. */
  readonly remaining: number;
  /** Until the budget is whole again. */
  readonly resetMs: number;
}

/**
 * Counts what is used of budgets, by key. A window starts with the first use and ends as a whole, so that a budget is
 * exact: never more than `max` within one window, however many ask at the same time.
 */
export interface Counter {
  /** Takes the amount if all of it fits, and nothing otherwise. Looking and taking are one step. */
  take(key: string, budget: Budget, amount: number): Promise<Verdict>;
  /** Of what was taken in this window. */
  giveBack(key: string, amount: number): Promise<void>;
  close(): Promise<void>;
}
