import type { Edit, Mutant } from './mutant.ts';

/** What would be written that may not be, or told by a refusal. */
export const writes: readonly Mutant[] = [
  write('a row that is pointed at need not allow it', {
    file: 'database/write/point-to.ts',
    find: "return to(await judge.find(target, 'link', wanted));",
    replace: "return to(await judge.find(target, 'read', wanted));",
  }),
  write('a row that is pointed at with the insert need not allow it', {
    file: 'database/write/writer.ts',
    find: "const filter = judge.filterOf(link.model, 'link', link.wanted, provided.values);",
    replace: "const filter = judge.filterOf(link.model, 'read', link.wanted, provided.values);",
  }),
  write('a new row is not judged when its entry in the audit is written', {
    file: 'database/write/transaction-writer.ts',
    find: 'const named = place ? filter : all([keyFilter(model, [key], provided.values), filter]);',
    replace: 'const named = place ? filter : keyFilter(model, [key], provided.values);',
  }),
  write('the row that far rows are tied to need not allow it', {
    file: 'database/write/bond.ts',
    find: 'judge.checks.add({ model, filter: link, rows: [{ key, path: at }], what: `link to this ${model.name}` });',
    replace: 'void link;',
  }),
  write('far rows are tied that may not be changed', {
    file: 'database/write/write-far.ts',
    find: 'return bond.tie(await judge.find(target, bond.verb, { where: item, path: at.path }), at.path);',
    replace: "return bond.tie(await judge.find(target, 'read', { where: item, path: at.path }), at.path);",
  }),
  write('new rows are not judged', {
    file: 'database/write/writer.ts',
    find: '    checks.add({ model, filter, rows: [{ key, path: place.path }], what: `create this ${model.name}` });\n',
    replace: '    void filter;\n',
  }),
  write('rows are not judged as they are after a change', {
    file: 'database/write/writer.ts',
    find: '    checks.add({ model, filter, rows: [{ key, path: place.path }], what: `leave this ${model.name} so` });\n',
    replace: '    void filter;\n',
  }),
  write('new rows of a batch are not judged', {
    file: 'database/write/create-many.ts',
    find: '      judge.checks.add({ model, filter, rows: group, what: `create this ${model.name}` });\n',
    replace: '      void filter;\n',
  }),
  write('what is written is judged when only half of it is', {
    file: 'database/write/new-row-checks.ts',
    find: '    checks.push({ ...check, since: whereabouts.now() });',
    replace:
      '    if (checks.every(({ filter }) => isAlways(filter))) checks.push({ ...check, since: whereabouts.now() });',
  }),
  write('a row is judged under the key that it had', {
    file: 'database/write/new-row-checks.ts',
    find: '      const rows = written.map(({ key, path }) => {\n',
    replace: '      const rows = written.map(({ key, path }) => {\n        if (key) return { key, path };\n',
  }),
  write('a row is changed under the key that it had', {
    file: 'database/write/writer.ts',
    find: '    const old = now();\n',
    replace: '    const old = row;\n',
  }),
  write('upsert changes a row that may only be read', {
    file: 'database/write/writer.ts',
    find: "    const key = await judge.findToUpdate(model, data.update, { where, path: 'where', dataPath: 'update' });",
    replace: '    const key = readable;',
  }),
  write('nested rows are changed that may only be read', {
    file: 'database/write/writer.ts',
    find: 'return updateRow(model, await judge.findToUpdate(model, data, { ...wanted, dataPath: place.path }), data, place);',
    replace: "return updateRow(model, await judge.find(model, 'read', wanted), data, place);",
  }),
  write('fields are written on rows where they may not be', {
    file: 'database/write/judge.ts',
    find: "const row = await lookUp(model, 'update', wanted, [rights]);",
    replace: "const row = await lookUp(model, 'update', wanted);",
  }),
  write('a batch changes rows that may only be read', {
    file: 'database/write/change-many.ts',
    find: "const rights = all([policy.rows(model.name, 'update'), judge.writeRights(model, data)]);",
    replace: "const rights = all([policy.rows(model.name, 'read'), judge.writeRights(model, data)]);",
  }),
  write('a batch changes unreadable rows', {
    file: 'database/write/change-many.ts',
    find: "policy.rows(model.name, 'read')]);\n    const filter = all([matching, right]);",
    replace: ']);\n    const filter = matching;',
  }),
  write('a batch deletes whatever may be read', {
    file: 'database/write/change-many.ts',
    find: "await target(model, where, policy.rows(model.name, 'delete'), options);",
    replace: "await target(model, where, policy.rows(model.name, 'read'), options);",
  }),
  write('presets can be said otherwise', {
    file: 'database/write/writer.ts',
    find: '{ ...columns, ...given, ...presetsOf(model) }',
    replace: '{ ...presetsOf(model), ...columns, ...given }',
  }),
  write('connectOrCreate ties the row that it finds unasked', {
    file: 'database/write/point-to.ts',
    find: "? await judge.find(target, 'link', wanted)",
    replace: '? known',
  }),
  write('a row is deleted by whoever reads it', {
    file: 'database/write/writer.ts',
    find: "const key = await judge.find(model, 'delete', { where, path: 'where' });",
    replace: "const key = await judge.find(model, 'read', { where, path: 'where' });",
  }),
  write('far rows are changed that are not tied to this one', {
    file: 'database/write/write-far.ts',
    find: 'await context.update(target, { where, within: bond.tied, path:',
    replace: 'await context.update(target, { where, path:',
  }),
  write('rows are named by fields that are hidden on them', {
    file: 'database/write/judge.ts',
    find: '...named.map((filter) => guardFilter(filter, model.name, { schema, policy })),',
    replace: '...named,',
  }),
  write('a unique conflict tells of the row that is in the way', {
    file: 'database/write/write-errors.ts',
    find: 'fact: (model) => `A ${model} with these unique values cannot be stored.`,',
    replace: 'fact: (model) => `There is another ${model} with these unique values.`,',
  }),
  write('the right to write a field is not asked for', {
    file: 'database/write/judge.ts',
    find: "    if (isNever(policy.field(model.name, field, 'write')))\n",
    replace: "    if (policy.field(model.name, field, 'write') === undefined)\n",
  }),
  write('upserts of a batch change rows that may only be read', {
    file: 'database/write/upsert-many.ts',
    find: "const rights = all([policy.rows(model.name, 'update'), judge.writeRights(model, group[0]!.data)]);",
    replace: 'const rights = all([]);',
  }),
  alone('a row that is created alone need not satisfy its rule', {
    file: 'database/write/writer.ts',
    find: "const filter = all([policy.rows(model.name, 'create'), judge.writeRights(model, data), ...linked]);",
    replace: 'const filter = all([judge.writeRights(model, data), ...linked]);',
  }),
  alone('a row that is created alone stays there when it is refused', {
    file: 'database/engines/postgresql.ts',
    find: 'where 1 / case when ${holds} then 1 else 0 end = 1`',
    replace: 'where ${holds}`',
  }),
];

/** By one statement, which only PostgreSQL knows. */
function alone(name: string, ...edits: Edit[]): Mutant {
  return { ...write(name, ...edits), on: 'postgresql' };
}

function write(name: string, ...edits: Edit[]): Mutant {
  return { name, through: 'writes', edits };
}
