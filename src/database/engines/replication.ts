/** How far changes have come on a server and on one that follows it: what each kind calls it, and how two are compared. */
import type { Replication } from '../engine.ts';

/** Places in the log: `16/B374D848`, two numbers in hex. */
export const postgresqlReplication: Replication = {
  written: 'select pg_current_wal_lsn()::text',
  applied: "select coalesce(pg_last_wal_replay_lsn()::text, '')",
  includes: (applied, written) => placeOf(applied) >= placeOf(written),
};

function placeOf(text: string): bigint {
  const [file = '', offset = ''] = text.split('/');
  return (BigInt(`0x${file || 0}`) << 32n) + BigInt(`0x${offset || 0}`);
}

/** The last transaction of each domain: `0-1-270,1-2-3` are domain, server and number. */
export const mariadbReplication: Replication = {
  written: 'select @@gtid_binlog_pos',
  applied: 'select @@gtid_slave_pos',
  includes(applied, written) {
    const there = numbersOf(applied);
    // A server without a binary log writes none, and then nobody knows.
    return written !== '' && [...numbersOf(written)].every(([domain, number]) => (there.get(domain) ?? -1n) >= number);
  },
};

function numbersOf(text: string): Map<string, bigint> {
  const parts = text.split(',').map((part) => part.trim().split('-') as [string, string, string]);
  return new Map(parts.filter(([, , number]) => number).map(([domain, , number]) => [domain, BigInt(number)]));
}

/** All transactions, as ranges of each server: `3E11FA47-…:1-5:11-18`, and since 8.3 `3E11FA47-…:tag:1-5`. */
export const mysqlReplication: Replication = {
  written: 'select @@global.gtid_executed',
  applied: 'select @@global.gtid_executed',
  includes(applied, written) {
    const there = rangesOf(applied);
    return (
      written !== '' &&
      [...rangesOf(written)].every(([server, ranges]) =>
        ranges.every(([from, to]) => there.get(server)?.some(([first, last]) => first <= from && to <= last)),
      )
    );
  },
};

type Range = readonly [from: bigint, to: bigint];

function rangesOf(text: string): Map<string, Range[]> {
  const all = new Map<string, Range[]>();
  for (const part of text.split(',')) {
    const [server = '', ...rest] = part.trim().split(':');
    let name = server;
    for (const item of rest) {
      const [from = '', to = from] = item.split('-');
      if (/^\d+$/.test(from)) all.set(name, [...(all.get(name) ?? []), [BigInt(from), BigInt(to)]]);
      else name = `${server}:${item}`;
    }
  }
  return all;
}
