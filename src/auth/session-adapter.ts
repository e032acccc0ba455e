/**
 * Where lucia keeps its sessions: our tables, with what lucia lacks. It stores a hash in place of the
 * session's secret, ends a session for good at its absolute limit, and goes by a clock that tests can move.
 */
import type { Adapter, DatabaseSession, Lucia } from 'lucia';
import type { Database } from '../database/database.ts';
import { hashSecret } from './secrets.ts';
import { unknownOrigin, type SessionOrigin } from './session-origin.ts';

/** The part of the Prisma client that accounts need. Unguarded: there is no viewer yet whose policy could hold. */
export type AccountStore = Pick<
  Database['unguarded'],
  'session' | 'user' | 'apiToken' | 'mailedLink' | 'totpSecret' | 'recoveryCode'
>;

export interface SessionUser {
  id: string;
  email: string;
  name: string;
  /** Lower case: `admin`, `editor`, `reviewer`. */
  roles: string[];
}

export interface SessionLimits {
  /** Counted from the start of the session, and never extended. */
  absoluteMilliseconds: number;
  now: () => Date;
}

type UserAttributes = Omit<SessionUser, 'id'>;

declare module 'lucia' {
  interface Register {
    Lucia: Lucia<object, UserAttributes>;
    DatabaseUserAttributes: UserAttributes;
    DatabaseSessionAttributes: SessionOrigin;
  }
}

/** A row of it gives a user a role. */
export const roleModel = 'RoleGrant';

/** What makes a `SessionUser` out of a row of User. */
export const sessionUserColumns = { id: true, email: true, name: true, roles: { select: { role: true } } } as const;

/** One object for every look-up: by it the compiled statement is found again. */
const sessionColumns = {
  createdAt: true,
  lastUsedAt: true,
  expiresAt: true,
  roles: true,
  user: { select: sessionUserColumns },
} as const;

const useIsNotedEveryMilliseconds = 3_600_000;

export function toSessionUser(row: Omit<SessionUser, 'roles'> & { roles: { role: string }[] }): SessionUser {
  const roles = row.roles.map(({ role }) => role.toLowerCase()).toSorted();
  return { id: row.id, email: row.email, name: row.name, roles };
}

export function createSessionAdapter(
  { session, user: users }: Pick<AccountStore, 'session' | 'user'>,
  { absoluteMilliseconds, now }: SessionLimits,
): Adapter {
  const absoluteEnd = (createdAt: Date) => createdAt.getTime() + absoluteMilliseconds;

  // lucia compares with Date.now() and takes no clock, so at its door times move by the difference of the two clocks.
  const toLuciaTime = (time: number) => new Date(time - now().getTime() + Date.now());
  const fromLuciaTime = (time: Date) => time.getTime() - Date.now() + now().getTime();

  const toLuciaSession = (secret: string, userId: string, expiresAt: number): DatabaseSession => ({
    id: secret,
    userId,
    expiresAt: toLuciaTime(expiresAt),
    attributes: unknownOrigin,
  });

  async function noteUse(id: string, lastUsedAt: Date): Promise<void> {
    const due = lastUsedAt.getTime() + useIsNotedEveryMilliseconds <= now().getTime();
    // The time is for people. A database too busy to note it must not refuse the request.
    if (due) await session.updateMany({ where: { id }, data: { lastUsedAt: now() } }).catch(() => undefined);
  }

  return {
    async getSessionAndUser(secret) {
      const rowId = hashSecret(secret);
      const row = await session.findUnique({ where: { id: rowId }, select: sessionColumns });
      if (!row) return [null, null];

      const limit = absoluteEnd(row.createdAt);
      const expiresAt = Math.min(row.expiresAt.getTime(), limit);
      // Decided here and not by lucia, which would answer each use of an old secret with a write.
      if (expiresAt <= now().getTime()) return [null, null];

      const { id, ...attributes } = toSessionUser(row.user);
      // However the roles were changed, by a mutation, a command or in the table: a secret that leaked before must not
      // have the new ones. It is deleted, or it would live again when the roles are changed back.
      if (row.roles !== rolesText(attributes.roles)) {
        await session.deleteMany({ where: { id: rowId } });
        return [null, null];
      }
      await noteUse(rowId, row.lastUsedAt);
      // A session that cannot be extended any more is shown to lucia as just extended. With its true end lucia
      // would try again, with a write, on every request of its last half-life.
      const shown = expiresAt === limit ? now().getTime() + absoluteMilliseconds : expiresAt;
      return [toLuciaSession(secret, id, shown), { id, attributes }];
    },

    async getUserSessions() {
      throw new Error('The secrets of sessions are not stored. Read the rows of Session instead.');
    },

    async setSession({ id: secret, userId, expiresAt, attributes }) {
      // Before the first await: the two clocks are compared as of now.
      const createdAt = now();
      const end = Math.min(fromLuciaTime(expiresAt), absoluteEnd(createdAt));
      const user = await users.findUnique({ where: { id: userId }, select: sessionUserColumns });
      await session.create({
        data: {
          id: hashSecret(secret),
          userId,
          createdAt,
          lastUsedAt: createdAt,
          expiresAt: new Date(end),
          roles: rolesText(user ? toSessionUser(user).roles : []),
          device: attributes.device,
          network: attributes.network,
        },
      });
    },

    async updateSessionExpiration(secret, expiresAt) {
      const id = hashSecret(secret);
      // Before the first await: the two clocks are compared as of now.
      const idleEnd = fromLuciaTime(expiresAt);
      const row = await session.findUnique({ where: { id }, select: { createdAt: true } });
      if (!row) return;
      const end = Math.min(idleEnd, absoluteEnd(row.createdAt));
      // Not `update`, which throws when the session has been ended in the meantime.
      await session.updateMany({ where: { id }, data: { expiresAt: new Date(end) } });
    },

    async deleteSession(secret) {
      await session.deleteMany({ where: { id: hashSecret(secret) } });
    },

    async deleteUserSessions(userId) {
      await session.deleteMany({ where: { userId } });
    },

    async deleteExpiredSessions() {
      await session.deleteMany({ where: { expiresAt: { lte: now() } } });
    },
  };
}

/** As a session keeps those that it was started with. */
export const rolesText = (roles: readonly string[]) => roles.join(' ');
