/** Prisma schemas for MySQL, made up from a seed: models, columns of every type, keys, indexes, relations of all kinds. */

/** A small generator of numbers: the same seed gives the same schema. */
function randomOf(seed: number) {
  let state = seed * 2_654_435_761;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let it = Math.imul(state ^ (state >>> 15), 1 | state);
    it = (it + Math.imul(it ^ (it >>> 7), 61 | it)) ^ it;
    return ((it ^ (it >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    chance: (share: number) => next() < share,
    pick: <T>(items: readonly T[]): T => items[Math.floor(next() * items.length)]!,
    some: <T>(items: readonly T[], share: number): T[] => items.filter(() => next() < share),
  };
}

/** What may stand after a field's name; the last ones can be in no key. */
const types = [
  'Int',
  'Int @default(3)',
  'Int @db.UnsignedInt',
  'Int @db.SmallInt',
  'Int @db.UnsignedTinyInt',
  'BigInt',
  'BigInt @default(9007199254740993)',
  'BigInt @db.UnsignedBigInt',
  'Float',
  'Float @db.Float',
  'Float @default(1.5)',
  'Decimal',
  'Decimal @db.Decimal(10, 2)',
  'Decimal @default(0.25)',
  'Boolean',
  'Boolean @default(true)',
  'DateTime',
  'DateTime @default(now())',
  'DateTime @db.Date',
  'DateTime @db.Time(0)',
  'DateTime @db.DateTime(0)',
  'DateTime @db.Timestamp(3)',
  'DateTime @default("2024-01-02T03:04:05.678Z")',
  'String',
  'String @default("it\'s \\\\ a \\"text\\"")',
  'String @db.VarChar(40)',
  'String @db.Char(8)',
  'Mood',
  'Mood @default(GOOD)',
] as const;
const keyless = [
  'String @db.Text',
  'String @db.LongText',
  'String @db.LongText @default("x")',
  'Json',
  'Json @default("{\\"a\\": [1]}")',
  'Bytes',
  'Bytes @default("AAEC")',
  'Bytes @db.VarBinary(20)',
  'Int @default(dbgenerated("(1 + 1)"))',
] as const;

export function randomSchema(seed: number): string {
  const { chance, pick, some } = randomOf(seed);
  const names = some(['Apple', 'Berry', 'Cherry', 'Date', 'Elder'], 0.75);
  if (names.length === 0) names.push('Apple');
  const keyTypes = new Map(names.map((name) => [name, pick(['Int', 'Int auto', 'String', 'BigInt', 'pair'])]));
  const bodies = new Map<string, string[]>(names.map((name) => [name, []]));
  const blocks = new Map<string, string[]>(names.map((name) => [name, []]));
  const columnType = (name: string) => keyTypes.get(name)!.replace(' auto', '');

  for (const name of names) {
    const body = bodies.get(name)!;
    const key = keyTypes.get(name)!;
    if (key === 'pair') {
      body.push('a Int', 'b String @db.VarChar(30)');
      blocks.get(name)!.push('@@id([a, b])');
    } else body.push(key === 'Int auto' ? 'id Int @id @default(autoincrement())' : `id ${key} @id`);
    const keyed: string[] = [];
    for (const column of some(['c1', 'c2', 'c3', 'c4', 'c5', 'c6'], 0.7)) {
      const inKeys = chance(0.7);
      const [type = '', ...rest] = pick<string>(inKeys ? types : keyless).split(' ');
      const optional = chance(0.4) ? '?' : '';
      const mapped = chance(0.2) ? ` @map("${column} mapped")` : '';
      const unique = inKeys && chance(0.15) ? ' @unique' : '';
      body.push(`${[column, type + optional, ...rest].join(' ')}${unique}${mapped}`);
      if (inKeys) keyed.push(column);
    }
    const indexed = some(keyed, 0.5).slice(0, 3);
    if (indexed.length > 0) {
      const fields = indexed.map((column) => (chance(0.3) ? `${column}(sort: Desc)` : column)).join(', ');
      blocks
        .get(name)!
        .push(
          pick([
            `@@index([${fields}])`,
            `@@unique([${fields}], map: "a unique")`,
            `@@index([${fields}], map: "an index")`,
          ]),
        );
    }
    if (chance(0.2)) blocks.get(name)!.push(`@@map("${name.toLowerCase()} table")`);
  }

  let relations = 0;
  for (const from of names) {
    for (const to of some(names, 0.4)) {
      const relation = `R${++relations}`;
      const far = bodies.get(to)!;
      const near = bodies.get(from)!;
      if (chance(0.2) && keyTypes.get(to) !== 'pair' && keyTypes.get(from) !== 'pair') {
        near.push(`many${relation} ${to}[] @relation("${relation}")`);
        far.push(`back${relation} ${from}[] @relation("${relation}")`);
        continue;
      }
      const optional = chance(0.5) ? '?' : '';
      const columns = keyTypes.get(to) === 'pair' ? [`x${relation}`, `y${relation}`] : [`x${relation}`];
      const references = keyTypes.get(to) === 'pair' ? ['a', 'b'] : ['id'];
      const native = (at: number) => (keyTypes.get(to) === 'pair' && at === 1 ? ' @db.VarChar(30)' : '');
      const scalar = (at: number) => (keyTypes.get(to) === 'pair' ? ['Int', 'String'][at]! : columnType(to));
      columns.forEach((column, at) => near.push(`${column} ${scalar(at)}${optional}${native(at)}`));
      const onDelete = pick([
        '',
        ', onDelete: Cascade',
        ', onDelete: Restrict',
        optional ? ', onDelete: SetNull' : ', onDelete: NoAction',
      ]);
      const self = from === to ? ', onUpdate: NoAction' : '';
      const map = chance(0.2) ? `, map: "fk ${from} ${relation}"` : '';
      const lists = `fields: [${columns.join(', ')}], references: [${references.join(', ')}]`;
      near.push(
        `${relation.toLowerCase()} ${to}${optional} @relation("${relation}", ${lists}${onDelete}${self}${map})`,
      );
      far.push(`back${relation} ${from}[] @relation("${relation}")`);
      if (chance(0.3)) blocks.get(from)!.push(`@@index([${columns.join(', ')}])`);
    }
  }

  const moods = ['GOOD', 'BAD @map("very bad")', ...some(['SO_SO', 'NONE'], 0.5)];
  const models = names.map((name) => {
    const lines = [...bodies.get(name)!, ...blocks.get(name)!].map((line) => `  ${line}\n`);
    return `model ${name} {\n${lines.join('')}}\n`;
  });
  const usesMood = models.some((model) => / Mood\b/.test(model));
  const mood = usesMood ? `enum Mood {\n${moods.map((it) => `  ${it}\n`).join('')}}\n` : '';
  return `datasource db {\n  provider = "mysql"\n}\n${models.join('')}${mood}`;
}
