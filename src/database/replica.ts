import { LRUCache } from 'lru-cache';
import { badConfig, PergolaError } from '../errors.ts';
import type { Viewer } from '../policy/viewer.ts';
import { connect, type Connection } from './connection.ts';
import { withoutPatience } from './server-url.ts';

/** A replica that is further behind is not asked. */
const maxLagMs = 3_000;
const pollMs = 1_000;
/** Whoever has written reads from the primary for so long: longer than a replica that is asked may be behind. */
export const stickySeconds = 5;

export interface Replica {
  /** On the replica, or on the primary where that is away or too far behind, or where the viewer has just written. */
  readFor(viewer: Viewer): Connection['read'];
  /** The viewer has written: what they read next must have it. */
  stayOnPrimary(viewer: Viewer): void;
  close(): Promise<void>;
}

/** A moment, and how far the primary had come at it. */
interface Sample {
  readonly at: number;
  readonly written: string;
}

/**
 * A server that follows the primary and takes reads off it. It may be away, also at the start: then the primary is asked.
 *
 * How far it is behind is measured, once a second, by what both say of their place, and by no clock but this process's:
 * it is as fresh as the moment at which the primary was last at a place that the replica has passed.
 *
 * @throws BAD_CONFIG where the primary is of a kind that nobody follows.
 */
export function openReplica(
  url: string,
  primary: Connection,
  connectTo: (url: string) => Promise<Connection> = connect,
): Replica {
  const now = () => performance.now();
  const { replication } = primary.engine;
  if (!replication) {
    throw badConfig('DATABASE_REPLICA_URL is set, and an embedded database has no replica.', 'Leave it out.');
  }
  let connection: Connection | undefined;
  let freshAt = -Infinity;
  let samples: Sample[] = [];
  let polling: Promise<void> | undefined;
  /** Ends the wait for each read that is under way on the replica. */
  const waits = new Set<() => void>();
  const writers = new LRUCache<string, true>({ max: 100_000, ttl: stickySeconds * 1000 });

  async function poll(): Promise<void> {
    try {
      const at = now();
      samples.push({ at, written: (await primary.read(replication!.written, [])) ?? '' });
      samples = samples.filter((sample) => at - sample.at <= maxLagMs);
      connection ??= await connectAlike(() => connectTo(withoutPatience(url)), primary);
      const applied = (await connection.read(replication!.applied, [])) ?? '';
      const passed = samples.findLast(({ written }) => replication!.includes(applied, written));
      if (passed) freshAt = passed.at;
    } catch {
      // Whichever of them is away: what nobody can tell is not fresh.
      freshAt = -Infinity;
    }
  }
  const beginPoll = () => {
    polling ??= poll().finally(() => (polling = undefined));
  };
  const isFresh = () => now() - freshAt < maxLagMs;
  beginPoll();
  const timer = setInterval(() => {
    beginPoll();
    // It may have vanished without a word: a connection notices that after half a minute or more.
    if (!isFresh()) for (const giveUp of waits) giveUp();
  }, pollMs).unref();

  const readOn = ({ read }: Connection, sql: string, parameters: readonly unknown[]) =>
    new Promise<string | null>((resolve, reject) => {
      const giveUp = () => reject(new Error('The replica has fallen silent.'));
      waits.add(giveUp);
      void read(sql, parameters)
        .then(resolve, reject)
        .finally(() => waits.delete(giveUp));
    });

  return {
    readFor: (viewer) => async (sql, parameters) => {
      if (!connection || !isFresh() || writers.has(nameOf(viewer))) return primary.read(sql, parameters);
      try {
        return await readOn(connection, sql, parameters);
      } catch (error) {
        // It says what the primary would say, unless it is away, or has given up the read for what it has to apply.
        if (error instanceof PergolaError && error.code !== 'DATABASE_UNAVAILABLE') throw error;
        freshAt = -Infinity;
        return primary.read(sql, parameters);
      }
    },
    stayOnPrimary(viewer) {
      // All guests have one name: whoever signs in would send every other guest to the primary. Their client knows it.
      if (viewer.id !== null) writers.set(nameOf(viewer), true);
    },
    async close() {
      clearInterval(timer);
      await polling;
      await connection?.close();
    },
  };
}

/** What is compiled for one is run on the other. */
async function connectAlike(connectIt: () => Promise<Connection>, { engine }: Connection): Promise<Connection> {
  const connection = await connectIt();
  if (connection.engine.name === engine.name) return connection;
  await connection.close();
  throw badConfig('DATABASE_REPLICA_URL is of another kind than DATABASE_URL.', 'Name a server that follows it.');
}

const nameOf = ({ kind, id }: Viewer) => `${kind} ${id}`;
