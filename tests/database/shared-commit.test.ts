/** Statements that wait share a transaction: who is done again after an error, and who must not be. */
import { expect, test } from 'vitest';
import { sharingCommits, type RunTogether } from '../../src/database/engines/shared-commit.ts';

const limits = { width: 10, maxWaiting: 100, patienceMs: 1000 };
const named = (sql: string) => ({ sql, parameters: [] });

/** What the server says it has undone has a severity; what is said by a driver whose connection broke has none. */
class Failed extends Error {
  readonly severity: string | undefined;

  constructor(message: string, severity?: string) {
    super(message);
    this.severity = severity;
  }
}

/** Transactions that say what they ran, of which those with the word "bad" fail so. */
function recorded(error: Failed) {
  const ran: string[][] = [];
  const runTogether: RunTogether = async (singles) => {
    const names = singles.map(({ statement }) => statement.sql);
    ran.push(names);
    if (names.includes('bad')) throw error;
    return singles.map(
      ({ read }) =>
        async () =>
          read.sql,
    );
  };
  const single = sharingCommits(runTogether, limits);
  const outcome = async (sql: string) => {
    try {
      const answer = await single(named(sql), named(`read ${sql}`));
      return await answer();
    } catch (caught) {
      return (caught as Error).message;
    }
  };
  return { ran, outcome };
}

const refused = new Failed('refused', 'ERROR');
const broken = new Failed('the connection broke');

test('what comes while others are under way goes into one transaction, and each is answered', async () => {
  const { ran, outcome } = recorded(refused);
  const statements = ['a', 'b', 'c', 'd', 'e'];
  expect(await Promise.all(statements.map(outcome))).toEqual(statements.map((name) => `read ${name}`));
  expect(ran).toEqual([['a'], ['b'], ['c', 'd', 'e']]);
});

test('when one of them is refused, each is done by itself: it takes nobody along', async () => {
  const { ran, outcome } = recorded(refused);
  const told = await Promise.all(['a', 'b', 'c', 'bad', 'e'].map(outcome));
  expect(told).toEqual(['read a', 'read b', 'read c', 'refused', 'read e']);
  expect(ran.slice(2)).toEqual([['c', 'bad', 'e'], ['c'], ['bad'], ['e']]);
});

test('nothing is done again that may be done: of a connection that broke nobody knows', async () => {
  const { ran, outcome } = recorded(broken);
  const told = await Promise.all(['a', 'b', 'c', 'bad', 'e'].map(outcome));
  expect(told).toEqual(['read a', 'read b', ...Array.from({ length: 3 }, () => 'the connection broke')]);
  expect(ran.slice(2)).toEqual([['c', 'bad', 'e']]);
});
