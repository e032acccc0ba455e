/** The offsets of a zone inside a statement: found by halves, and in few shapes. */
import { describe, expect, it } from 'vitest';
import { application } from '../../src/app/index.ts';
import { sqlite } from '../../src/database/engines/sqlite.ts';
import { createPlanner } from '../../src/database/plan.ts';
import { addOffsets, offsetsAround } from '../../src/database/time-bucket.ts';
import { Values } from '../../src/database/values.ts';
import { always } from '../../src/policy/filter.ts';
import { guest } from '../../src/policy/viewer.ts';
import { designOf } from '../../src/server/platform.ts';

const { schema, policies } = designOf(application);
const planner = createPlanner({ schema, policies, engine: sqlite, fits: () => true });

function statementFor(firstYear: number, lastYear: number) {
  const values = new Values();
  const limit = values.add(20);
  const span = [Date.UTC(firstYear, 0), Date.UTC(lastYear, 0)] as const;
  const offsets = addOffsets(offsetsAround(span, 'Europe/Paris', 'by[0].timeZone'), values);
  const { statement } = planner.groupsPlan(
    {
      kind: 'groups',
      model: 'Observation',
      filter: always,
      keys: [{ field: 'measuredAt', bucket: { unit: 'day', offsets } }],
      functions: [{ name: 'count' }],
      having: always,
      order: [{ by: 'key', at: 0, direction: 'asc' }],
      limit,
    },
    guest,
  );
  return statement;
}

describe('a statement with the offsets of a zone', () => {
  it('has one of nine shapes, however long the span', () => {
    const texts = new Set(Array.from({ length: 100 }, (_, years) => statementFor(2026 - years, 2026).sql));
    expect(texts.size).toBeLessThanOrEqual(9);
    expect(texts.size).toBeGreaterThan(3);
  });

  it('holds them as values, each once', () => {
    const { sql, parameters } = statementFor(1990, 2026);
    expect(sql).not.toMatch(/\d{4}-\d\d-\d\dT|3600|Paris/);
    // 127 changes and 128 offsets, beside the limit and what the policy compares with.
    expect(parameters.filter(({ operand }) => operand.kind === 'argument')).toHaveLength(127 + 128 + 1);
  });
});
