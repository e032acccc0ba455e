/** What servers find hard in a statement before they read a row: how its subqueries nest. */
export interface Select {
  /** That it reads from by itself. */
  tables: number;
  /** Subqueries among its columns, and those of its tables and conditions. */
  readonly columns: Select[];
  readonly conditions: Select[];
}

/** Of a compiled statement, in which tables are called `t` and a number. */
export function shapeOf(sql: string): Select {
  const outermost = newSelect();
  const open: (Reading | undefined)[] = [];
  let current: Reading = { select: outermost, afterFrom: false, parentheses: 0 };
  for (const [token] of sql.matchAll(tokens)) {
    switch (token) {
      case '(select ': {
        const select = newSelect();
        current.select[current.afterFrom ? 'conditions' : 'columns'].push(select);
        open.push(current);
        current = { select, afterFrom: false, parentheses: 0 };
        break;
      }
      case '(':
        open.push(undefined);
        current.parentheses++;
        break;
      case ')': {
        const outer = open.pop();
        if (outer) current = outer;
        else current.parentheses--;
        break;
      }
      case ' from ':
        if (current.parentheses === 0) current.afterFrom = true;
        break;
      default:
        if (token.startsWith(' as ') && current.afterFrom && current.parentheses === 0) current.select.tables++;
    }
  }
  return outermost;
}

/** Names in their quotation marks are passed over. Values are never in the text. */
const tokens = / as [`"]t\d+[`"]|`(?:[^`]|``)*`|"(?:[^"]|"")*"|'(?:[^']|'')*'|\(select |\(|\)| from /g;

interface Reading {
  readonly select: Select;
  afterFrom: boolean;
  /** That are open, of no subquery. */
  parentheses: number;
}

const newSelect = (): Select => ({ tables: 0, columns: [], conditions: [] });

/**
 * What MariaDB notes of a statement, in units of one plain subquery: of the subqueries among columns it is multiplied
 * by the subqueries beside them, level by level. 4 kB of SQL that nest eight lists with four conditions each took
 * 426 MB and a second, and one level more four times as much. A server that runs out of memory is ended with all its
 * connections.
 */
export function notesOf({ columns, conditions }: Select): number {
  const sum = (them: readonly Select[]) => them.reduce((total, it) => total + notesOf(it), 0);
  return 1 + sum(conditions) + (1 + columns.length + conditions.length) * sum(columns);
}

/** The most tables that PostgreSQL joins as one: those of a subquery's conditions among them, for which it looks for the best order. */
export function mostTablesJoined(select: Select): number {
  return Math.max(tablesJoined(select), ...[...select.columns, ...select.conditions].map(mostTablesJoined));
}

const tablesJoined = ({ tables, conditions }: Select): number =>
  conditions.reduce((total, it) => total + tablesJoined(it), tables);
