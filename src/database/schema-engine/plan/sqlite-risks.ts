import { duplicates, named, oldServers, risk, rulesInCommon, withoutDefault, type Rule } from './risk.ts';

/** One writes at a time here, and reads go on: what others wait for are their writes, of any table. */
export const sqliteRules: readonly Rule[] = [
  [
    /^DROP TABLE/i,
    ({ table, rows, facts: { columns, copied } }) => {
      if (!copied) return [risk('data loss', `${table} is dropped with its ${rows}.`), oldServers(table)];
      const lost = columns.filter((column) => !copied.includes(column)).map((column) => `${table}.${column}`);
      if (lost.length === 0) return [];
      const are = lost.length === 1 ? 'is' : 'are';
      return [
        risk('data loss', `${lost.join(', ')} ${are} dropped with the values (${rows}).`),
        oldServers(lost.join(', ')),
      ];
    },
  ],
  [
    /^CREATE (UNIQUE )?INDEX/i,
    ({ table, rows, match }) => [
      risk('lock', `All writes wait while the ${rows} of ${table} are put into the index.`),
      ...(match[1] ? [duplicates(table)] : []),
    ],
  ],
  [
    /^ALTER TABLE DROP (COLUMN )?(?<column>"[^"]+"|`[^`]+`|\w+)/i,
    ({ table, rows, match }) => {
      const column = named(table, match);
      return [
        risk('data loss', `${column} is dropped with its values (${rows}).`),
        risk('rewrite', `${table} is written anew; all writes wait.`),
        oldServers(column),
      ];
    },
  ],
  [
    /^ALTER TABLE ADD (COLUMN )?(?<column>"[^"]+"|`[^`]+`|\w+)(?<rest>.*)/i,
    ({ table, rows, match }) =>
      /NOT NULL/i.test(match.groups?.rest ?? '') && !/DEFAULT/i.test(match.groups?.rest ?? '')
        ? [withoutDefault(table, match, rows)]
        : [],
  ],
  [/^ALTER TABLE RENAME/i, ({ table, facts }) => (facts.isNew ? [] : [oldServers(`a name of ${table} that is gone`)])],
  [/^COPY$/, ({ table, rows }) => [risk('rewrite', `${table} is written anew (${rows}); all writes wait.`)]],
  [/^DROP INDEX/i, () => []],
  ...rulesInCommon,
];
