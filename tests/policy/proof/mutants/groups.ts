import type { Mutant } from './mutant.ts';

/** What groups of rows would tell. */
export const groups: readonly Mutant[] = [
  {
    name: 'groups are made of unreadable rows',
    edits: [
      {
        file: 'database/groups.ts',
        find: '    filter: guardRows(read, context),\n',
        replace: '',
      },
    ],
  },
  {
    name: 'rows are grouped by hidden values',
    edits: [
      {
        file: 'database/groups.ts',
        find: '      return visible ? { ...key, visible } : key;',
        replace: '      return visible === undefined ? key : { ...key };',
      },
    ],
  },
  {
    name: 'a hidden moment is known by its unit of time',
    edits: [
      {
        file: 'database/groups.ts',
        find: '  return visible ? sql`case when ${compileFilter(visible, scope, context)} then ${day} end` : day;',
        replace: '  return day;',
      },
    ],
  },
  {
    name: 'figures of groups count hidden values',
    edits: [
      {
        file: 'database/groups.ts',
        find: '    functions: guardFunctions(read.functions, read.model, context),\n',
        replace: '',
      },
    ],
  },
];
