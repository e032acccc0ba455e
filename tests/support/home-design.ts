/**
 * A home and what is around it: every kind of relation once. Each row says itself what one may do with it, in its column
 * `may`: `r`ead, `c`reate, `u`pdate, `l`ink, `d`elete, `w`rite its relations, write `b`ack to a home.
 */
import type { FieldRights } from '../../src/policy/policy.ts';
import { anyone } from '../../src/policy/rule.ts';
import type { TinyDesign, TinyPolicy, TinyWords } from './tiny-service.ts';

export const everyRight = 'rculdwb';

const own = `
  name String @default("")
  may  String @default("${everyRight}")`;

const prisma = `
model Home {
  id        Int     @id ${own}
  gateId    Int?
  gate      Gate?   @relation(fields: [gateId], references: [id])
  streetId  Int
  street    Street  @relation(fields: [streetId], references: [id])
  room      Int?
  row       Int?
  shelf     Shelf?  @relation(fields: [room, row], references: [room, row])
  parentId  Int?
  parent    Home?   @relation("Tree", fields: [parentId], references: [id])
  children  Home[]  @relation("Tree")
  roof      Roof?
  deed      Deed?
  rooms     Room[]
  doors     Door[]
  trees     Tree[]
  sees      Home[]  @relation("Sees")
  seenBy    Home[]  @relation("Sees")
}
model Gate {
  id     Int    @id ${own}
  homes  Home[]
}
model Street {
  id     Int    @id ${own}
  homes  Home[]
}
model Shelf {
  room   Int
  row    Int ${own}
  homes  Home[]

  @@id([room, row])
}
model Roof {
  id     Int    @id ${own}
  homeId Int?   @unique
  home   Home?  @relation(fields: [homeId], references: [id])
}
model Deed {
  id     Int    @id ${own}
  homeId Int    @unique
  home   Home   @relation(fields: [homeId], references: [id], onDelete: Cascade)
}
model Room {
  floor  Int
  number Int ${own}
  homeId Int?
  home   Home?  @relation(fields: [homeId], references: [id])

  @@id([floor, number])
}
model Door {
  id     Int    @id ${own}
  homeId Int
  home   Home   @relation(fields: [homeId], references: [id])
}
model Tree {
  kind   String @id ${own}
  homes  Home[]
}`;

const rows = `
insert into Gate (id) values (1), (2);
insert into Street (id) values (1), (2);
insert into Shelf (room, row) values (1, 1), (1, 2);
insert into Home (id, streetId) values (2, 2), (4, 2), (5, 2), (6, 2);
insert into Home (id, gateId, streetId, room, row, parentId) values (1, 1, 1, 1, 1, 2);
insert into Home (id, streetId, parentId) values (3, 2, 1);
insert into Roof (id, homeId) values (1, 1), (2, null);
insert into Deed (id, homeId) values (1, 1), (2, 4);
insert into Room (floor, number, homeId) values (1, 1, 1), (1, 2, 1), (2, 1, null);
insert into Door (id, homeId) values (1, 1), (2, 1), (3, 4);
insert into Tree (kind) values ('oak'), ('elm'), ('ash');
insert into _HomeToTree (A, B) values (1, 'oak'), (1, 'elm');
insert into _Sees (A, B) values (5, 1), (1, 6); -- A is seen by B
`;

const relationsOfHome = [
  'gate',
  'street',
  'shelf',
  'parent',
  'children',
  'roof',
  'deed',
  'rooms',
  'doors',
  'trees',
  'sees',
  'seenBy',
];

const policyWith =
  (relations: readonly string[], right: string) =>
  ({ where }: TinyWords): TinyPolicy => {
    const may = (letter: string) => where({ may: { contains: letter } });
    const fields = relations.map((name): [string, FieldRights] => [name, { read: anyone, write: may(right) }]);
    return {
      read: may('r'),
      create: may('c'),
      update: may('u'),
      link: may('l'),
      delete: may('d'),
      fields: Object.fromEntries(fields),
    };
  };

export const homeDesign: TinyDesign = {
  prisma,
  rows,
  policies: {
    Home: policyWith(relationsOfHome, 'w'),
    Gate: policyWith(['homes'], 'b'),
    Street: policyWith(['homes'], 'b'),
    Shelf: policyWith(['homes'], 'b'),
    Roof: policyWith(['home'], 'b'),
    Deed: policyWith(['home'], 'b'),
    Room: policyWith(['home'], 'b'),
    Door: policyWith(['home'], 'b'),
    Tree: policyWith(['homes'], 'b'),
  },
};
