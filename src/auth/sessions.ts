/** Who is signed in. The only module that knows lucia: see docs/decisions/sessions-with-lucia.md. */
import { generateIdFromEntropySize, Lucia, TimeSpan } from 'lucia';
import { notFound } from '../errors.ts';
import { hashSecret } from './secrets.ts';
import {
  createSessionAdapter,
  rolesText,
  sessionUserColumns,
  toSessionUser,
  type AccountStore,
  type SessionUser,
} from './session-adapter.ts';
import { unknownOrigin, type SessionOrigin } from './session-origin.ts';

export type { AccountStore, SessionUser };

export interface SessionOptions {
  /** A session unused for so long ends. */
  idleDays?: number;
  /** A session ends so long after its start, however much it is used. */
  absoluteDays?: number;
  now?: () => Date;
}

export interface StartedSession {
  /** For the cookie or the header. It is shown this once and cannot be read again. */
  secret: string;
  /** The absolute end: the browser keeps the cookie until then, and the server ends a session that is idle before. */
  expiresAt: Date;
}

/** As its user sees it: neither the secret nor its hash. */
export interface ListedSession extends SessionOrigin {
  handle: string;
  createdAt: Date;
  /** Within an hour. */
  lastUsedAt: Date;
  expiresAt: Date;
  /** Whether it is the one that asks. */
  current: boolean;
}

export interface Sessions {
  /** Always with a new secret, so that nobody can plant one before a sign-in. */
  start(userId: string, origin?: SessionOrigin): Promise<StartedSession>;
  /** Null for whatever is not the secret of a live session. Nothing is cached: an ended session is dead at once, in every process. */
  find(secret: string): Promise<SessionUser | null>;
  end(secret: string): Promise<void>;
  /**
   * Gives a session another secret that its user's roles have ended, for a user who has changed them by it. Null for one
   * that goes on as it is, and for one that is over otherwise.
   */
  renew(secret: string, origin?: SessionOrigin): Promise<StartedSession | null>;
  /** The live sessions of a user, the last used first. */
  list(userId: string, currentSecret: string): Promise<ListedSession[]>;
  /** Whether the user with this e-mail address has a live session of this device and network. */
  hasOne(email: string, origin: SessionOrigin): Promise<boolean>;
  /** Throws NOT_FOUND, for the session of another user too. */
  endByHandle(userId: string, handle: string): Promise<void>;
  /** For "sign out everywhere", and after a change of password. */
  endAll(userId: string): Promise<void>;
}

const millisecondsPerDay = 86_400_000;

/** 200 random bits in lower-case base32. */
const secretBytes = 25;
const secretPattern = /^[a-z2-7]{40}$/;

export function createSessions(client: Pick<AccountStore, 'session' | 'user'>, options: SessionOptions = {}): Sessions {
  const { idleDays = 7, absoluteDays = 30, now = () => new Date() } = options;
  const absoluteMilliseconds = absoluteDays * millisecondsPerDay;
  const lucia = new Lucia(createSessionAdapter(client, { absoluteMilliseconds, now }), {
    sessionExpiresIn: new TimeSpan(idleDays, 'd'),
    getUserAttributes: (attributes) => attributes,
  });

  const alive = () => ({
    expiresAt: { gt: now() },
    createdAt: { gt: new Date(now().getTime() - absoluteMilliseconds) },
  });

  const sessions: Sessions = {
    async start(userId, origin = unknownOrigin) {
      // Sessions that nobody comes back to are removed here: no other request meets them again.
      await lucia.deleteExpiredSessions();
      const expiresAt = new Date(now().getTime() + absoluteMilliseconds);
      const sessionId = generateIdFromEntropySize(secretBytes);
      const { id: secret } = await lucia.createSession(userId, origin, { sessionId });
      return { secret, expiresAt };
    },

    async find(secret) {
      if (!isSecret(secret)) return null;
      const { user } = await lucia.validateSession(secret);
      return user && { id: user.id, email: user.email, name: user.name, roles: user.roles };
    },

    async end(secret) {
      if (isSecret(secret)) await lucia.invalidateSession(secret);
    },

    async renew(secret, origin) {
      const id = hashSecret(secret);
      const select = { userId: true, roles: true, user: { select: sessionUserColumns } } as const;
      const row = await client.session.findFirst({ where: { id, ...alive() }, select });
      if (!row || row.roles === rolesText(toSessionUser(row.user).roles)) return null;
      // The delete decides: one that was ended meanwhile stays ended.
      const { count } = await client.session.deleteMany({ where: { id } });
      return count === 0 ? null : sessions.start(row.userId, origin);
    },

    async list(userId, currentSecret) {
      const rows = await client.session.findMany({
        where: { userId, ...alive() },
        select: listedColumns,
        orderBy: [{ lastUsedAt: 'desc' }, { handle: 'desc' }],
      });
      const currentId = hashSecret(currentSecret);
      return rows.map(({ id, ...row }) => ({ ...row, current: id === currentId }));
    },

    async hasOne(email, { device, network }) {
      // An origin that is unknown is like no other.
      if (device === null || network === null) return false;
      return (await client.session.count({ where: { user: { email }, device, network, ...alive() } })) > 0;
    },

    async endByHandle(userId, handle) {
      const { count } = await client.session.deleteMany({ where: { userId, handle } });
      if (count === 0) throw notFound('session', 'id');
    },

    async endAll(userId) {
      await lucia.invalidateUserSessions(userId);
    },
  };
  return sessions;
}

const listedColumns = {
  id: true,
  handle: true,
  createdAt: true,
  lastUsedAt: true,
  expiresAt: true,
  device: true,
  network: true,
} as const;

/** Asked before the database is: the secret comes from a header, and may be of any length or, through a careless caller, of any type. */
function isSecret(secret: unknown): secret is string {
  return typeof secret === 'string' && secretPattern.test(secret);
}
