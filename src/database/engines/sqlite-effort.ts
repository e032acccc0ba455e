import { LRUCache } from 'lru-cache';

/** Runs a statement of ours and gives its rows. */
export type Ask = (sql: string) => unknown[][];

/** What is known of a database's tables, for as long as it is nearly true. */
export interface Sizes {
  /** At least as many rows as the table has. */
  rows(table: string): number;
  /** At most so many rows have the same values in the first columns of an index. */
  alike(index: string, columns: number): number;
}

/** A statement that the process may run itself: what visits so many rows takes some 10 ms. */
export const littleEffort = 50_000;

/**
 * What looks into texts and documents takes as long as they are, which no plan tells: a text of a million letters alike,
 * and a part of 25,000 that ends otherwise, take a second. The process has no time for it.
 */
const looksInto = /\b(?:instr|substr|json_each)\(/;

/** Tables of so many rows together are read here, and no plan is asked for. */
const fewRows = 500;

/** Pages have at most this many rows, and one that says whether there are more. */
const longestPage = 101;

/**
 * How many rows SQLite may visit for a statement, whatever its values are: read from `EXPLAIN QUERY PLAN`, whose steps
 * are loops inside loops. It is told from the plan alone because nothing stops a statement of SQLite that has begun:
 * a filter that was quick with one value can take hours with another.
 *
 * @param pageRows as many rows as each page in it may have.
 */
export function effortOf(sql: string, ask: Ask, sizes: Sizes, pageRows = longestPage): number {
  const tables = tablesOf(sql);
  const named = new Set([...tables.values()].flat());
  const rows = [...named].reduce((sum, table) => sum + sizes.rows(table), 0);
  // Among so few, loops inside loops come to little too.
  if (named.size > 0 && rows <= fewRows) return rows;
  // A statement that the parser just takes is one level too deep with these words in front of it.
  const plan = attempt(() => ask(`explain query plan ${sql}`));
  if (!plan) return Infinity;
  const steps = plan.map(([id, parent, , detail]): Step => ({
    id: Number(id),
    parent: Number(parent),
    detail: String(detail),
    inside: [],
  }));
  const byId = new Map(steps.map((step) => [step.id, step]));
  const roots = steps.filter((step) => !byId.get(step.parent)?.inside.push(step));
  return effortOfLoops(roots, { tables, longestList: longestListIn(sql), pageRows, sizes });
}

interface Step {
  readonly id: number;
  readonly parent: number;
  readonly detail: string;
  readonly inside: Step[];
}

interface Known {
  readonly tables: ReadonlyMap<string, readonly string[]>;
  readonly longestList: number;
  readonly pageRows: number;
  readonly sizes: Sizes;
}

/** Steps side by side: each loop runs in full for every turn of those before it, and so does what depends on their rows. */
function effortOfLoops(steps: readonly Step[], known: Known): number {
  const made = new Set(steps.flatMap(({ detail }) => /^(?:CO-ROUTINE|MATERIALIZE) (.+)$/.exec(detail)?.[1] ?? []));
  // The plan shows one search where it searches once for each row of a subquery.
  const everyRow = steps.some(({ detail }) => /^LIST SUBQUERY|FOR IN-OPERATOR/.test(detail));
  let [turns, effort] = [1, 0];
  for (const step of steps) {
    if (!/^(SCAN|SEARCH|MULTI-INDEX)/.test(step.detail)) continue;
    turns *= turnsOf(step, { made, everyRow }, known);
    effort += turns;
  }
  for (const { detail, inside } of steps) {
    if (/^(SCAN|SEARCH|MULTI-INDEX)/.test(detail)) continue;
    effort += (detail.startsWith('CORRELATED') ? turns : 1) * effortOfLoops(inside, known);
  }
  return effort;
}

interface Level {
  /** What subqueries beside it make, under their names. */
  readonly made: ReadonlySet<string>;
  readonly everyRow: boolean;
}

function turnsOf({ detail, inside }: Step, level: Level, known: Known): number {
  const { tables, longestList, pageRows, sizes } = known;
  // One index for each side of an `or`.
  if (detail.startsWith('MULTI-INDEX'))
    return inside.flatMap((index) => index.inside).reduce((sum, it) => sum + turnsOf(it, level, known), 0);
  const [, name = ''] = /^(?:SCAN|SEARCH) (\S+)/.exec(detail) ?? [];
  if (name === 'CONSTANT') return 1;
  if (level.made.has(name)) return pageRows;
  const rows = Math.max(...(tables.get(name) ?? [name]).map((table) => sizes.rows(table)));
  if (level.everyRow) return rows;
  if (/USING INTEGER PRIMARY KEY \(rowid=\?\)/.test(detail)) return Math.min(rows, longestList);
  const [, index, conditions] = /USING (?:COVERING )?INDEX (\S+) \((.+)\)/.exec(detail) ?? [];
  // A range may hold all rows. An index made for the statement tells nothing about how many are alike.
  if (!index || !conditions || detail.includes('AUTOMATIC')) return rows;
  const equal = conditions.split(' AND ').filter((it) => /[^<>]=\?$/.test(it)).length;
  return equal === 0 ? rows : Math.min(rows, longestList * sizes.alike(index, equal));
}

/** The plan does not tell either for how many values of a list it searches: as many as the longest has, at most. */
function longestListIn(sql: string): number {
  const lists = [...sql.matchAll(/ in \(((?:\?, )*\?)\)/g)].map(([, list]) => (list!.length + 2) / 3);
  const alternatives = [...sql.matchAll(alternativesOfColumn)].map(([text]) => text.split(' or ').length);
  return Math.max(1, ...lists, ...alternatives);
}

/** `"t0"."c" = ? or "t0"."c" = ?`, which SQLite makes a list of. */
const alternativesOfColumn = /("t\d+"\."(?:[^"]|"")+") = [^\s()]+(?:\)* or \(*\1 = [^\s()]+)+/g;

/** The tables that stand behind the aliases of a compiled statement. */
function tablesOf(sql: string): Map<string, string[]> {
  const tables = new Map<string, string[]>();
  for (const [, table, alias] of sql.matchAll(/"((?:[^"]|"")+)" as "(t\d+)"/g)) {
    tables.set(alias!, [...(tables.get(alias!) ?? []), table!.replaceAll('""', '"')]);
  }
  return tables;
}

/**
 * Where the parameters of a statement say how many rows a page has; nowhere when it derives something that is no page, and
 * could have more rows than the pages beside it.
 */
function limitsIn(sql: string): readonly number[] {
  const limits: number[] = [];
  let count = 0;
  for (const [token] of sql.matchAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|limit \?\) as|\?/g)) {
    if (token.startsWith('limit')) limits.push(count);
    if (token.includes('?') && !/^['"]/.test(token)) count++;
  }
  return sql.split(' from (select ').length - 1 === limits.length ? limits : [];
}

/** How long a figure is taken for true. */
const freshMs = 60_000;
/** As long, where counting takes its time: a table grows by a small part of itself meanwhile. */
const freshIndexMs = 600_000;

/** How long a judgement holds: tables grow. */
const judgedMs = 60_000;

/**
 * Whether a statement is one that the process may run itself.
 *
 * @param countLater as in `sizesOf`. What was judged before something was counted is judged anew: it was taken for more.
 */
export function judgeOf(ask: Ask, countLater: CountLater): (sql: string, parameters: readonly unknown[]) => boolean {
  const limits = new LRUCache<string, readonly number[]>({ max: 2_000 });
  const judged = new LRUCache<string, boolean>({ max: 2_000, ttl: judgedMs });
  const sizes = sizesOf(ask, countLater, () => judged.clear());

  const pageRowsOf = (sql: string, parameters: readonly unknown[]) => {
    let places = limits.get(sql);
    if (!places) limits.set(sql, (places = limitsIn(sql)));
    return places.length === 0 ? longestPage : Math.max(...places.map((at) => Number(parameters[at])));
  };

  return (sql, parameters) => {
    const pageRows = pageRowsOf(sql, parameters);
    const key = `${pageRows} ${sql}`;
    let little = judged.get(key);
    if (little === undefined) {
      little = !looksInto.test(sql) && effortOf(sql, ask, sizes, pageRows) <= littleEffort;
      judged.set(key, little);
    }
    return little;
  };
}

type CountLater = (sql: string) => Promise<unknown>;

/**
 * @param countLater counts elsewhere, since it visits a whole index; until it has, all rows of a table are taken for alike.
 * @param counted is told when it has.
 */
export function sizesOf(ask: Ask, countLater: CountLater, counted = () => {}): Sizes {
  const tables = new LRUCache<string, number>({ max: 2_000, ttl: freshMs });
  const indexes = new LRUCache<string, number>({ max: 2_000, ttl: freshIndexMs });
  const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

  const rows = (table: string): number => {
    let known = tables.get(table);
    if (known === undefined) {
      // Rows are numbered upwards, so this is no scan. A view has no numbers.
      known = attempt(() => Number(ask(`select max(rowid) from ${quoted(table)}`)[0]?.[0] ?? 0)) ?? Infinity;
      tables.set(table, known);
    }
    return known;
  };

  const learn = (key: string, most: number) => {
    indexes.set(key, most);
    counted();
  };

  /** Their count is asked for once, and told when it is there. */
  const count = (index: string, columns: number, key: string) => {
    const [[table, unique] = []] = ask(
      `select m.tbl_name, l."unique" from sqlite_schema m, pragma_index_list(m.tbl_name) l
       where m.name = ${text(index)} and l.name = m.name`,
    );
    const names = ask(`select name from pragma_index_info(${text(index)})`).map(([name]) => String(name));
    if (unique && names.length === columns) return indexes.set(key, 1);
    indexes.set(key, Infinity);
    if (rows(String(table)) <= 1_000) return indexes.set(key, rows(String(table)));
    const alike = names.slice(0, columns).map(quoted);
    void countLater(
      `select max(n) from (select count(*) n from ${quoted(String(table))}
       where ${alike.map((it) => `${it} is not null`).join(' and ')} group by ${alike.join(', ')})`,
    ).then(
      (most) => learn(key, Number(most ?? 0)),
      // It is asked again when somebody needs it again.
      () => indexes.delete(key),
    );
    return undefined;
  };

  return {
    rows,
    alike(index, columns) {
      const key = `${columns} ${index}`;
      if (!indexes.has(key)) attempt(() => count(index, columns, key));
      return indexes.get(key) ?? Infinity;
    },
  };
}

const text = (value: string) => `'${value.replaceAll("'", "''")}'`;

/** What cannot be found out is taken for much. */
function attempt<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}
