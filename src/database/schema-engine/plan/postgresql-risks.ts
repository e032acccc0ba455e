import {
  dropped,
  duplicates,
  moment,
  named,
  none,
  oldServers,
  risk,
  rulesInCommon,
  type Rule,
  withoutDefault,
} from './risk.ts';

/** https://www.postgresql.org/docs/current/sql-altertable.html says what each form locks, and which write the table anew. */
export const postgresqlRules: readonly Rule[] = [
  [
    /^CREATE (UNIQUE )?INDEX CONCURRENTLY/i,
    ({ table }) => [
      risk(
        'may fail',
        `It runs in no transaction: it has to be the only statement of its migration. ${table} stays writable.`,
      ),
    ],
  ],
  [
    /^CREATE (UNIQUE )?INDEX/i,
    ({ table, rows, match }) => [
      risk('lock', `Writes of ${table} wait while its ${rows} are put into the index.`),
      ...(match[1] ? [duplicates(table)] : []),
    ],
  ],
  [/^DROP INDEX/i, () => [risk('brief lock', 'Reads and writes of the table wait for a moment.')]],
  [
    /^ALTER TABLE ADD (CONSTRAINT \S+ )?FOREIGN KEY(?<later>.*NOT VALID)?/i,
    ({ table, rows, match }) =>
      match.groups?.later
        ? [moment(table)]
        : [
            risk('lock', `Writes of ${table} and of the table it refers to wait while ${rows} are checked.`),
            risk('may fail', `A row of ${table} may refer to none.`),
          ],
  ],
  [
    /^ALTER TABLE ADD (CONSTRAINT \S+ )?(PRIMARY KEY|UNIQUE)/i,
    ({ table, rows }) => [
      risk('lock', `Reads and writes of ${table} wait while its ${rows} are put into the index.`),
      duplicates(table),
    ],
  ],
  [
    /^ALTER TABLE ADD (CONSTRAINT \S+ )?CHECK(?<later>.*NOT VALID)?/i,
    ({ table, rows, match }) =>
      match.groups?.later
        ? [moment(table)]
        : [
            risk('lock', `Reads and writes of ${table} wait while its ${rows} are checked.`),
            risk('may fail', `A row of ${table} may not meet the condition.`),
          ],
  ],
  [/^ALTER TABLE (DROP CONSTRAINT|VALIDATE CONSTRAINT)/i, ({ table }) => [moment(table)]],
  [
    /^ALTER TABLE DROP (COLUMN )?(IF EXISTS )?(?<column>"[^"]+"|\w+)/i,
    ({ table, rows, match }) => [dropped(table, match, rows), moment(table), oldServers(named(table, match))],
  ],
  [
    /^ALTER TABLE ADD (COLUMN )?(IF NOT EXISTS )?(?<column>"[^"]+"|\w+)(?<rest>.*)/i,
    ({ table, rows, match }) => {
      const rest = match.groups?.rest ?? '';
      const isFilled =
        /\b(SMALL|BIG)?SERIAL\b|\bGENERATED\b|DEFAULT (gen_random_uuid|random|clock_timestamp|nextval)\b/i.test(rest);
      if (isFilled)
        return [
          risk('rewrite', `${table} is written anew, its ${rows} each with a value of its own; reads and writes wait.`),
        ];
      if (/NOT NULL/i.test(rest) && !/DEFAULT/i.test(rest)) return [withoutDefault(table, match, rows)];
      return [moment(table)];
    },
  ],
  [
    /^ALTER TABLE ALTER (COLUMN )?(?<column>"[^"]+"|\w+) (SET DATA )?TYPE/i,
    ({ table, rows, match }) => [
      risk(
        'rewrite',
        `${table} is written anew with its indexes (${rows}), unless the new type is the old one with more room; reads and writes wait.`,
      ),
      risk('may fail', `A value of ${named(table, match)} may not be one of the new type.`),
    ],
  ],
  [
    /^ALTER TABLE ALTER (COLUMN )?(?<column>"[^"]+"|\w+) SET NOT NULL/i,
    ({ table, rows, match }) => [
      risk('lock', `Reads and writes of ${table} wait while its ${rows} are looked through.`),
      risk('may fail', `${named(table, match)} may be null in a row.`),
    ],
  ],
  [/^ALTER TABLE ALTER\b/i, ({ table }) => [moment(table)]],
  [/^ALTER TABLE RENAME\b/i, ({ table }) => [moment(table), oldServers(`a name of ${table} that is gone`)]],
  [/^ALTER (TYPE|INDEX|SEQUENCE|SCHEMA|VIEW)\b/i, none],
  ...rulesInCommon,
];
