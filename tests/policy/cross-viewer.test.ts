/** Conditions and plans are kept for the next request: whoever that is gets their own, and the values bound are theirs (attack 58). */
import { describe, expect, it } from 'vitest';
import { policies as drafts } from '../../src/app/policies/index.ts';
import { sqlite } from '../../src/database/engines/sqlite.ts';
import { bind } from '../../src/database/parameters.ts';
import { createPlanner, type Planner } from '../../src/database/plan.ts';
import type { OneRead } from '../../src/database/read.ts';
import { generatedDatamodel } from '../../src/generated/datamodel.ts';
import { readDatamodel } from '../../src/model/read-datamodel.ts';
import { checkPolicies } from '../../src/policy/check.ts';
import { always } from '../../src/policy/filter.ts';
import { guest, system, type Viewer } from '../../src/policy/viewer.ts';

const schema = readDatamodel(generatedDatamodel);
const policies = checkPolicies(schema, drafts);

const newPlanner = () => createPlanner({ schema, policies, engine: sqlite, fits: () => true });

const user = (id: string, ...roles: string[]): Viewer => ({ kind: 'user', id, roles });
const surveys: OneRead = {
  kind: 'one',
  model: 'Survey',
  filter: always,
  select: { scalars: [{ field: 'id' }], relations: [] },
};

const viewers: Viewer[] = [
  guest,
  user('alice'),
  user('bob'),
  user('root', 'admin'),
  user('e', 'editor'),
  user('er', 'editor', 'reviewer'),
  system,
];

describe('whoever asked before', () => {
  it('leaves no trace in the conditions of the next', () => {
    const alone = viewers.map((viewer) => newPlanner().policyOf(viewer).rows('Observation', 'read'));
    for (const order of [viewers, viewers.toReversed(), [...viewers, ...viewers.toReversed()]]) {
      const planner = newPlanner();
      for (const viewer of order) {
        expect(planner.policyOf(viewer).rows('Observation', 'read')).toEqual(alone[viewers.indexOf(viewer)]);
      }
    }
  });

  it('leaves no trace in the statements of the next', () => {
    const statementFor = (planner: Planner, viewer: Viewer) => {
      const { statement } = planner.plan(surveys, viewer);
      return [statement.sql, bind(statement.parameters, [], viewer, planner)];
    };
    const alone = viewers.map((viewer) => statementFor(newPlanner(), viewer));
    const shared = newPlanner();
    for (const viewer of [...viewers, ...viewers.toReversed()]) {
      expect(statementFor(shared, viewer)).toEqual(alone[viewers.indexOf(viewer)]);
    }
    expect(new Set(alone.map(([sql]) => sql)).size).toBe(3);
  });

  it('shares the plan with those of the same roles, and none of the values', () => {
    const planner = newPlanner();
    const [alice, bob] = [user('alice'), user('bob')];
    const plan = planner.plan(surveys, alice);
    expect(planner.plan(surveys, bob)).toBe(plan);
    const bound = (viewer: Viewer) => bind(plan.statement.parameters, [], viewer, planner);
    expect([bound(alice), bound(bob)]).toEqual([
      ['PUBLIC', 'alice'],
      ['PUBLIC', 'bob'],
    ]);
    // A statement that lost its viewer does not run.
    expect(() => bound(guest)).toThrow('A statement is missing one of its values.');
  });

  it('with the same roles in another order is the same to the plans', () => {
    const planner = newPlanner();
    expect(planner.policyOf(user('a', 'editor', 'reviewer'))).toBe(planner.policyOf(user('b', 'reviewer', 'editor')));
    expect(planner.policyOf(user('a', 'editor'))).not.toBe(planner.policyOf(user('b', 'reviewer')));
  });

  it('cannot make two roles out of one by its name', () => {
    const planner = newPlanner();
    const shapes = [['editor,reviewer'], ['editor', 'reviewer'], ['editor","reviewer']].map((roles) =>
      planner.policyOf(user('a', ...roles)),
    );
    expect(new Set(shapes).size).toBe(3);
  });
});
