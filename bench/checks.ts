/** What must hold of the servers for their figures to be comparable. */
import type { Measured } from './measure.ts';
import type { Participant } from './participant.ts';
import type { ServerProcess } from './server-process.ts';

/** @throws unless all connections of all servers are equally careful with a commit. */
export async function requireSameSettings(participants: readonly Participant[]): Promise<void> {
  const wanted = 'journal_mode wal, synchronous 2';
  for (const { name, server } of participants) {
    const settings = await server.settings();
    if (settings.length > 0 && settings.every((it) => it === wanted)) continue;
    throw new Error(`The connections of ${name} run with ${settings.join('; ')} instead of ${wanted}.`);
  }
}

/** How many of the observations the first participant may read: policies are at work where it is not all of them. */
export async function visibleTo({ server, headers }: Participant): Promise<{ readable: number; total: number }> {
  const body = JSON.stringify({ query: '{ observations(first: 1) { totalCount } }' });
  const { observations } = await server.send({ path: '/graphql', headers, body });
  return {
    readable: (observations as { totalCount: number }).totalCount,
    total: await server.database.countObservations(),
  };
}

export async function countWritten(participants: readonly Participant[]) {
  const counts = new Map<ServerProcess, number>();
  for (const { server } of participants) counts.set(server, await server.database.countObservations());
  return counts;
}

/**
 * @param spare rows that may have been written without their answer being counted: those under way at the end of a round.
 * @throws when an answer that was counted has not left its row.
 */
export async function requireWritten(
  participants: readonly Participant[],
  measured: readonly Measured[],
  { before, spare }: { before: ReadonlyMap<ServerProcess, number>; spare: number },
): Promise<void> {
  for (const [server, count] of before) {
    const names = participants.filter((it) => it.server === server).map(({ name }) => name);
    const rounds = measured.filter((it) => names.includes(it.server)).flatMap((it) => it.rounds);
    const answered = rounds.reduce((sum, { requests }) => sum + requests, 0);
    const written = (await server.database.countObservations()) - count;
    if (written >= answered && written <= answered + spare * names.length) continue;
    throw new Error(`${names.join(', ')}: ${answered} rows were answered for, and ${written} are there.`);
  }
}
