/** Of a field that nobody may read, an entry says only that it was written. */
import { expect, it } from 'vitest';
import { nobody, anyone } from '../../src/policy/rule.ts';
import { openTinyService, type TinyDesign } from '../support/tiny-service.ts';

const design: TinyDesign = {
  prisma: `
model Member {
  id       Int     @id
  name     String
  password String?
  boss     Member? @relation("Boss", fields: [bossId], references: [id])
  bossId   Int?
  team     Member[] @relation("Boss")
  friends  Member[] @relation("Friends")
  friendOf Member[] @relation("Friends")
}
enum AuditVerb {
  CREATE
  UPDATE
  DELETE
}
model AuditEntry {
  id        String    @id @default(uuid(7))
  at        DateTime  @default(now())
  actorKind String
  actorId   String?
  model     String
  key       String
  verb      AuditVerb
  changes   Json
  requestId String?
}`,
  rows: "insert into Member (id, name) values (1, 'a'), (2, 'b');",
  policies: {
    Member: () => {
      const secret = { read: nobody, write: anyone };
      return { fields: { password: secret, boss: secret, friends: secret } };
    },
    AuditEntry: () => ({ create: nobody, update: nobody, delete: nobody, link: nobody }),
  },
};

it('whether it is a column, a relation or a tie', async () => {
  await using service = await openTinyService(design);
  const data = 'password: "correct horse", boss: { connect: { id: 1 } }';
  await service.run(
    `mutation { createMember(data: { id: 3, name: "c", ${data}, friends: { connect: [{ id: 2 }] } }) { id } }`,
  );
  await service.run(`mutation { updateMember(where: { id: 2 }, data: { ${data} }) { id } }`);
  await service.run('mutation { createMembers(data: [{ id: 4, name: "d", password: "battery" }]) { count } }');
  await service.run('mutation { updateMembers(where: { id: { in: [1, 2] } }, data: { password: null }) { count } }');
  const written = await service.sql('select verb, key, changes from AuditEntry order by id');
  const entries = written.map(([verb, key, changes]) => [verb, key, JSON.parse(String(changes))]);
  const withheld = { withheld: true };
  expect(entries).toEqual([
    ['CREATE', '3', { id: 3, name: 'c', password: withheld, bossId: withheld }],
    ['UPDATE', '3', { friends: withheld }],
    ['UPDATE', '2', { password: withheld, bossId: withheld }],
    ['CREATE', '4', { id: 4, name: 'd', password: withheld }],
    ['UPDATE', '1', { password: withheld }],
    ['UPDATE', '2', { password: withheld }],
  ]);
  expect(
    await service.sql('select count(*) from AuditEntry where actorId = ? and actorKind = ?', 'someone', 'user'),
  ).toEqual([[6]]);
});
