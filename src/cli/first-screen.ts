import type { Config } from '../config.ts';
import type { Personas } from '../policy/persona.ts';
import type { Platform } from '../server/platform.ts';

interface Shown {
  readonly config: Config;
  readonly platform: Platform;
  /** How many migrations the database has. */
  readonly migrations: number;
  /** Only at the first start. */
  readonly password: string | undefined;
  readonly personas: Personas;
}

/** What a start prints: where everything is, with the figures of now. */
export async function firstScreen({ config, platform, migrations, password, personas }: Shown): Promise<string> {
  const url = config.publicUrl.replace(':0', `:${config.port}`);
  const rows = await platform.database.countRows();
  const names = Object.entries(personas)
    .filter(([, { email }]) => email !== config.adminEmail)
    .map(([name]) => name);
  const engine = platform.database.engineName;
  const lines = [
    ...(config.production
      ? []
      : [
          ['GraphiQL', `${url}/graphql`],
          ['Policies', `${url}/-/policies`],
          ['SDK', `npm i @pergola/sdk --registry ${url}/-/npm/`],
        ]),
    [
      'Sign in',
      `${config.adminEmail}  ${password ?? '(the password of the first start)'}   personas: ${names.join(', ')}`,
    ],
    [
      'Database',
      `${withoutPassword(config.databaseUrl)} (${engine})   ${count(migrations, 'migration')} applied, ${count(rows, 'row')}`,
    ],
  ];
  return `\n${lines.map(([label, text]) => `  ${label!.padEnd(10)} ${text}`).join('\n')}\n\n`;
}

const count = (n: number, noun: string) => `${n.toLocaleString('en')} ${noun}${n === 1 ? '' : 's'}`;

const withoutPassword = (url: string) => url.replace(/:[^:@/]+@/, ':***@');
