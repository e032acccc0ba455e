import type { Mutant } from './mutant.ts';

/** Unreadable rows that would show. */
export const rows: readonly Mutant[] = [
  {
    name: 'rows of a list at the root are not filtered',
    edits: [
      {
        file: 'database/guard.ts',
        find: '  const rows = rowsRule(read.model, context, from);',
        replace: '  const rows = context.nested ? rowsRule(read.model, context, from) : all([]);',
      },
      {
        file: 'database/guard.ts',
        find: '      const read = guardRead(it.read, context, { model, relation: it.relation });',
        replace:
          '      const read = guardRead(it.read, { ...context, nested: true }, { model, relation: it.relation });',
      },
    ],
  },
  {
    name: 'rows of nested lists are not filtered',
    edits: [
      {
        file: 'database/guard.ts',
        find: '      const read = guardRead(it.read, context, { model, relation: it.relation });',
        replace:
          "      const read = guardRead(it.read, { ...context, inList: it.read.kind === 'list' }, { model, relation: it.relation });",
      },
      {
        file: 'database/guard.ts',
        find: '  const rows = rowsRule(read.model, context, from);',
        replace:
          "  const rows = context.inList && read.kind === 'list' ? all([]) : rowsRule(read.model, context, from);",
      },
    ],
  },
  {
    name: 'the row of a to-one relation is not filtered',
    edits: [
      {
        file: 'database/guard.ts',
        find: '      const read = guardRead(it.read, context, { model, relation: it.relation });',
        replace:
          '      const read = guardRead(it.read, { ...context, related: true }, { model, relation: it.relation });',
      },
      {
        file: 'database/guard.ts',
        find: '  const rows = rowsRule(read.model, context, from);',
        replace:
          "  const rows = context.related && read.kind === 'one' ? all([]) : rowsRule(read.model, context, from);",
      },
    ],
  },
  {
    name: 'node finds unreadable rows',
    edits: [
      {
        file: 'database/guard.ts',
        find: '  const rows = rowsRule(read.model, context, from);',
        replace: `  const isNode = read.filter.kind === 'compare' && read.filter.namesRow;
  const rows = isNode ? all([]) : rowsRule(read.model, context, from);`,
      },
    ],
  },
  {
    name: 'a row is found by a unique key whoever may read it',
    edits: [
      {
        file: 'database/guard.ts',
        find: '  const rows = rowsRule(read.model, context, from);',
        replace: `  const isKey = read.kind === 'one' && read.filter.kind === 'compare' && !read.filter.namesRow;
  const rows = isKey ? all([]) : rowsRule(read.model, context, from);`,
      },
    ],
  },
  {
    name: 'counts count unreadable rows',
    edits: [
      {
        file: 'database/guard.ts',
        find: '  return { ...read, filter, select, order: guardOrder(read, context) };',
        replace:
          '  return { ...read, filter, select, order: guardOrder(read, context), own: guardFilter(read.filter, read.model, context) };',
      },
      {
        file: 'database/compile-read.ts',
        find: 'compileTotal(rowsOf(source, read.filter, scope, context))',
        replace: 'compileTotal(rowsOf(source, read.own ?? read.filter, scope, context))',
      },
    ],
  },
  {
    name: 'hasPreviousPage tells of unreadable rows before the cursor',
    edits: [
      {
        file: 'database/guard.ts',
        find: '  return { ...read, filter, select, order: guardOrder(read, context) };',
        replace:
          '  return { ...read, filter, select, order: guardOrder(read, context), own: guardFilter(read.filter, read.model, context) };',
      },
      {
        file: 'database/compile-read.ts',
        find: 'rowsOf(source, read.filter, scope, context);\n  return context.engine.jsonTruth',
        replace: 'rowsOf(source, read.own ?? read.filter, scope, context);\n  return context.engine.jsonTruth',
      },
    ],
  },
  {
    name: 'aggregates are taken over unreadable rows',
    edits: [
      {
        file: 'database/aggregate.ts',
        find: "all([guardFilter(filter, model, context), context.policy.rows(model, 'read')])",
        replace: 'guardFilter(filter, model, context)',
      },
    ],
  },
  {
    name: 'follow-ups of a split read are not guarded',
    edits: [
      {
        file: 'database/split-read.ts',
        find: '({ path, model: read.model, relation }));',
        replace:
          "({ path, model: read.model, relation: { ...relation, read: { ...relation.read, filter: { kind: 'all', of: [] } } } }));",
      },
    ],
  },
];
