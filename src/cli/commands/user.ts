import { randomBytes } from 'node:crypto';
import { Option, type Command } from 'commander';
import { createUser, platformRoles, type PlatformRole } from '../../auth/sign-in.ts';
import { openHere } from '../house.ts';
import { report } from '../report.ts';

interface Options {
  email: string;
  name?: string;
  role: PlatformRole[];
  json?: boolean;
}

export function addUser(program: Command): void {
  const user = program.command('user').description('who can sign in');
  const roles = new Option('--role <role...>', 'a role that holds everywhere')
    .choices(Object.keys(platformRoles))
    .default([]);

  user
    .command('create')
    .description('add a user; the password is made up, and printed once')
    .requiredOption('--email <address>', 'the e-mail address to sign in with')
    .option('--name <name>', 'the name that others see')
    .addOption(roles)
    .option('--json', 'print one report as JSON')
    .addHelpText('after', '\nExample:\n  pergola user create --email ada@example.org --name "Ada" --role editor')
    .action(async ({ email, name = email, role, json }: Options) => {
      const { database } = await openHere();
      try {
        const password = randomBytes(12).toString('base64url');
        const { id } = await createUser(database.unguarded, { email, name, password, roles: role });
        report(json, { id, email, password, roles: role }, [`${email} can sign in with the password ${password}`]);
      } finally {
        await database.close();
      }
    });
}
