import { unquoted, type Action } from './read-statement.ts';

/**
 * What a statement may do to a database that is in use: rows or values are gone; others wait as long as there are rows
 * to go through, or for a moment; a table is written anew; rows that stand against it make it fail; servers of the
 * release before it ask for what is no longer there; nobody here knows.
 */
export type RiskKind = 'data loss' | 'lock' | 'brief lock' | 'rewrite' | 'may fail' | 'old servers' | 'unknown';

export interface Risk {
  readonly kind: RiskKind;
  readonly fact: string;
}

/** A table before the statement. */
export interface TableFacts {
  /** As many as were counted: `countedRows + 1` stands for more. */
  readonly rows: number;
  readonly columns: readonly string[];
  /** Columns that an earlier statement has copied into the table that will take its place. */
  readonly copied?: readonly string[];
  /** Made by an earlier statement: nobody uses it yet. */
  readonly isNew?: boolean;
}

/** Enough to tell what is quick from what is not. */
export const countedRows = 100_000;

interface Subject {
  readonly table: string;
  /** Such as `12 rows`. */
  readonly rows: string;
  readonly facts: TableFacts;
  readonly match: RegExpExecArray;
}

/** The first whose pattern fits speaks. */
export type Rule = readonly [pattern: RegExp, risks: (subject: Subject) => readonly Risk[]];

export const risk = (kind: RiskKind, fact: string): Risk => ({ kind, fact });
export const none = (): readonly Risk[] => [];

/** Nothing is at risk in a table without rows. What no rule knows is said to be unknown: silence would look like safety. */
export function judge(rules: readonly Rule[], action: Action, facts: TableFacts | undefined): readonly Risk[] {
  for (const [pattern, risks] of rules) {
    const match = pattern.exec(action.text);
    if (!match) continue;
    if (action.table !== undefined && (facts === undefined || facts.rows === 0)) return [];
    const { rows = 0 } = facts ?? {};
    const words =
      rows > countedRows ? `more than ${inWords(countedRows)} rows` : rows === 1 ? 'one row' : `${inWords(rows)} rows`;
    return risks({ table: action.table ?? '', rows: words, facts: facts ?? { rows: 0, columns: [] }, match });
  }
  return [risk('unknown', 'What this does is not known here: read it, and try it on a copy.')];
}

const inWords = (count: number) => count.toLocaleString('en');

/** Of statements that mean the same on every kind of database. */
export const rulesInCommon: readonly Rule[] = [
  [
    /^DROP TABLE/i,
    ({ table, rows }) => [risk('data loss', `${table} is dropped with its ${rows}.`), oldServers(table)],
  ],
  [/^TRUNCATE/i, ({ table, rows }) => [risk('data loss', `All of ${table} is deleted: ${rows}.`)]],
  [
    /^DELETE(?<where>.*\bWHERE\b)?/i,
    ({ table, rows, match }) => [
      risk(
        'data loss',
        match.groups?.where ? `Rows of ${table} are deleted (of ${rows}).` : `All of ${table} is deleted: ${rows}.`,
      ),
    ],
  ],
  [
    /^UPDATE/i,
    ({ table, rows }) => [risk('lock', `Rows of ${table} are overwritten (of ${rows}), and locked meanwhile.`)],
  ],
  [
    /^(COPY|INSERT|REPLACE|SELECT|WITH|SET|USE|BEGIN|START TRANSACTION|COMMIT|END|PRAGMA|ANALYZE|COMMENT|GRANT)\b/i,
    none,
  ],
  [
    /^CREATE (OR REPLACE )?(TEMP\w* )?(VIRTUAL )?(TABLE|VIEW|TRIGGER|FUNCTION|PROCEDURE|SCHEMA|TYPE|SEQUENCE|EXTENSION|EVENT)\b/i,
    none,
  ],
  [
    /^DROP (VIEW|TRIGGER|FUNCTION|PROCEDURE|TYPE|SEQUENCE|EVENT)\b/i,
    ({ match }) => [oldServers(`the ${match[1]!.toLowerCase()}`)],
  ],
];

export const oldServers = (what: string) =>
  risk('old servers', `Servers of the release before fail as soon as they ask for ${what}.`);

type Match = RegExpExecArray;

/** The column of a table that the pattern's group `column` holds. */
export const named = (table: string, { groups }: Match) => `${table}.${unquoted(groups?.column ?? '')}`;
export const dropped = (table: string, match: Match, rows: string) =>
  risk('data loss', `${named(table, match)} is dropped with its values (${rows}).`);
export const withoutDefault = (table: string, match: Match, rows: string) =>
  risk('may fail', `${named(table, match)} must have a value and has no default: with ${rows} there it is refused.`);
export const duplicates = (table: string) => risk('may fail', `Rows of ${table} may have the same values.`);
export const moment = (table: string) =>
  risk(
    'brief lock',
    `Reads and writes of ${table} wait for a moment, and for the longest transaction that has used it.`,
  );
