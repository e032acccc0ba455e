/** One thing that a statement does to one table. */
export interface Action {
  /** On one line with single blanks, and without the table's name: `ALTER TABLE DROP COLUMN "a"`. */
  readonly text: string;
  /** Undefined where it is about no table. */
  readonly table: string | undefined;
}

const part = String.raw`(?:"(?:[^"]|"")+"|\`(?:[^\`]|\`\`)+\`|\[[^\]]+\]|\w+)`;
const name = String.raw`(?:${part}\.)?(${part})`;

/** How statements about one table begin, as far as its name. */
const heads = [
  String.raw`(ALTER\s+TABLE)\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?`,
  String.raw`(CREATE\s+(?:UNIQUE\s+|FULLTEXT\s+|SPATIAL\s+)?INDEX(?:\s+CONCURRENTLY)?)\s+(?:IF\s+NOT\s+EXISTS\s+)?(?:${part}\s+)?ON\s+(?:ONLY\s+)?`,
  String.raw`(DROP\s+INDEX)\s+${part}\s+ON\s+`,
  String.raw`(CREATE\s+(?:TEMP\w*\s+)?TABLE)\s+(?:IF\s+NOT\s+EXISTS\s+)?`,
  String.raw`(TRUNCATE)\s+(?:TABLE\s+)?(?:ONLY\s+)?`,
  String.raw`(DELETE\s+FROM)\s+(?:ONLY\s+)?`,
  String.raw`(UPDATE)\s+(?:ONLY\s+)?`,
  String.raw`((?:INSERT|REPLACE)(?:\s+(?:OR\s+\w+|IGNORE))?\s+INTO)\s+`,
].map((head) => new RegExp(`^${head}${name}`, 'i'));

const dropTables = new RegExp(String.raw`^DROP\s+TABLE\s+(?:IF\s+EXISTS\s+)?(.*?)(?:\s+(?:CASCADE|RESTRICT))?$`, 'is');

/** What a statement does, in its order: each clause of an ALTER TABLE, each table of a DROP TABLE. */
export function actionsOf(statement: string): Action[] {
  const dropped = dropTables.exec(statement)?.[1];
  if (dropped !== undefined) return atCommas(dropped).map((it) => ({ text: 'DROP TABLE', table: tableName(it) }));
  for (const head of heads) {
    const match = head.exec(statement);
    if (!match) continue;
    const words = match[1]!;
    const table = unquoted(match[2]!);
    const rest = statement.slice(match[0].length).trim();
    const clauses = /^alter/i.test(words) ? atCommas(rest) : [rest];
    return clauses.map((clause) => ({ text: oneLine(`${words} ${clause}`), table }));
  }
  return [{ text: oneLine(statement), table: undefined }];
}

/** The columns that `INSERT INTO "new_A" (…) SELECT … FROM "A"` takes over, and from where. */
export function copyOf(statement: string): { from: string; columns: string[] } | undefined {
  const pattern = new RegExp(
    String.raw`^INSERT\s+INTO\s+${name}\s*\(([^)]*)\)\s*SELECT\b[^]*\bFROM\s+${name}\s*$`,
    'i',
  );
  const [, , columns, from] = pattern.exec(statement) ?? [];
  return columns && from ? { from: unquoted(from), columns: atCommas(columns).map(unquoted) } : undefined;
}

/** The new name of the table, in `ALTER TABLE … RENAME TO …`. */
export function renamedTo({ text }: Action): string | undefined {
  const to = new RegExp(String.raw`^ALTER TABLE RENAME (?:TO|AS) ${name}$`, 'i').exec(text)?.[1];
  return to && unquoted(to);
}

/** A column or a constraint where a clause names one. */
export const unquoted = (text: string) =>
  text
    .trim()
    .replace(
      /^"(.*)"$|^`(.*)`$|^\[(.*)\]$/s,
      (_, ...groups: (string | undefined)[]) =>
        (groups[0]?.replaceAll('""', '"') ?? groups[1]?.replaceAll('``', '`') ?? groups[2])!,
    );

const tableName = (text: string) => unquoted(new RegExp(`^${name}$`).exec(text.trim())?.[1] ?? text);

const oneLine = (text: string) => text.replaceAll(/\s+/g, ' ').trim();

/** Not at those inside of brackets, texts and names. */
function atCommas(text: string): string[] {
  const parts = [''];
  let depth = 0;
  for (const [token] of text.matchAll(/'(?:[^'\\]|\\.|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|[^]/g)) {
    if (token === '(') depth++;
    if (token === ')') depth--;
    if (token === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] += token;
  }
  return parts.map((it) => it.trim()).filter(Boolean);
}
