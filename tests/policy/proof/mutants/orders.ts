import type { Mutant } from './mutant.ts';

/** What orders, cursors and pages would tell. */
export const orders: readonly Mutant[] = [
  {
    name: 'orders by the number of related rows count unreadable ones',
    edits: [
      {
        file: 'database/guard.ts',
        find: "  const filter = all([context.policy.rows(target, 'read'), by.filter]);",
        replace:
          "  const filter = by.kind === 'count' ? by.filter : all([context.policy.rows(target, 'read'), by.filter]);",
      },
    ],
  },
  {
    name: 'orders by a related row see unreadable ones',
    edits: [
      {
        file: 'database/guard.ts',
        find: "  const filter = all([context.policy.rows(target, 'read'), by.filter]);",
        replace:
          "  const filter = by.kind === 'related' ? by.filter : all([context.policy.rows(target, 'read'), by.filter]);",
      },
    ],
  },
  {
    name: 'orders compare values that are hidden on some rows',
    edits: [
      {
        file: 'database/guard.ts',
        find: '    return visible ? { ...by, visible } : by;',
        replace: '    return by;',
      },
    ],
  },
  {
    name: 'orders cross a relation that is hidden on some rows',
    edits: [
      {
        file: 'database/guard.ts',
        find: 'const guarded = { ...by, filter, ...(visible && { visible }) };',
        replace: 'const guarded = { ...by, filter };',
      },
    ],
  },
  {
    name: 'an order by a field that is readable nowhere is dropped, not refused',
    edits: [
      {
        file: 'database/guard.ts',
        find: '  if (isNever(right))\n    throw refusing(',
        replace: "  if (isNever(right) && verb !== 'sort')\n    throw refusing(",
      },
    ],
  },
  {
    name: 'the right to sort is that to read',
    edits: [
      {
        file: 'database/guard.ts',
        find: "    const visible = requireField(model, by.field, 'sort', context);",
        replace: "    const visible = requireField(model, by.field, 'read', context);",
      },
    ],
  },
  {
    name: 'cursors hold hidden values',
    edits: [
      {
        file: 'database/compile-read.ts',
        find: '    ? terms.map(({ type, expression }, at) => ({ type, expression, name: `order${at}` }))',
        replace: `    ? terms.map(({ type, expression }, at) => {
        const { by } = read.order[at]!;
        const raw = by.kind === 'field' && sql.id(scope.alias, scalarOf(scope.model, by.field).column);
        return { type, expression: raw || expression, name: 'order' + at };
      })`,
      },
    ],
  },
  {
    name: 'pages lose rows whose value is hidden',
    edits: [
      {
        file: 'database/compile-order.ts',
        find: '    const nullable = !field.required || by.visible !== undefined;',
        replace: '    const nullable = !field.required;',
      },
    ],
  },
];
