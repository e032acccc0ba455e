/** Rows whose key changes while they are written: found by the proof of writes, where one change was lost and another not judged. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { openTinyService, type TinyDesign, type TinyService } from '../support/tiny-service.ts';

const design: TinyDesign = {
  prisma: `
model Room {
  id     Int    @id
  nextId Int?
  next   Room?  @relation("next", fields: [nextId], references: [id])
  before Room[] @relation("next")
  seats  Seat[]
}
model Seat {
  roomId Int
  number Int
  note   String @default("")
  room   Room   @relation(fields: [roomId], references: [id])

  @@id([roomId, number])
}`,
  rows: `
insert into Room (id) values (2), (3);
insert into Room (id, nextId) values (1, 2);
insert into Seat (roomId, number) values (1, 1), (3, 5);`,
  policies: { Seat: ({ where }) => ({ create: where({ note: { not: 'bad' } }) }) },
};

let service: TinyService;
beforeAll(async () => {
  service = await openTinyService(design);
});
beforeEach(() => service.reset());
afterAll(() => service[Symbol.asyncDispose]());

const seats = () => service.sql('select roomId, number, note from Seat order by roomId, number');
const anyone = { kind: 'user', id: 'someone', roles: [] } as const;
const seat = (roomId: number, number: number) => ({ roomId_number: { roomId, number } });
const into = (id: number) => ({ room: { connect: { id } } });

it('what is written after its key has changed is written to it', async () => {
  // The next room takes the seat while it is being updated.
  const answer = await service.run(`mutation {
    updateSeat(where: { roomId_number: { roomId: 1, number: 1 } }, data: {
      note: "kept", room: { update: { next: { update: { seats: { connect: [{ roomId_number: { roomId: 1, number: 1 } }] } } } } }
    }) { roomId number note }
  }`);
  expect(answer).toEqual({ data: { updateSeat: { roomId: 2, number: 1, note: 'kept' } } });
  expect(await seats()).toEqual([
    [2, 1, 'kept'],
    [3, 5, ''],
  ]);
});

it('a new row is judged where it has gone, whatever has come in its place', async () => {
  const before = await seats();
  const written = service.database.as(anyone).write(async (writer) => {
    await writer.create('Seat', { number: 5, note: 'bad', ...into(1) });
    await writer.update('Seat', seat(1, 5), into(2));
    await writer.update('Seat', seat(3, 5), into(1));
  });
  await expect(written).rejects.toMatchObject({
    code: 'FORBIDDEN',
    message: expect.stringContaining('create this Seat'),
  });
  expect(await seats()).toEqual(before);
});

it('a new row that is deleted again is refused, for nobody can judge it any more', async () => {
  const before = await seats();
  const written = service.database.as(anyone).write(async (writer) => {
    await writer.create('Seat', { number: 6, note: 'bad', ...into(1) });
    await writer.delete('Seat', seat(1, 6));
  });
  await expect(written).rejects.toMatchObject({ code: 'FORBIDDEN' });
  expect(await seats()).toEqual(before);
});
