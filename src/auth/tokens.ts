/** API tokens, for scripts: `pgl_<id>_<secret>`. The prefix is for secret scanners, the id for finding the row. */
import { badInput, notFound } from '../errors.ts';
import type { TokenScopes } from '../policy/token-scopes.ts';
import { hashSecret, randomHex, sameHash } from './secrets.ts';
import { sessionUserColumns, toSessionUser, type AccountStore, type SessionUser } from './session-adapter.ts';

export interface NewToken {
  userId: string;
  /** For its owner to know it by. */
  name: string;
  scopes: TokenScopes;
  /** From 1 to 365. */
  days: number;
}

export interface ApiTokenRow {
  id: string;
  name: string;
  scopes: string[];
  createdAt: Date;
  expiresAt: Date;
  /** Within a minute. */
  lastUsedAt: Date | null;
  revokedAt: Date | null;
}

export interface Tokens {
  /** The secret is in this answer and nowhere else. Throws BAD_INPUT. */
  create(token: NewToken): Promise<{ secret: string; token: ApiTokenRow }>;
  /** Null for whatever is not the whole text of a token that is alive. */
  find(secret: string): Promise<{ user: SessionUser; scopes: TokenScopes } | null>;
  /** The newest first, the revoked and expired ones too. */
  list(userId?: string): Promise<(ApiTokenRow & { email: string })[]>;
  /** It is dead at once, in every process. Throws NOT_FOUND, for the token of another user too. */
  revoke(id: string, userId?: string): Promise<void>;
}

export const apiTokenPrefix = 'pgl_';

/** Of the id (64 bits) and of the secret (256 bits). */
const [idBytes, secretBytes] = [8, 32];
const pattern = /^pgl_([0-9a-f]{16})_([0-9a-f]{64})$/;

const maxDays = 365;
const maxNameLength = 100;
const millisecondsPerDay = 86_400_000;
const useIsNotedEveryMilliseconds = 60_000;

/** Compared with when there is no such token. Nothing is known to give it. */
const noHash = '0'.repeat(64);

const shownColumns = {
  id: true,
  name: true,
  scopes: true,
  createdAt: true,
  expiresAt: true,
  lastUsedAt: true,
  revokedAt: true,
} as const;

/** One object for every look-up: by it the compiled statement is found again. */
const lookUpColumns = {
  secretHash: true,
  scopes: true,
  expiresAt: true,
  lastUsedAt: true,
  revokedAt: true,
  user: { select: sessionUserColumns },
} as const;

export function createTokens(
  { apiToken }: Pick<AccountStore, 'apiToken'>,
  { now = () => new Date() }: { now?: () => Date } = {},
): Tokens {
  return {
    async create({ userId, name, scopes, days }) {
      if (!Number.isInteger(days) || days < 1 || days > maxDays)
        throw badInput(`A token cannot live for ${days} days.`, `Give a whole number from 1 to ${maxDays}.`, 'days');
      if (name.trim() === '' || name.length > maxNameLength)
        throw badInput('The token has no name, or a long one.', `Give 1 to ${maxNameLength} characters.`, 'name');
      const [id, secret] = [randomHex(idBytes), randomHex(secretBytes)];
      const createdAt = now();
      const expiresAt = new Date(createdAt.getTime() + days * millisecondsPerDay);
      const secretHash = hashSecret(secret);
      const row = await apiToken.create({
        data: { id, name: name.trim(), secretHash, scopes: scopes.join(' '), createdAt, expiresAt, userId },
        select: shownColumns,
      });
      return { secret: `${apiTokenPrefix}${id}_${secret}`, token: withScopes(row) };
    },

    async find(text) {
      const [, id, secret] = pattern.exec(text) ?? [];
      if (id === undefined || secret === undefined) return null;
      const row = await apiToken.findUnique({ where: { id }, select: lookUpColumns });
      // Compared for an unknown id too, and in constant time: how long it takes tells neither the id nor a part of the secret.
      const matches = sameHash(hashSecret(secret), row?.secretHash ?? noHash);
      if (!row || !matches || row.revokedAt !== null || row.expiresAt <= now()) return null;
      await noteUse(id, row.lastUsedAt);
      return { user: toSessionUser(row.user), scopes: scopesOf(row.scopes) };
    },

    async list(userId) {
      const rows = await apiToken.findMany({
        where: userId === undefined ? {} : { userId },
        select: { ...shownColumns, user: { select: { email: true } } },
        orderBy: [{ createdAt: 'desc' }, { id: 'asc' }],
      });
      return rows.map(({ user: { email }, ...row }) => ({ ...withScopes(row), email }));
    },

    async revoke(id, userId) {
      const { count } = await apiToken.updateMany({
        where: { id, ...(userId !== undefined && { userId }), revokedAt: null },
        data: { revokedAt: now() },
      });
      if (count === 0) throw notFound('API token', 'id');
    },
  };

  async function noteUse(id: string, lastUsedAt: Date | null): Promise<void> {
    const since = new Date(now().getTime() - useIsNotedEveryMilliseconds);
    if (lastUsedAt !== null && lastUsedAt > since) return;
    // The time is for people. A database too busy to note it must not refuse the request.
    await apiToken.updateMany({ where: { id }, data: { lastUsedAt: now() } }).catch(() => undefined);
  }
}

/** `''.split(' ')` would be one empty scope: harmless, but a scope that is none. */
const scopesOf = (text: string) => text.split(' ').filter(Boolean);

const withScopes = <Row extends { scopes: string }>(row: Row) => ({ ...row, scopes: scopesOf(row.scopes) });
