import { Command, CommanderError } from 'commander';
import { addCheck } from './commands/check.ts';
import { addDoctor } from './commands/doctor.ts';
import { addExport } from './commands/export.ts';
import { addImport } from './commands/import.ts';
import { addMigrate } from './commands/migrate.ts';
import { addPolicy } from './commands/policy.ts';
import { addSchema } from './commands/schema.ts';
import { addSdk } from './commands/sdk.ts';
import { addStart } from './commands/start.ts';
import { addToken } from './commands/token.ts';
import { addUser } from './commands/user.ts';
import { describeError, exit } from './report.ts';

const program = new Command('pergola')
  .description('A secured GraphQL API from a Prisma schema and typed policies.')
  .showHelpAfterError()
  // What stands after a command is the command's own: `import` and `import plan` have options of one name.
  .enablePositionalOptions()
  .exitOverride();

for (const add of [
  addStart,
  addCheck,
  addDoctor,
  addExport,
  addImport,
  addMigrate,
  addPolicy,
  addSchema,
  addSdk,
  addToken,
  addUser,
])
  add(program);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? exit.done : exit.usage;
  } else {
    process.stderr.write(`${describeError(error)}\n`);
    process.exitCode = exit.failed;
  }
}
