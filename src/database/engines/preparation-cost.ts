/**
 * How much a statement asks of MariaDB before it reads a row, in units of one plain subquery. What it notes of the
 * subqueries in a list of columns is multiplied by the subqueries beside them, level by level: 4 kB of SQL that nest
 * eight lists with four conditions each took 426 MB and a second, and one level more four times as much. A server
 * that runs out of memory is ended with all its connections.
 */
export function preparationCost(sql: string): number {
  const outermost: Select = newSelect();
  const open: (Select | undefined)[] = [];
  let current = outermost;
  for (const { index, 0: token } of sql.matchAll(tokens)) {
    if (token === '(select ') {
      open.push(current);
      current = newSelect();
    } else if (token === '(') {
      open.push(undefined);
      current.parentheses++;
    } else if (token === ')') {
      const outer = open.pop();
      if (!outer) {
        current.parentheses--;
        continue;
      }
      const { columns, conditions, subqueries } = current;
      const cost = 1 + conditions + (1 + subqueries) * columns;
      outer.subqueries++;
      outer[outer.afterFrom ? 'conditions' : 'columns'] += cost;
      current = outer;
    } else if (token === ' from ' && current.parentheses === 0 && index > 0) current.afterFrom = true;
  }
  return outermost.columns + outermost.conditions;
}

/** Names in their quotation marks are passed over. Values are never in the text. */
const tokens = /`(?:[^`]|``)*`|'(?:[^']|'')*'|\(select |\(|\)| from /g;

interface Select {
  /** Whether what comes now is no column any more. */
  afterFrom: boolean;
  /** That are open, of no subquery. */
  parentheses: number;
  subqueries: number;
  /** What its subqueries cost, by where they stand. */
  columns: number;
  conditions: number;
}

const newSelect = (): Select => ({ afterFrom: false, parentheses: 0, subqueries: 0, columns: 0, conditions: 0 });
