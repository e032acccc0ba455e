import type { TinyDesign } from './tiny-service.ts';

/** Papers that are filed in folders. One reads what is not secret, and changes what is not locked. */
export const papers: TinyDesign = {
  prisma: `
model Folder {
  id       Int      @id
  name     String
  secret   Boolean  @default(false)
  parentId Int?
  parent   Folder?  @relation("Tree", fields: [parentId], references: [id], onDelete: Cascade)
  folders  Folder[] @relation("Tree")
  papers   Paper[]
}
model Paper {
  id       Int     @id
  title    String  @unique
  pages    Int?
  note     String  @default("")
  locked   Boolean @default(false)
  secret   Boolean @default(false)
  folderId Int?
  folder   Folder? @relation(fields: [folderId], references: [id], onDelete: SetNull)
  marks    Mark[]
  topics   Topic[]
}
model Mark {
  page    Int
  paperId Int
  paper   Paper   @relation(fields: [paperId], references: [id], onDelete: Cascade)
  hidden  Boolean @default(false)

  @@id([paperId, page])
}
model Topic {
  word   String  @id
  papers Paper[]
}`,
  rows: `
insert into Folder (id, name, secret, parentId) values (1, 'a', 0, null), (2, 'b', 0, 1), (3, 'c', 1, 1);
insert into Paper (id, title, pages, locked, secret, folderId) values
  (1, 'one', 10, 0, 0, 1), (2, 'two', null, 0, 0, 1), (3, 'three', 30, 1, 0, 2), (4, 'four', 40, 0, 1, 2), (5, 'five', 50, 0, 0, null);
insert into Mark (page, paperId, hidden) values (1, 1, 0), (2, 1, 1), (1, 2, 0), (1, 4, 0);
insert into Topic (word) values ('law'), ('art');
insert into _PaperToTopic (A, B) values (1, 'law'), (2, 'law');`,
  policies: {
    Folder: ({ where }) => ({ read: where({ secret: { equals: false } }) }),
    Paper: ({ where }) => ({
      read: where({ secret: { equals: false } }),
      update: where({ locked: { equals: false } }),
      delete: where({ locked: { equals: false } }),
      fields: { note: { read: where({ pages: { not: null } }), write: where({ pages: { not: null } }) } },
    }),
    Mark: ({ where }) => ({ read: where({ hidden: { equals: false } }) }),
  },
};
