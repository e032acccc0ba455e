import type { Mutant } from './mutant.ts';

/** Rules that would hold for others than they should. */
export const rules: readonly Mutant[] = [
  {
    name: 'through ignores the verb',
    edits: [
      {
        file: 'policy/viewer-policy.ts',
        find: 'const there = rows(relation.target, rule.verb);',
        replace: "const there = rows(relation.target, 'read');",
      },
    ],
  },
  {
    name: 'what holds for the row above is taken to hold for every row that this one leads to',
    edits: [
      {
        file: 'database/implied.ts',
        find: '        if (filter.relation !== back.name) return filter;\n',
        replace: '',
      },
    ],
  },
  {
    name: 'of conditions that are asked of one row together only the first is asked',
    edits: [
      {
        file: 'database/compile-filter.ts',
        find: '[...conditions, ...further]',
        replace: 'conditions',
      },
    ],
  },
  {
    name: 'what is asked beside the row that a select joins is not asked',
    edits: [
      {
        file: 'database/compile-filter.ts',
        find: '[...others, ...joined.conditions]',
        replace: 'joined.conditions',
      },
    ],
  },
  {
    name: 'exists asks no more than that its first relation leads to a row',
    edits: [
      {
        file: 'policy/words.ts',
        find: '  return some(relation, parseExists(rest, where, modelOf(schema, found.target), schema, at));',
        replace: "  return some(relation, { kind: 'all', of: [] });",
      },
    ],
  },
  {
    name: 'the opposite of a comparison with an absent field is unknown',
    edits: [
      {
        file: 'database/compile-filter.ts',
        find: '    ...others.filter(({ required }) => !required).map(({ name }) => column(scope, name)),\n',
        replace: '    ...others.slice(0, 0).map(({ name }) => column(scope, name)),\n',
      },
    ],
  },
  {
    name: 'a list that holds a field which is absent holds nothing',
    edits: [
      {
        file: 'database/compile-filter.ts',
        find: "  if (filter.operator === 'in' && filter.operands.some(isField)) {",
        replace: "  if (filter.operator === 'in' && filter.operands.every(isField)) {",
      },
    ],
  },
  {
    name: 'the right to link does not need the right to read',
    edits: [
      {
        file: 'policy/right.ts',
        find: "return verb === 'read' || verb === 'create' ? rows[verb] : { kind: 'all', rules: [rows.read, rows[verb]] };",
        replace: 'return rows[verb];',
      },
    ],
  },
  {
    name: 'a relation that must lead to a row is taken for one that leads to a readable row',
    edits: [
      {
        file: 'database/compile-filter.ts',
        find: 'if (relation.owning && relation.required && isAlways(filter.filter)) return',
        replace: 'if (relation.owning && relation.required) return',
      },
    ],
  },
  {
    name: 'an any without rules holds always',
    edits: [
      {
        file: 'database/compile-filter.ts',
        find: 'if (filter.of.length === 0) return conjunction ? truth : falsehood;',
        replace: 'if (filter.of.length === 0) return truth;',
      },
    ],
  },
  {
    name: 'whoever has a role has every role',
    edits: [
      {
        file: 'policy/viewer-policy.ts',
        find: 'return viewer.roles.includes(rule.role) ? always : never;',
        replace: 'return viewer.roles.length > 0 ? always : never;',
      },
    ],
  },
  {
    name: 'a guest is compared as if they had an id',
    edits: [
      {
        file: 'policy/viewer-policy.ts',
        find: "      if (viewer.id !== null || filter.operands.every(({ kind }) => kind !== 'viewer')) return filter;",
        replace: `      if (viewer.id !== null || filter.operands.every(({ kind }) => kind !== 'viewer')) return filter;
      if (filter.operands.length > 0) return { ...filter, operator: 'absent', operands: [] };`,
      },
    ],
  },
  {
    name: 'plans are kept for all kinds of viewers together',
    edits: [
      {
        file: 'database/plan.ts',
        find: '`${viewerShape(viewer)} ${textOf(read)}`',
        replace: 'textOf(read)',
      },
    ],
  },
  {
    name: 'plans of figures are kept for all kinds of viewers together',
    edits: [
      {
        file: 'database/plan.ts',
        find: '`${viewerShape(viewer)} ${JSON.stringify(read)}`',
        replace: 'JSON.stringify(read)',
      },
    ],
  },
  {
    name: 'the kind of a viewer leaves out the roles',
    edits: [
      {
        file: 'policy/viewer.ts',
        find: 'it.id !== null, it.roles.toSorted(), it.scopes?.toSorted()]',
        replace: 'it.id !== null, it.scopes?.toSorted()]',
      },
    ],
  },
  {
    name: 'the viewer’s id is kept in the plan',
    edits: [
      {
        file: 'policy/viewer-policy.ts',
        find: "      if (viewer.id !== null || filter.operands.every(({ kind }) => kind !== 'viewer')) return filter;",
        replace: `      if (viewer.id !== null) {
        const bound = (it: Operand): Operand => (it.kind === 'viewer' ? { kind: 'constant', value: viewer.id } : it);
        return { ...filter, operands: filter.operands.map(bound) };
      }`,
      },
    ],
  },
];
