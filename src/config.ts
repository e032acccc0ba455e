import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { badConfig, PergolaError } from './errors.ts';

export interface Config {
  readonly databaseUrl: string;
  /** A server that follows the database, and takes reads off it. */
  readonly databaseReplicaUrl: string | undefined;
  readonly host: string;
  readonly port: number;
  /** Where browsers reach the server, without a slash at the end. */
  readonly publicUrl: string;
  readonly production: boolean;
  /** Whether answers say what the operation cost. */
  readonly showCost: boolean;
  readonly logLevel: string;
  /** The origins that may call from a browser page of their own; none unless named. */
  readonly corsOrigins: readonly string[];
  /** Proxies whose `X-Forwarded-For` is believed: addresses and networks. */
  readonly trustProxy: readonly string[];
  /** Where all processes count together; undefined counts in each for itself. */
  readonly redisUrl: string | undefined;
  /** Off only where something in front of the server limits, or to measure it. */
  readonly rateLimits: boolean;
  /** What whoever reads `/metrics` must show. */
  readonly metricsToken: string | undefined;
  /** How and where spans are sent, undefined for the place that OpenTelemetry says; without it there are none. */
  readonly tracing: { readonly protocol: 'http/protobuf' | 'http/json'; readonly url: string | undefined } | undefined;
  /** Whether documents that are not in the manifest run, and whether the log names them. */
  readonly trustedDocuments: 'off' | 'warn' | 'enforce';
  /** The path of the documents that clients are known to send. */
  readonly trustedDocumentsManifest: string | undefined;
  /** Where the published versions of the SDK are kept. */
  readonly sdkFolder: string;
  readonly adminEmail: string;
  /** Whether a new database is filled with the sample data. */
  readonly sampleData: boolean;
  /** Whether anybody with a mailbox may become a user. */
  readonly signUp: boolean;
  /** The service whose tokens are taken beside our own. */
  readonly oidc:
    | { readonly issuer: string; readonly audience: string; readonly jwksUrl: string | undefined }
    | undefined;
  /** Where mail is sent; undefined in development shows it on the terminal, and in production sends none. */
  readonly smtpUrl: string | undefined;
  readonly mailFrom: string;
  /** What secrets are encrypted with that must be read again; undefined, in production only, takes none. */
  readonly secret: string | undefined;
}

/** Not for production: everybody knows it. */
const developmentSecret = 'a secret of development, which is none';

type Environment = Readonly<Record<string, string | undefined>>;

const commaSeparated = z
  .string()
  .default('')
  .transform((list) =>
    list
      .split(',')
      .map((it) => it.trim())
      .filter(Boolean),
  );

const onOff = z.enum(['on', 'off'], 'is neither on nor off').transform((value) => value === 'on');

/** Keys that come over a connection that can be changed on the way are nobody's keys. On this machine there is no way. */
const secureUrl = z
  .url('is no URL')
  .refine((url) => /^https:|^http:\/\/(localhost|127\.0\.0\.1|\[::1\])[:/]/.test(`${url}/`), 'is no https:// URL');

const otlpProtocol = z.enum(['http/protobuf', 'http/json'], 'is neither http/protobuf nor http/json').optional();

/** Every variable that is read, with what it may be. */
const variables = {
  DATABASE_URL: z
    .string()
    .regex(/^[a-z]+:/, 'is no URL')
    .default('file:./data/pergola.db'),
  DATABASE_REPLICA_URL: z
    .string()
    .regex(/^[a-z]+:/, 'is no URL')
    .optional(),
  HOST: z.string().min(1).default('localhost'),
  PORT: z.coerce.number('is no port').int('is no port').min(0, 'is no port').max(65_535, 'is no port').default(4000),
  PUBLIC_URL: z.url('is no URL').optional(),
  NODE_ENV: z
    .enum(['development', 'production', 'test'], 'is none of development, production, test')
    .default('development'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'], 'is no level').optional(),
  CORS_ORIGINS: commaSeparated,
  TRUST_PROXY: commaSeparated,
  REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\/./, 'is no redis:// or rediss:// URL')
    .optional(),
  PERGOLA_RATE_LIMITS: onOff.default(true),
  METRICS_TOKEN: z.string().min(16, 'has less than 16 characters').optional(),
  // OpenTelemetry's own SDK reads its other variables.
  OTEL_SDK_DISABLED: z.enum(['true', 'false'], 'is neither true nor false').default('false'),
  OTEL_TRACES_EXPORTER: z.enum(['otlp', 'none'], 'is neither otlp nor none').optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url('is no URL').optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: z.url('is no URL').optional(),
  OTEL_EXPORTER_OTLP_PROTOCOL: otlpProtocol,
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: otlpProtocol,
  PERGOLA_TRUSTED_DOCUMENTS: z.enum(['off', 'warn', 'enforce'], 'is none of off, warn, enforce').default('off'),
  PERGOLA_TRUSTED_DOCUMENTS_MANIFEST: z.string().min(1).optional(),
  PERGOLA_SDK_FOLDER: z.string().min(1).default('./data/sdk'),
  PERGOLA_ADMIN_EMAIL: z.email('is no e-mail address').default('admin@example.test'),
  PERGOLA_SAMPLE_DATA: onOff.optional(),
  PERGOLA_SIGN_UP: onOff.default(false),
  PERGOLA_OIDC_ISSUER: secureUrl.optional(),
  PERGOLA_OIDC_AUDIENCE: z.string().min(1).optional(),
  PERGOLA_OIDC_JWKS_URL: secureUrl.optional(),
  PERGOLA_SMTP_URL: z
    .string()
    .regex(/^smtps?:\/\/./, 'is no smtp:// or smtps:// URL')
    .optional(),
  PERGOLA_SECRET: z.string().min(32, 'has less than 32 characters').optional(),
  PERGOLA_MAIL_FROM: z.email('is no e-mail address').optional(),
} as const;

/** They may hold a password, so they are never shown. */
const secrets = new Set([
  'DATABASE_URL',
  'DATABASE_REPLICA_URL',
  'METRICS_TOKEN',
  'PERGOLA_SECRET',
  'PERGOLA_SMTP_URL',
  'REDIS_URL',
]);

/**
 * Reads the environment. Any variable may come as `NAME_FILE`, the path of a file that holds it.
 *
 * @throws BAD_CONFIG naming the variable that is unknown or unreadable, and what to do; secrets are not shown.
 */
export function readConfig(environment: Environment = process.env): Config {
  const unknown = Object.keys(environment).find((name) => name.startsWith('PERGOLA_') && !isKnown(name));
  if (unknown) {
    const known = Object.keys(variables).filter((name) => name.startsWith('PERGOLA_'));
    throw badConfig(`There is no variable ${unknown}.`, `Check its spelling; there are ${known.join(', ')}.`);
  }
  const read = <Name extends keyof typeof variables>(name: Name) => parse(name, valueOf(environment, name));
  const production = read('NODE_ENV') === 'production';
  const [host, port] = [read('HOST'), read('PORT')];
  const publicUrl = (read('PUBLIC_URL') ?? `http://${host}:${port}`).replace(/\/$/, '');
  const [signUp, smtpUrl] = [read('PERGOLA_SIGN_UP'), read('PERGOLA_SMTP_URL')];
  if (production && signUp && smtpUrl === undefined) {
    throw badConfig('PERGOLA_SIGN_UP is on, and no mail can be sent.', 'Set PERGOLA_SMTP_URL, or leave it off.');
  }
  return {
    databaseUrl: read('DATABASE_URL'),
    databaseReplicaUrl: read('DATABASE_REPLICA_URL'),
    host,
    port,
    publicUrl,
    production,
    showCost: read('NODE_ENV') === 'development',
    logLevel: read('LOG_LEVEL') ?? (production ? 'info' : 'warn'),
    corsOrigins: read('CORS_ORIGINS'),
    trustProxy: read('TRUST_PROXY'),
    redisUrl: read('REDIS_URL'),
    rateLimits: read('PERGOLA_RATE_LIMITS'),
    metricsToken: read('METRICS_TOKEN'),
    tracing: tracingOf(read),
    trustedDocuments: read('PERGOLA_TRUSTED_DOCUMENTS'),
    trustedDocumentsManifest: read('PERGOLA_TRUSTED_DOCUMENTS_MANIFEST'),
    sdkFolder: read('PERGOLA_SDK_FOLDER'),
    adminEmail: read('PERGOLA_ADMIN_EMAIL'),
    sampleData: read('PERGOLA_SAMPLE_DATA') ?? read('NODE_ENV') === 'development',
    signUp,
    oidc: oidcOf(read('PERGOLA_OIDC_ISSUER'), read('PERGOLA_OIDC_AUDIENCE'), read('PERGOLA_OIDC_JWKS_URL')),
    smtpUrl,
    mailFrom: read('PERGOLA_MAIL_FROM') ?? `pergola@${new URL(publicUrl).hostname}`,
    secret: read('PERGOLA_SECRET') ?? (production ? undefined : developmentSecret),
  };
}

type Read = <Name extends keyof typeof variables>(name: Name) => z.infer<(typeof variables)[Name]>;

/** For a driver that is told something by a variable and by nothing else. What the environment says stands. */
export function defaultVariable(name: string, value: number): void {
  process.env[name] ??= String(value);
}

/** As OpenTelemetry says it, except that nothing is sent until a variable asks for it. */
function tracingOf(read: Read): Config['tracing'] {
  const exporter = read('OTEL_TRACES_EXPORTER');
  const endpoint = read('OTEL_EXPORTER_OTLP_ENDPOINT')?.replace(/\/$/, '');
  const url = read('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT') ?? (endpoint && `${endpoint}/v1/traces`);
  const protocol = read('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL') ?? read('OTEL_EXPORTER_OTLP_PROTOCOL') ?? 'http/protobuf';
  const wanted = exporter === undefined ? url !== undefined : exporter === 'otlp';
  return wanted && read('OTEL_SDK_DISABLED') === 'false' ? { protocol, url } : undefined;
}

function oidcOf(issuer: string | undefined, audience: string | undefined, jwksUrl: string | undefined): Config['oidc'] {
  if (issuer === undefined && audience === undefined && jwksUrl === undefined) return undefined;
  if (issuer !== undefined && audience !== undefined) return { issuer, audience, jwksUrl };
  const missing = issuer === undefined ? 'PERGOLA_OIDC_ISSUER' : 'PERGOLA_OIDC_AUDIENCE';
  throw badConfig(`${missing} is missing.`, 'The tokens of an issuer are taken for one audience only: set both.');
}

const isKnown = (name: string) => name.replace(/_FILE$/, '') in variables;

function valueOf(environment: Environment, name: string): string | undefined {
  const file = environment[`${name}_FILE`];
  if (!file) return environment[name] || undefined;
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    throw badConfig(`${name}_FILE names ${file}, which cannot be read.`, 'Check the path and its permissions.');
  }
}

function parse<Name extends keyof typeof variables>(name: Name, value: string | undefined) {
  const result = variables[name].safeParse(value);
  if (result.success) return result.data as z.infer<(typeof variables)[Name]>;
  const shown = secrets.has(name) ? 'Its value' : `"${value}"`;
  const [problem] = result.error.issues;
  throw new PergolaError(
    'BAD_CONFIG',
    `${name}: ${shown} ${problem?.message ?? 'cannot be read'}.`,
    'Correct it or leave it out.',
  );
}
