/**
 * What stands in a statement itself: on PostgreSQL, which plans a statement once where it is asked with one set of values
 * only. It is what a policy says, and words of enums as the schema lists them. What callers give is bound.
 */
import { sql } from 'kysely';
import { describe, expect, it, vi } from 'vitest';
import { compileFilter } from '../../src/database/compile-filter.ts';
import type { Engine } from '../../src/database/engine.ts';
import { mysql } from '../../src/database/engines/mysql.ts';
import { postgresql } from '../../src/database/engines/postgresql.ts';
import { sqlite } from '../../src/database/engines/sqlite.ts';
import { parseCallerWhere } from '../../src/database/parse-arguments.ts';
import { Values } from '../../src/database/values.ts';
import { modelOf } from '../../src/model/model.ts';
import { requirement } from '../support/requirements.ts';
import { openTinyService, tinyParts, type TinyDesign } from '../support/tiny-service.ts';

vi.hoisted(() => (process.env.TEST_ENGINE = 'postgresql'));

const quoted = `it's "a" \\' $1 ? :x /* */ \u{1f43c}`;
const asSql = quoted.replaceAll("'", "''");
const many = Array.from({ length: 17 }, (_, at) => `W${at}`);

const design: TinyDesign = {
  prisma: `
model Thing {
  id   Int     @id
  name String
  mood Mood    @default(GOOD)
  many Many?
  is   Boolean @default(true)
}
enum Mood {
  GOOD
  BAD @map("rather bad")
}
enum Many {
  ${many.join('\n  ')}
}`,
  policies: {
    Thing: ({ where }) => ({ read: where({ name: { equals: quoted }, is: { equals: true } }) }),
  },
  rows: `
    insert into "Thing" ("id", "name", "mood", "is") values
      (1, '${asSql}', 'GOOD', true), (2, '${asSql}', 'rather bad', true),
      (3, 'it', 'GOOD', true), (4, '${asSql}', 'GOOD', false);`,
};

const { schema } = tinyParts(design);
const model = modelOf(schema, 'Thing');

/** The condition as an engine is asked it, and how many values are bound. */
function compiled(where: object, engine: Engine = postgresql): { text: string; bound: number } {
  const filter = parseCallerWhere(where, model, schema, new Values());
  let aliases = 0;
  const context = { schema, engine, nextAlias: () => `t${aliases++}` };
  const condition = compileFilter(filter, { model, alias: 'it' }, context);
  const { sql: text, parameters } = sql`select ${condition}`.compile(engine.compiler);
  return { text: text.slice('select '.length), bound: parameters.length };
}

describe('of what a caller compares with, a statement holds', () => {
  it('words of an enum, as they are stored', () => {
    expect(compiled({ mood: { equals: 'GOOD' } })).toEqual({ text: `"it"."mood" = 'GOOD'`, bound: 0 });
    expect(compiled({ mood: { not: 'BAD' } })).toEqual({ text: `not ("it"."mood" = 'rather bad')`, bound: 0 });
  });

  it('nothing that the schema does not list', () => {
    for (const word of ["GOOD' or 1 = 1 --", 'good', 'rather bad', '', 1, true]) {
      expect(compiled({ mood: { equals: word } })).toEqual({ text: '"it"."mood" = $1', bound: 1 });
    }
    expect(compiled({ name: { equals: 'GOOD' } })).toEqual({ text: '"it"."name" = $1::text', bound: 1 });
    expect(compiled({ is: { equals: true } })).toEqual({ text: '"it"."is" = $1::boolean', bound: 1 });
  });

  it('two words at most, and of a long list none: each would be a plan of its own', () => {
    const three = { OR: ['GOOD', 'BAD', 'GOOD'].map((mood) => ({ mood: { equals: mood } })) };
    expect(compiled(three).text).toBe(`("it"."mood" = 'GOOD' or "it"."mood" = 'rather bad' or "it"."mood" = $1)`);
    expect(compiled({ many: { equals: 'W16' } })).toEqual({ text: '"it"."many" = $1', bound: 1 });
  });

  it('nothing on engines that plan with the values that are bound', () => {
    for (const engine of [sqlite, mysql]) expect(compiled({ mood: { equals: 'GOOD' } }, engine).bound).toBe(1);
  });
});

describe('a policy whose words look like SQL', requirement('postgresql').needed, () => {
  it('means what it says', async () => {
    await using service = await openTinyService(design);
    const ids = async (where: object) => {
      const { data, errors } = await service.run('query ($w: ThingWhere) { things(where: $w) { nodes { id } } }', {
        w: where,
      });
      expect(errors).toBeUndefined();
      return (data as { things: { nodes: { id: number }[] } }).things.nodes.map(({ id }) => id);
    };
    expect(await ids({})).toEqual([1, 2]);
    expect(await ids({ mood: { equals: 'BAD' } })).toEqual([2]);
    expect(await ids({ mood: { in: ['GOOD', 'BAD'] }, name: { equals: quoted } })).toEqual([1, 2]);
    expect(await ids({ NOT: { mood: { equals: 'BAD' } } })).toEqual([1]);
  });
});
