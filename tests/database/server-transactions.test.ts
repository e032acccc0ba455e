import { expect, it } from 'vitest';
import { transactionsOn, type LentConnection } from '../../src/database/engines/server-transactions.ts';

/** A connection that takes all but one statement, and tells how it was given back. */
function connectionWithout(refused: string) {
  const broken: boolean[] = [];
  const lent: LentConnection = {
    run: () => Promise.resolve({ rows: [], changed: 0 }),
    control: (sql) => (sql === refused ? Promise.reject(new Error(`${sql} was refused`)) : Promise.resolve()),
    release: (isBroken) => void broken.push(isBroken),
  };
  return { broken, transaction: transactionsOn(() => Promise.resolve(lent), { begin: 'BEGIN' }) };
}

const act = () => Promise.resolve('done');
const fail = () => Promise.reject(new Error('no'));

it('gives a connection back once its transaction is over, done or undone', async () => {
  const { broken, transaction } = connectionWithout('nothing');
  expect(await transaction(act)).toBe('done');
  await expect(transaction(fail)).rejects.toThrow('no');
  expect(broken).toEqual([false, false]);
});

it('lends no connection again that may still hold what was to be undone: the next BEGIN on MySQL would commit it', async () => {
  const { broken, transaction } = connectionWithout('ROLLBACK');
  await expect(transaction(fail)).rejects.toThrow('no');
  expect(broken).toEqual([true]);
});

it('undoes what could not be committed', async () => {
  const { broken, transaction } = connectionWithout('COMMIT');
  await expect(transaction(act)).rejects.toThrow('COMMIT was refused');
  expect(broken).toEqual([false]);
});
