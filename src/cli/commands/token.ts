import { InvalidArgumentError, type Command } from 'commander';
import { grantScopes } from '../../auth/grant-scopes.ts';
import { findUser } from '../../auth/sign-in.ts';
import { PergolaError } from '../../errors.ts';
import type { Platform } from '../../server/platform.ts';
import { openHere } from '../house.ts';
import { report } from '../report.ts';

interface JsonOption {
  json?: boolean;
}

interface CreateOptions extends JsonOption {
  email: string;
  name: string;
  scope: string[];
  days: number;
}

export function addToken(program: Command): void {
  const token = program
    .command('token')
    .description('secrets for scripts')
    .addHelpText(
      'after',
      "\nExample:\n  pergola token create --email ada@example.org --name nightly --scope 'Observation:read,create'",
    );

  token
    .command('create')
    .description('make a token of a user; it is printed once')
    .requiredOption('--email <address>', 'the user for whom it acts; it never may more than they')
    .requiredOption('--name <name>', 'to know it by')
    .requiredOption(
      '--scope <scope...>',
      'Model:verb,verb or *:verb (read create update delete link), schema:read or explain',
    )
    .option('--days <number>', 'how long it lives, at most 365', wholeNumber, 90)
    .option('--json', 'print one report as JSON')
    .addHelpText(
      'after',
      "\nExample:\n  pergola token create --email ada@example.org --name report --scope '*:read' --days 30",
    )
    .action(async ({ email, name, scope, days, json }: CreateOptions) =>
      withPlatform(async ({ database, tokens }) => {
        const { id: userId, roles } = await userWith(email, database);
        const scopes = grantScopes(scope, database.as({ kind: 'user', id: userId, roles }));
        const created = await tokens.create({ userId, name, scopes, days });
        report(json, created, [created.secret]);
      }),
    );

  token
    .command('list')
    .description('the tokens there are, of one user or of all')
    .option('--email <address>', 'of this user only')
    .option('--json', 'print one report as JSON')
    .addHelpText('after', '\nExample:\n  pergola token list --email ada@example.org')
    .action(async ({ email, json }: { email?: string } & JsonOption) =>
      withPlatform(async ({ database, tokens }) => {
        const found = await tokens.list(email === undefined ? undefined : (await userWith(email, database)).id);
        const lines = found.map(({ id, email: owner, name, scopes, ...times }) =>
          [id, owner, name, scopes.join(' '), stateOf(times)].join('  '),
        );
        report(json, { tokens: found }, lines.length > 0 ? lines : ['There are none.']);
      }),
    );

  token
    .command('revoke <id>')
    .description('end a token, at every server at once')
    .option('--json', 'print one report as JSON')
    .addHelpText('after', '\nExample:\n  pergola token revoke 0123456789abcdef')
    .action(async (id: string, { json }: JsonOption) =>
      withPlatform(async ({ tokens }) => {
        await tokens.revoke(id);
        report(json, { revoked: id }, [`${id} is revoked.`]);
      }),
    );
}

async function withPlatform(act: (platform: Platform) => Promise<void>): Promise<void> {
  const platform = await openHere();
  try {
    await act(platform);
  } finally {
    await platform.database.close();
  }
}

async function userWith(email: string, { unguarded }: Platform['database']) {
  const user = await findUser(unguarded, email);
  if (user) return user;
  throw new PergolaError('NOT_FOUND', `No user has the e-mail address "${email}".`, 'See pergola user create.');
}

function stateOf({
  revokedAt,
  expiresAt,
  lastUsedAt,
}: {
  revokedAt: Date | null;
  expiresAt: Date;
  lastUsedAt: Date | null;
}) {
  if (revokedAt) return `revoked ${revokedAt.toISOString()}`;
  const used = lastUsedAt ? `last used ${lastUsedAt.toISOString()}` : 'never used';
  return `${expiresAt <= new Date() ? 'expired' : 'expires'} ${expiresAt.toISOString()}, ${used}`;
}

function wholeNumber(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Give a whole number.');
}
