/** `pergola doctor --target`: what of a schema cannot be on another kind of database, or differs there. */
import { Command } from 'commander';
import { expect, it, vi } from 'vitest';
import { addDoctor } from '../../src/cli/commands/doctor.ts';
import type { Provider } from '../../src/database/schema-engine/derive-schema.ts';
import { checkPortability } from '../../src/database/schema-engine/portability.ts';

const schema = `datasource db {
  provider = "postgresql"
}
// a comment with Unsupported("nothing")
model Thing {
  id       Int      @id @default(autoincrement())
  code     String   @unique
  made     String   @unique @default(dbgenerated("gen_random_uuid()")) @db.Uuid
  tags     String[]
  price    Decimal  @db.Decimal(10, 2)
  place    Unsupported("point")?
  parentId Int?
  parent   Thing?   @relation("Tree", fields: [parentId], references: [id])
  children Thing[]  @relation("Tree")
  @@index([price], type: Brin)
}
model thing {
  id String @id @default(uuid()) @map("a_name_that_is_so_long_that_no_server_with_sixty_four_bytes_for_it_takes_it")
}
`;

const found = (target: Provider, text = schema) =>
  checkPortability(text, target).map(({ at, kind, fact }) => `${kind} ${at}: ${fact}`);

it('names each construct with what becomes of it', () => {
  const everywhere = [
    'differs Thing.made: @db.Uuid is of PostgreSQL, and is left out on ',
    'differs Thing.made: dbgenerated("gen_random_uuid()") is SQL of PostgreSQL.',
    'differs Thing.price: @db.Decimal(10, 2) is of PostgreSQL, and is left out on ',
    "impossible Thing.place: point is a type of PostgreSQL's own.",
    'impossible Thing: An index of type: Brin is of PostgreSQL.',
  ];
  const long = (server: string, bytes: number) =>
    `impossible thing.id: "a_name_that_is_so_long_that_no_server_with_sixty_four_bytes_for_it_takes_it" is longer than the ${bytes} bytes that ${server} takes for a name.`;
  const on = (name: string) => everywhere.map((fact) => fact.replace(/ on $/, ` on ${name}.`));
  expect(found('mysql')).toEqual([
    ...on('MySQL'),
    'impossible Thing.tags: MySQL has no lists in a column.',
    'differs Thing.parent: MySQL does not change a key that rows of the same table refer to: that is a CONFLICT.',
    'impossible thing: The tables Thing and thing differ by their case alone.',
    long('MySQL', 64),
  ]);
  expect(found('sqlite')).toEqual([
    ...on('SQLite'),
    'impossible Thing.tags: SQLite has no lists in a column.',
    'differs Thing.price: SQLite keeps 15 digits of a Decimal, the others 65. What does not fit is refused.',
    'impossible thing: The tables Thing and thing differ by their case alone.',
  ]);
  expect(found('postgresql')).toEqual([long('PostgreSQL', 63)]);
});

it('knows how long a text in a key may be on MySQL, and what else Prisma refuses there', () => {
  const keys =
    'datasource db {\n  provider = "sqlite"\n}\nmodel A {\n  a String @id\n  b String @unique @default(cuid())\n  c String\n  other B[]\n}\nmodel B {\n  id Int @id\n  aId String\n  a A @relation(fields: [aId], references: [a])\n}';
  expect(found('mysql', keys)).toEqual([
    'differs A.a: It is in a key or an index, where MySQL takes at most 255 characters: what is longer is refused.',
  ]);
  const counting =
    'datasource db {\n  provider = "postgresql"\n}\nmodel A {\n  a Int @id\n  n Int @default(autoincrement())\n}';
  expect(found('sqlite', counting)).toEqual([expect.stringMatching(/^impossible schema.prisma: .*autoincrement/)]);
});

it('ends with 3 where something stands against a target, with 0 where nothing does, and takes no other target', async () => {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const program = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  addDoctor(program.exitOverride());
  for (const command of program.commands) command.exitOverride().configureOutput({ writeErr: () => {} });
  const doctor = async (...args: string[]) => {
    process.exitCode = undefined;
    await program.parseAsync(['doctor', ...args], { from: 'user' });
    const code = process.exitCode ?? 0;
    process.exitCode = undefined;
    return code;
  };
  expect(await doctor('--target', 'postgresql')).toBe(0);
  expect(await doctor('--target', 'sqlite', '--json')).toBe(3);
  await expect(doctor('--target', 'oracle')).rejects.toMatchObject({ code: 'commander.invalidArgument' });
  const report = JSON.parse(String(write.mock.calls.at(-1)?.[0])) as { findings: { remedy: string }[] };
  write.mockRestore();
  expect(report).toMatchObject({
    target: 'sqlite',
    findings: expect.arrayContaining([expect.objectContaining({ at: 'City.latitude' })]),
  });
  expect(report.findings.every(({ remedy }) => remedy.endsWith('.'))).toBe(true);
});
