/**
 * Spreadsheets run a cell that begins like a formula (OWASP ASVS 1.2.10). So a text in an exported CSV file that begins
 * so gets an apostrophe before it, and one that begins with an apostrophe another. A column named `'` says that the file
 * is written this way, and an import takes the apostrophes off again: the texts of other files are theirs.
 */
export const defusedColumn = "'";

/** Quotation marks before it do not help: spreadsheets take them off. The wide ones are taken for the narrow ones. */
const dangerous = /^(?:['\t\r\n\0]|"*[=+\-@＝＋－＠])/;
/** Stands where the viewer may not read the value: an import leaves it as it is. Null is nothing at all. */
export const withheldCell = "'(withheld)";

/** An empty text gets one too: nothing at all is null. */
export const defuse = (text: string): string => (text === '' || dangerous.test(text) ? `'${text}` : text);

/** @returns undefined for what was withheld. */
export function arm(cell: unknown): unknown {
  if (cell === withheldCell) return undefined;
  if (typeof cell !== 'string' || !cell.startsWith("'")) return cell;
  return cell === "'" || dangerous.test(cell.slice(1)) ? cell.slice(1) : cell;
}
