import type { Mutant } from './mutant.ts';

/** What filters would tell. */
export const filters: readonly Mutant[] = [
  {
    name: 'filters through relations see unreadable rows',
    edits: [
      {
        file: 'database/guard.ts',
        find: "const inner = all([context.policy.rows(target, 'read'), guardFilter(filter.filter, target, context)]);",
        replace: 'const inner = guardFilter(filter.filter, target, context);',
      },
    ],
  },
  {
    name: 'filters cross a relation that is hidden on some rows',
    edits: [
      {
        file: 'database/guard.ts',
        find: 'return visible ? all([visible, asked]) : asked;',
        replace: 'return asked;',
      },
    ],
  },
  {
    name: 'filters compare values that are hidden on some rows',
    edits: [
      {
        file: 'database/compile-filter.ts',
        find: 'const value = visibleColumn(scope, field.name, filter.visible, context);',
        replace: 'const value = column(scope, field.name);',
      },
    ],
  },
  {
    name: 'a filter by a field that is readable nowhere is dropped, not refused',
    edits: [
      {
        file: 'database/guard.ts',
        find: "      const visible = requireField(model, filter.field, 'filter', context);",
        replace: `      if (isNever(context.policy.field(model, filter.field, 'filter'))) return all([]);
      const visible = requireField(model, filter.field, 'filter', context);`,
      },
    ],
  },
  {
    name: 'the right to filter is that to read',
    edits: [
      {
        file: 'database/guard.ts',
        find: "      const visible = requireField(model, filter.field, 'filter', context);",
        replace: "      const visible = requireField(model, filter.field, 'read', context);",
      },
    ],
  },
  {
    name: 'a negation has three values where a value is hidden',
    edits: [
      {
        file: 'database/compile-filter.ts',
        find: '...(!field.required || filter.visible ? [value] : []),',
        replace: '...(!field.required ? [value] : []),',
      },
    ],
  },
  {
    name: 'not is dropped around what the guard adds to',
    edits: [
      {
        file: 'database/guard.ts',
        find: "      return { kind: 'not', of: guardFilter(filter.of, model, context) };",
        replace:
          "      return filter.of.kind === 'some' ? guardFilter(filter.of, model, context) : { kind: 'not', of: guardFilter(filter.of, model, context) };",
      },
    ],
  },
  {
    name: 'a filter beside a rule replaces it',
    edits: [
      {
        file: 'database/guard.ts',
        find: '  const filter = all([guardFilter(read.filter, read.model, context), rows]);',
        replace: `  const own = guardFilter(read.filter, read.model, context);
  const asked = JSON.stringify(own);
  const parts = rows.kind === 'all' ? rows.of : [rows];
  const kept = parts.filter((it) => it.kind !== 'compare' || !asked.includes(\`"\${it.field}"\`));
  const filter = all([own, ...kept]);`,
      },
    ],
  },
];
