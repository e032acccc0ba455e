import type { RefusedRow } from '../../import/apply.ts';
import { parse } from '../../import/parse.ts';
import { refusedFile } from '../../import/refused-file.ts';
import { firstErrors, notWritten } from '../../import/report.ts';
import type { FinishedImport, ImportSettings } from '../../import/run-import.ts';

/** Rows that are written to the file at once. */
const maxWaiting = 1000;

/**
 * Writes the rows that a server did not write to a file of this machine, out of the file that was sent there.
 *
 * @param report with the lines of all of them, as far as the server tells of them: 10,000, of an interrupted import less.
 */
export async function withRefusedFile(
  report: FinishedImport,
  input: string,
  { refusedPath, format }: ImportSettings,
): Promise<FinishedImport> {
  const { errors } = report;
  const shown = { ...report, errors: errors.slice(0, firstErrors) };
  if (refusedPath === undefined || input === '-' || notWritten(report) === 0) return shown;
  const records = parse(input, { format });
  const file = refusedFile({ path: refusedPath, format: records.format, header: records.header });
  const byLine = new Map(errors.map((error) => [error.line, error]));
  let waiting: RefusedRow[] = [];
  let end = 0;
  const flush = async () => {
    end = await file.write(waiting, end);
    waiting = [];
  };
  for await (const { line, raw } of records) {
    const error = byLine.get(line);
    if (error) waiting.push({ ...error, raw });
    if (waiting.length === maxWaiting) await flush();
  }
  await flush();
  return { ...shown, refusedFile: refusedPath };
}
