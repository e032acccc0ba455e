/**
 * Runs what is undone alone when it throws.
 *
 * @param control runs a statement of the transaction that is open; the same on all engines.
 */
export async function inSavepoint<T>(
  control: (sql: string) => unknown,
  name: 'part' | 'trial',
  act: () => Promise<T>,
): Promise<T> {
  await control(`SAVEPOINT ${name}`);
  try {
    const result = await act();
    await control(`RELEASE SAVEPOINT ${name}`);
    return result;
  } catch (error) {
    await control(`ROLLBACK TO SAVEPOINT ${name}`);
    await control(`RELEASE SAVEPOINT ${name}`);
    throw error;
  }
}
