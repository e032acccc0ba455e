import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { badConfig, PergolaError } from './errors.ts';

export interface Config {
  readonly databaseUrl: string;
  readonly host: string;
  readonly port: number;
  /** Where browsers reach the server, without a slash at the end. */
  readonly publicUrl: string;
  readonly production: boolean;
  readonly logLevel: string;
  /** The origins that may call from a browser page of their own; none unless named. */
  readonly corsOrigins: readonly string[];
  readonly adminEmail: string;
  /** Whether a new database is filled with the sample data. */
  readonly sampleData: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

const onOff = z.enum(['on', 'off']).transform((value) => value === 'on');

/** Every variable that is read, with what it may be. */
const variables = {
  DATABASE_URL: z
    .string()
    .regex(/^[a-z]+:/, 'is no URL')
    .default('file:./data/pergola.db'),
  HOST: z.string().min(1).default('localhost'),
  PORT: z.coerce.number('is no port').int('is no port').min(0, 'is no port').max(65_535, 'is no port').default(4000),
  PUBLIC_URL: z.url('is no URL').optional(),
  NODE_ENV: z
    .enum(['development', 'production', 'test'], 'is none of development, production, test')
    .default('development'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'], 'is no level').optional(),
  CORS_ORIGINS: z.string().default(''),
  PERGOLA_ADMIN_EMAIL: z.email('is no e-mail address').default('admin@example.test'),
  PERGOLA_SAMPLE_DATA: onOff.optional(),
} as const;

/** They may hold a password, so they are never shown. */
const secrets = new Set(['DATABASE_URL']);

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
  return {
    databaseUrl: read('DATABASE_URL'),
    host,
    port,
    publicUrl: (read('PUBLIC_URL') ?? `http://${host}:${port}`).replace(/\/$/, ''),
    production,
    logLevel: read('LOG_LEVEL') ?? (production ? 'info' : 'warn'),
    corsOrigins: read('CORS_ORIGINS')
      .split(',')
      .map((it) => it.trim())
      .filter(Boolean),
    adminEmail: read('PERGOLA_ADMIN_EMAIL'),
    sampleData: read('PERGOLA_SAMPLE_DATA') ?? read('NODE_ENV') === 'development',
  };
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
