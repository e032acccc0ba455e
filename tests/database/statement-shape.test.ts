/** What servers find hard is told from the text of a statement, before they are asked. */
import { expect, it } from 'vitest';
import { mostTablesJoined, notesOf, shapeOf } from '../../src/database/engines/statement-shape.ts';

it('of a statement the subqueries are told by where they stand, whatever is called from, as or (', () => {
  const sql =
    'select (select json_array(`t0`.`a (`, (case when exists (select 1 from `x from ` as `t1` where `t1`.`b` = `t0`.`a (`) then 1 else 0 end)) from `y``)` as `t0`, `z` as `t2` where (`t0`.`a (` = ? or exists (select 1 from `v` as `t3`)) order by (select count(*) from `w` as `t4`) limit 1)';
  const leaf = { tables: 1, columns: [], conditions: [] };
  const list = { tables: 2, columns: [leaf], conditions: [leaf, leaf] };
  expect(shapeOf(sql)).toEqual({ tables: 0, columns: [list], conditions: [] });
  expect(notesOf(shapeOf(sql))).toBe(1 + 2 * (1 + 2 + 4 * 1));
  expect(mostTablesJoined(shapeOf(sql))).toBe(4);
});

/** Lists in lists, each with so many conditions that ask other tables. */
function nested(depth: number, conditions: number): string {
  const condition = Array.from({ length: conditions }, () => 'exists (select 1 from `c` as `t1`)').join(' or ');
  const inner = depth > 1 ? `, ${nested(depth - 1, conditions)}` : '';
  return `(select json_arrayagg(json_array(\`t0\`.\`a\`${inner})) from \`c\` as \`t0\` where (${condition}))`;
}

it('what MariaDB notes grows with every level by the conditions beside it', () => {
  const notes = [5, 6, 7].map((depth) => notesOf(shapeOf(`select ${nested(depth, 4)}`)));
  // Measured with four conditions: 3, 17 and 81 MB.
  expect(notes[1]! / notes[0]!).toBeGreaterThan(4);
  expect(notes[2]! / notes[1]!).toBeGreaterThan(4);
  expect(notes[2]).toBeGreaterThan(50_000);
  expect(notesOf(shapeOf(`select ${nested(6, 0)}`))).toBeLessThan(200);
});
