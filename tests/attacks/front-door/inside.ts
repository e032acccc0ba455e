/** What a target knows of its server that callers do not. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { hash } from '@node-rs/argon2';
import { createUser } from '../../../src/auth/sign-in.ts';
import type { Served } from '../../support/served.ts';
import { breakTable, mendTable } from '../../support/sabotage.ts';
import type { Inside } from './target.ts';

interface Behind {
  readonly served: Served;
  mails(): string[];
  connections(): Promise<number>;
  another(): Promise<string>;
}

const millisecondsPerDay = 86_400_000;
const resolutionMs = 1;
let users = 0;

export function insideOf({ served, mails, connections, another }: Behind): Inside & Disposable {
  const { platform, log } = served;
  const { unguarded } = platform.database;
  const [ofAttack, ofRunner] = [watchStalls(), watchStalls()];
  return {
    async newUser(password, hashing) {
      const email = `user-${++users}@example.test`;
      const { id } = await createUser(unguarded, { email, name: 'Somebody', password });
      if (hashing)
        await unguarded.user.update({ where: { id }, data: { passwordHash: await hash(password, hashing) } });
      return { email, session: (await platform.sessions.start(id)).secret };
    },
    async stored(email) {
      const { passwordHash, id: userId } = await unguarded.user.findUniqueOrThrow({ where: { email } });
      const sessions = await unguarded.session.findMany({ where: { userId }, select: { id: true, handle: true } });
      return { passwordHash, sessions };
    },
    async age(email, days) {
      const before = (moment: Date) => new Date(moment.getTime() - days * millisecondsPerDay);
      for (const { id, createdAt, lastUsedAt, expiresAt } of await unguarded.session.findMany({
        where: { user: { email } },
      })) {
        const data = { createdAt: before(createdAt), lastUsedAt: before(lastUsedAt), expiresAt: before(expiresAt) };
        await unguarded.session.update({ where: { id }, data });
      }
      for (const { id, createdAt, expiresAt } of await unguarded.mailedLink.findMany({ where: { email } })) {
        const data = { createdAt: before(createdAt), expiresAt: before(expiresAt) };
        await unguarded.mailedLink.update({ where: { id }, data });
      }
    },
    breakTable: (name) => breakTable(unguarded, name),
    mendTable: (name) => mendTable(unguarded, name),
    log: () => Promise.resolve([...log]),
    async mails() {
      await platform.background.settled();
      return mails();
    },
    connections,
    stallMs: () => Promise.resolve(ofAttack.takeMs()),
    figures: () => Promise.resolve({ stallMs: ofRunner.takeMs(), memoryMb: process.resourceUsage().maxRSS / 1024 }),
    inherited() {
      return Promise.resolve(Object.getOwnPropertyNames(Object.prototype).filter((name) => !inheritedByAll.has(name)));
    },
    another,
    [Symbol.dispose]() {
      ofAttack.stop();
      ofRunner.stop();
    },
  };
}

const inheritedByAll = new Set(Object.getOwnPropertyNames(Object.prototype));

function watchStalls() {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  return {
    takeMs() {
      const longest = Math.max(0, delay.max / 1e6 - resolutionMs);
      delay.reset();
      return longest;
    },
    stop: () => delay.disable(),
  };
}
