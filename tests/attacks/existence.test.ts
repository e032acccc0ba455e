/** Cases 56 and 59: whether a row exists is told neither by another type of the same interface nor by what is done for it. */
import { afterEach, beforeAll, afterAll, describe, expect, it, vi } from 'vitest';
import { LibsqlConnection } from '../../src/database/engines/libsql-connection.ts';
import { openTestPlatform, type TestPlatform } from '../support/platform.ts';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await openTestPlatform();
});
afterAll(() => platform[Symbol.asyncDispose]());
afterEach(() => vi.restoreAllMocks());

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
 * Times are noise in a test; what takes the time is not. The same statements, with values of the same number, run for a
 * row that is not there and for one that may not be read, and all conditions stand in one of them.
 */
describe('59: a row that is absent and one that is unreadable', () => {
  async function statementsOf(document: string, variables: Record<string, unknown>) {
    const texts: string[] = [];
    const note = (text: string, values: readonly unknown[] = []) => void texts.push(`${text} (${values.length})`);
    const { rows, value, execute } = LibsqlConnection.prototype;
    vi.spyOn(LibsqlConnection.prototype, 'rows').mockImplementation(function (this: LibsqlConnection, text, values) {
      note(text, values);
      return rows.call(this, text, values);
    });
    vi.spyOn(LibsqlConnection.prototype, 'value').mockImplementation(function (this: LibsqlConnection, text, values) {
      note(text, values);
      return value.call(this, text, values);
    });
    vi.spyOn(LibsqlConnection.prototype, 'execute').mockImplementation(function (this: LibsqlConnection, statement) {
      note(statement.sql, statement.args as unknown[]);
      return execute.call(this, statement);
    });
    const answer = await platform.as('alice').run(document, variables);
    vi.restoreAllMocks();
    return { answer, texts };
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
