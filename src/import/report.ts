import type { ErrorCode } from '../errors.ts';

export const outcomes = ['created', 'updated', 'same', 'skipped', 'denied', 'conflicts', 'refused'] as const;

/** What becomes of a row. */
export type Outcome = (typeof outcomes)[number];

/** Rows by what became of them. */
export type Counts = Readonly<Record<Outcome, number>>;

/** What became of a file. */
export interface Report extends Counts {
  readonly model: string;
  /** `created`: new rows. `updated`: rows that differed. `same`: were there already, with the same values. `skipped`: were
   * there, and were to be left alone. `denied`: the viewer may not write them, or not link what they point to.
   * `conflicts`: clash with others by a unique key. `refused`: cannot be read, or cannot be stored. `rows`: all of these. */
  readonly rows: number;
  readonly seconds: number;
  readonly rowsPerSecond: number;
  /** Columns that were taken for fields of another spelling. */
  readonly forgiven: Readonly<Record<string, string>>;
  /** The first ones. */
  readonly errors: readonly RowError[];
}

export interface RowError {
  readonly line: number;
  readonly column?: string;
  readonly code: ErrorCode;
  readonly message: string;
}

/** Errors that a report has unless more are asked for. */
export const firstErrors = 100;

/** Rows that were not written. */
export const notWritten = ({ denied, conflicts, refused }: Counts) => denied + conflicts + refused;

/** Counts what becomes of rows. */
export class Tally {
  readonly counts: Record<Outcome, number>;
  readonly errors: RowError[];
  readonly forgiven: Record<string, string> = {};
  private readonly started = performance.now();
  private readonly before: number;
  private readonly model: string;

  /** @param from what was done with by an earlier run. */
  constructor(model: string, from?: { readonly counts: Counts; readonly errors: readonly RowError[] }) {
    this.model = model;
    const zero = { created: 0, updated: 0, same: 0, skipped: 0, denied: 0, conflicts: 0, refused: 0 };
    this.counts = { ...(from?.counts ?? zero) };
    this.errors = [...(from?.errors ?? [])];
    this.before = this.rows;
  }

  get rows(): number {
    return Object.values(this.counts).reduce((sum, count) => sum + count, 0);
  }

  add(outcome: Outcome, rows = 1): void {
    this.counts[outcome] += rows;
  }

  refuse(outcome: Outcome, error: RowError): void {
    this.counts[outcome] += 1;
    if (this.errors.length < firstErrors) this.errors.push(error);
  }

  /** Another that begins where this one is: what it counts may be thrown away. */
  copy(): Tally {
    return new Tally(this.model, this);
  }

  /** What the copy has counted has come to be. */
  take({ counts, errors }: Tally): void {
    for (const outcome of outcomes) this.counts[outcome] = counts[outcome];
    this.errors.splice(0, this.errors.length, ...errors);
  }

  report(): Report {
    const { rows } = this;
    const seconds = (performance.now() - this.started) / 1000;
    const rowsPerSecond = seconds > 0 ? Math.round((rows - this.before) / seconds) : 0;
    return {
      model: this.model,
      ...this.counts,
      rows,
      seconds: Math.round(seconds * 1000) / 1000,
      rowsPerSecond,
      forgiven: { ...this.forgiven },
      errors: [...this.errors],
    };
  }
}

const shownErrors = 20;

/** Errors that are answered to somebody who asks for all: so many lines of a file are mended by a program, not by hand. */
const maxAllErrors = 10_000;

/** Keeps the errors of a run beyond the first ones, and adds them to its report. */
export function createErrorKeeper() {
  const kept: RowError[] = [];
  return {
    keep(rows: readonly RowError[]): void {
      for (const { line, column, code, message } of rows.slice(0, maxAllErrors - kept.length))
        kept.push({ line, ...(column !== undefined && { column }), code, message });
    },
    withAll<R extends Report>(report: R): R {
      // Those of an earlier run of the import are in its report only.
      const byLine = new Map([...report.errors, ...kept].map((error) => [error.line, error]));
      return { ...report, errors: [...byLine.values()].toSorted((a, b) => a.line - b.line) };
    },
  };
}

/** For people: one line, and one more for each of the first errors. */
export function reportLines(report: Report): string[] {
  const { model, rows, seconds, rowsPerSecond, errors, forgiven } = report;
  const counts = outcomes.filter((outcome) => report[outcome] > 0);
  const said = counts.map((what) => `${report[what].toLocaleString('en')} ${what}`).join(', ') || 'no rows';
  const speed = rows > 0 ? ` in ${seconds.toFixed(1)} s (${rowsPerSecond.toLocaleString('en')} rows/s)` : '';
  const taken = Object.entries(forgiven).map(([column, field]) => `  the column "${column}" is taken for ${field}`);
  const refusals = errors
    .slice(0, shownErrors)
    .map(({ line, column, code, message }) => `  line ${line}${column ? `, ${column}` : ''}: ${code} ${message}`);
  const more = notWritten(report) - refusals.length;
  return [
    `${model}: ${said}${speed}`,
    ...taken,
    ...refusals,
    ...(more > 0 ? [`  and ${more.toLocaleString('en')} more`] : []),
  ];
}
