import { PergolaError } from '../errors.ts';

/** What a command ended with: 0 done, 1 failed, 2 usage, 3 differences found. */
export const exit = { done: 0, failed: 1, usage: 2, differences: 3 } as const;

/** One report on stdout: for scripts as JSON, for people as lines. */
export function report(json: boolean | undefined, result: object, lines: readonly string[]): void {
  process.stdout.write(json ? `${JSON.stringify(result)}\n` : `${lines.join('\n')}\n`);
}

/** An error as one line: the fact and the remedy. What nobody expected keeps its stack. */
export function describeError(error: unknown): string {
  if (error instanceof PergolaError) return `pergola: ${error.message}`;
  return error instanceof Error ? `pergola: ${error.stack ?? error.message}` : `pergola: ${String(error)}`;
}
