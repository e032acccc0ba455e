import { badConfig } from '../../errors.ts';

/** What is asked of a server is bounded in every direction. */
export const limits = {
  connections: 12,
  /** What goes past the gate, such as the look-up of a session, has connections left. */
  gate: { width: 10, maxWaiting: 1000, patienceMs: 10_000 },
  connectMs: 5_000,
  statementSeconds: 30,
  lockSeconds: 5,
  /** Longer than any statement may take. */
  silenceMs: 40_000,
} as const;

export interface ServerUrl {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly tls: { readonly rejectUnauthorized: boolean } | undefined;
}

/**
 * A URL of the form `scheme://user:password@host:port/database`. With `?ssl=true` the connection is encrypted and the
 * server's certificate is checked; `?ssl=unchecked` checks none.
 *
 * @throws BAD_CONFIG, without showing the URL.
 */
export function serverUrl(text: string, defaultPort: number): ServerUrl {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const database = decodeURIComponent(url?.pathname.slice(1) ?? '');
  if (!url?.hostname || !database) {
    throw badConfig(
      'DATABASE_URL names no server or no database.',
      'Write it as scheme://user:password@host:port/name.',
    );
  }
  const ssl = url.searchParams.get('ssl') ?? url.searchParams.get('sslmode');
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || defaultPort),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database,
    tls: tlsOf(ssl),
  };
}

function tlsOf(ssl: string | null): ServerUrl['tls'] {
  if (ssl === null || ssl === 'false' || ssl === 'disable') return undefined;
  return { rejectUnauthorized: !['unchecked', 'no-verify'].includes(ssl) };
}
