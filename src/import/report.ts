import type { ErrorCode } from '../errors.ts';

/** What became of a file. */
export interface Report {
  readonly model: string;
  readonly created: number;
  readonly updated: number;
  /** Were there already, with the same values. */
  readonly same: number;
  /** The viewer may not write them, or not link what they point to. */
  readonly denied: number;
  /** Cannot be read, or cannot be stored. */
  readonly refused: number;
  /** All of the above. */
  readonly rows: number;
  readonly seconds: number;
  readonly rowsPerSecond: number;
  /** The first ones. */
  readonly errors: readonly RowError[];
}

export interface RowError {
  readonly line: number;
  readonly column?: string;
  readonly code: ErrorCode;
  readonly message: string;
}

const maxErrors = 20;

/** Counts what becomes of rows. */
export class Tally {
  private readonly counts = { created: 0, updated: 0, same: 0, denied: 0, refused: 0 };
  private readonly errors: RowError[] = [];
  private readonly started = performance.now();
  private readonly model: string;

  constructor(model: string) {
    this.model = model;
  }

  add(outcome: 'created' | 'updated' | 'same', rows = 1): void {
    this.counts[outcome] += rows;
  }

  refuse(outcome: 'denied' | 'refused', error: RowError): void {
    this.counts[outcome] += 1;
    if (this.errors.length < maxErrors) this.errors.push(error);
  }

  report(): Report {
    const rows = Object.values(this.counts).reduce((sum, count) => sum + count, 0);
    const seconds = (performance.now() - this.started) / 1000;
    const rowsPerSecond = seconds > 0 ? Math.round(rows / seconds) : 0;
    return {
      model: this.model,
      ...this.counts,
      rows,
      seconds: Math.round(seconds * 1000) / 1000,
      rowsPerSecond,
      errors: [...this.errors],
    };
  }
}

/** For people: one line, and one more for each error. */
export function reportLines(report: Report): string[] {
  const { model, created, updated, same, denied, refused, rows, seconds, rowsPerSecond, errors } = report;
  const counts = Object.entries({ created, updated, same, denied, refused }).filter(([, count]) => count > 0);
  const said = counts.map(([what, count]) => `${count.toLocaleString('en')} ${what}`).join(', ') || 'no rows';
  const speed = rows > 0 ? ` in ${seconds.toFixed(1)} s (${rowsPerSecond.toLocaleString('en')} rows/s)` : '';
  const refusals = errors.map(
    ({ line, column, code, message }) => `  line ${line}${column ? `, ${column}` : ''}: ${code} ${message}`,
  );
  const more = denied + refused - errors.length;
  return [`${model}: ${said}${speed}`, ...refusals, ...(more > 0 ? [`  and ${more.toLocaleString('en')} more`] : [])];
}
