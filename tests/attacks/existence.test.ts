/** Cases 56 and 59: whether a row exists is told neither by another type of the same interface nor by what is done for it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Trace } from '../../src/database/trace.ts';
import { openTestPlatform, type TestPlatform } from '../support/platform.ts';

const statements: string[] = [];
const trace: Trace = {
  guard: (_, run) => run(),
  statement({ sql }, run) {
    statements.push(sql);
    return run();
  },
  transaction: (run) => run((act) => act()),
};

let platform: TestPlatform;
beforeAll(async () => {
  platform = await openTestPlatform({ trace });
});
afterAll(() => platform[Symbol.asyncDispose]());

const nodeId = (model: string, id: string) => Buffer.from(`${model}:${JSON.stringify([id])}`).toString('base64url');

describe('56: an interface', () => {
  it('gives no type of an unreadable row, under no fragment', async () => {
    const query = `query ($ids: [ID!]!) { nodes(ids: $ids) { __typename nodeId ... on Observation { value internalNote } ... on User { email } ... on AuditEntry { at } } }`;
    const ids = [nodeId('Observation', 'b-closed-draft'), nodeId('User', 'root'), nodeId('AuditEntry', 'any')];
    expect(await platform.as('alice').run(query, { ids })).toEqual({ data: { nodes: [null, null, null] } });
  });

  it('gives no field of another type, and none that is hidden on its own', async () => {
    const query = `query ($id: ID!) { node(id: $id) { __typename ... on User { email } ... on Observation { value internalNote } } }`;
    expect(await platform.as('alice').run(query, { id: nodeId('Observation', 'a-open-published') })).toMatchObject({
      data: { node: { __typename: 'Observation', internalNote: null } },
      errors: [{ code: 'FORBIDDEN', path: 'node.internalNote' }],
    });
  });
});

/**
 * Times are noise in a test; what takes the time is not. The same statements, each with as many values, run for a
 * row that is not there and for one that may not be read, and all conditions stand in one of them.
 */
describe('59: a row that is absent and one that is unreadable', () => {
  async function statementsOf(document: string, variables: Record<string, unknown>) {
    statements.length = 0;
    const answer = await platform.as('alice').run(document, variables);
    return { answer, texts: [...statements] };
  }

  it.each([
    [
      'by key',
      'query ($id: String!) { observation(where: { id: $id }) { id value site { name } comments { totalCount } } }',
    ],
    [
      'in a list',
      'query ($id: String!) { observations(where: { id: { equals: $id } }) { totalCount nodes { value } } }',
    ],
    [
      'through a relation',
      'query ($id: String!) { tags(where: { observations: { some: { id: { equals: $id } } } }) { totalCount } }',
    ],
    ['in an update', 'mutation ($id: String!) { updateObservation(where: { id: $id }, data: { unit: "K" }) { id } }'],
    ['in a delete', 'mutation ($id: String!) { deleteObservation(where: { id: $id }) { id } }'],
    [
      'in a connect',
      'mutation ($id: String!) { createComment(data: { body: "x", observation: { connect: { id: $id } } }) { id } }',
    ],
  ])('cost the same statements %s', async (_, document) => {
    const unreadable = await statementsOf(document, { id: 'b-closed-draft' });
    const absent = await statementsOf(document, { id: 'n-nowhere-atall' });
    expect(unreadable.texts.length).toBeGreaterThan(0);
    expect(unreadable).toEqual(absent);
  });

  it('cost the same statements by node', async () => {
    const query = 'query ($id: ID!) { node(id: $id) { ... on Observation { value } } }';
    const unreadable = await statementsOf(query, { id: nodeId('Observation', 'b-closed-draft') });
    expect(unreadable.texts).toHaveLength(1);
    expect(unreadable).toEqual(await statementsOf(query, { id: nodeId('Observation', 'nowhere') }));
  });
});
