import type { Mutant } from './mutant.ts';

/** Values that would show, or count, where they are hidden. */
export const fields: readonly Mutant[] = [
  {
    name: 'a field that is hidden on some rows is not withheld',
    edits: [
      {
        file: 'database/guard.ts',
        find: 'return isAlways(visible) ? { field } : { field, visible };',
        replace: 'return isNever(visible) ? { field, visible } : { field };',
      },
    ],
  },
  {
    name: 'the value of a withheld field is selected all the same, and only its error stays away',
    edits: [
      {
        file: 'graphql/derive/objects.ts',
        find: '  return (row: Row) => (row[withheld]?.has(field) ? false : scope);',
        replace: '  return () => scope;',
      },
    ],
  },
  {
    name: 'a relation that is hidden on some rows is followed',
    edits: [
      {
        file: 'database/guard.ts',
        find: 'return isAlways(right) ? { ...it, read } : { ...it, read, visible: right };',
        replace: 'return { ...it, read };',
      },
    ],
  },
  {
    name: 'columns of relations are always readable',
    edits: [
      {
        file: 'policy/right.ts',
        find: '  if (!relation) return {};',
        replace: `  if (relation) return readOnly;
  if (!relation) return {};`,
      },
    ],
  },
  {
    name: 'columns of relations are readable whatever they point to',
    edits: [
      {
        file: 'policy/right.ts',
        find: "rules: [read, { kind: 'through', relation: relation.name, verb: 'read' }]",
        replace: 'rules: [read]',
      },
    ],
  },
  {
    name: 'columns of relations do not follow its right to filter and sort',
    edits: [
      {
        file: 'policy/right.ts',
        find: '  return { ...uses, read: {',
        replace: '  return { read: {',
      },
    ],
  },
  {
    name: 'the columns of a relation say that they are withheld',
    edits: [
      {
        file: 'graphql/derive/objects.ts',
        find: '    ...(!open && !field.foreignKey && { authScopes:',
        replace: '    ...(!open && { authScopes:',
      },
    ],
  },
  {
    name: 'a right to filter, sort or aggregate exceeds that to read',
    edits: [
      {
        file: 'policy/right.ts',
        find: "return own ? { kind: 'all', rules: [read, own] } : read;",
        replace: 'return own ?? read;',
      },
    ],
  },
  {
    name: 'figures are taken of values that are hidden on some rows',
    edits: [
      {
        file: 'database/aggregate.ts',
        find: 'return visible ? { ...it, visible } : it;',
        replace: 'return it;',
      },
    ],
  },
  {
    name: 'the right to aggregate is that to read',
    edits: [
      {
        file: 'database/aggregate.ts',
        find: "policy.field(model, field, 'aggregate')",
        replace: "policy.field(model, field, 'read')",
      },
    ],
  },
  {
    name: 'a figure of a field that is readable nowhere is absent, not refused',
    edits: [
      {
        file: 'database/aggregate.ts',
        find: '  if (isNever(visible)) throw refusing(',
        replace: '  if (false) throw refusing(',
      },
    ],
  },
];
