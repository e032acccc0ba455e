import { dropped, duplicates, moment, named, oldServers, risk, rulesInCommon, type Rule } from './risk.ts';

/** https://mariadb.com/kb/en/innodb-online-ddl-overview/ and https://dev.mysql.com/doc/refman/8.4/en/innodb-online-ddl-operations.html */
export const mysqlRules: readonly Rule[] = [
  [
    /^(?:ALTER TABLE ADD|CREATE) (FULLTEXT|SPATIAL) (?:INDEX|KEY)?/i,
    ({ table, rows }) => [risk('lock', `Writes of ${table} wait while its ${rows} are put into the index.`)],
  ],
  [
    /^(?:ALTER TABLE ADD|CREATE) (UNIQUE )?(?:INDEX|KEY)\b|^ALTER TABLE ADD (CONSTRAINT \S+ )?UNIQUE\b/i,
    ({ table, rows, match }) => [
      risk(
        'brief lock',
        `${table} stays readable and writable while its ${rows} are put into the index, but for a moment at both ends.`,
      ),
      ...(/UNIQUE/i.test(match[0]) ? [duplicates(table)] : []),
    ],
  ],
  [/^(ALTER TABLE DROP (INDEX|KEY)|DROP INDEX)/i, ({ table }) => [moment(table)]],
  [
    /^ALTER TABLE ADD (CONSTRAINT \S+ )?FOREIGN KEY/i,
    ({ table, rows }) => [
      risk('rewrite', `${table} is copied while its ${rows} are checked; writes wait.`),
      risk('may fail', `A row of ${table} may refer to none.`),
    ],
  ],
  [
    /^ALTER TABLE ADD (CONSTRAINT \S+ )?PRIMARY KEY/i,
    ({ table, rows }) => [
      risk('rewrite', `${table} is written anew in the order of the key (${rows}).`),
      duplicates(table),
    ],
  ],
  [
    /^ALTER TABLE DROP PRIMARY KEY/i,
    ({ table, rows }) => [risk('rewrite', `${table} is copied (${rows}); writes wait.`)],
  ],
  [
    /^ALTER TABLE ADD (CONSTRAINT \S+ )?CHECK/i,
    ({ table, rows }) => [
      risk('rewrite', `${table} is copied while its ${rows} are checked; writes wait.`),
      risk('may fail', `A row of ${table} may not meet the condition.`),
    ],
  ],
  [/^ALTER TABLE DROP (FOREIGN KEY|CONSTRAINT|CHECK)/i, ({ table }) => [moment(table)]],
  [
    /^ALTER TABLE DROP (COLUMN )?(IF EXISTS )?(?<column>`[^`]+`|\w+)/i,
    ({ table, rows, match }) => [dropped(table, match, rows), moment(table), oldServers(named(table, match))],
  ],
  [
    /^ALTER TABLE ADD (COLUMN )?(IF NOT EXISTS )?(?<column>`[^`]+`|\w+)(?<rest>.*)/i,
    ({ table, rows, match }) => {
      const rest = match.groups?.rest ?? '';
      if (/AUTO_INCREMENT|\bSTORED\b|\bPERSISTENT\b/i.test(rest))
        return [risk('rewrite', `${table} is copied, its ${rows} each with a value of its own; writes wait.`)];
      if (!/NOT NULL/i.test(rest) || /DEFAULT/i.test(rest)) return [moment(table)];
      // It is no error here, also in strict mode: the server fills in what the type takes for nothing.
      return [
        moment(table),
        risk(
          'data loss',
          `${named(table, match)} must have a value and has no default: ${rows} get 0, '' or the first word.`,
        ),
      ];
    },
  ],
  [
    /^ALTER TABLE (?:MODIFY|CHANGE) (COLUMN )?(?<column>`[^`]+`|\w+)(?<rest>.*)/i,
    ({ table, rows, match }) => [
      risk(
        'rewrite',
        `${table} is copied (${rows}), unless only its default or more room for a text is new; writes wait.`,
      ),
      risk(
        'may fail',
        `A value of ${named(table, match)} may not be one of the new type${/NOT NULL/i.test(match.groups?.rest ?? '') ? ', or be null' : ''}.`,
      ),
    ],
  ],
  [/^ALTER TABLE (RENAME (INDEX|KEY)|ALTER)/i, ({ table }) => [moment(table)]],
  [/^ALTER TABLE RENAME/i, ({ table }) => [moment(table), oldServers(`a name of ${table} that is gone`)]],
  [
    /^ALTER TABLE CONVERT TO/i,
    ({ table, rows }) => [risk('rewrite', `${table} is copied (${rows}); writes wait.`), duplicates(table)],
  ],
  ...rulesInCommon,
];
