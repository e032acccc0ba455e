/** Nested writes that meet each other: several verbs at once, rows that change places, what is not tied, how deep it goes. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { everyRight, homeDesign } from '../support/home-design.ts';
import { difference, openTinyService, type TinyService } from '../support/tiny-service.ts';
import { only } from '../support/requirements.ts';

let homes: TinyService;
beforeAll(async () => {
  homes = await openTinyService(homeDesign);
});
afterAll(() => homes[Symbol.asyncDispose]());
beforeEach(() => homes.reset());

const without = (rights: string) =>
  everyRight
    .split('')
    .filter((right) => !rights.includes(right))
    .join('');

async function update(data: object, select = '{ id }') {
  const before = await homes.everything();
  const document = `mutation ($data: HomeUpdateInput!) { updateHome(where: { id: 1 }, data: $data) ${select} }`;
  const { data: answer, errors } = await homes.run(document, { data });
  return {
    answer,
    ...(errors && { errors: errors.map(({ code, inputPath, message }) => ({ code, inputPath, message })) }),
    changes: difference(before, await homes.everything()),
  };
}

const refused = (code: string, inputPath: string, message: string) => ({
  answer: { updateHome: null },
  errors: [{ code, inputPath, message }],
  changes: [],
});
const notFound = (model: string, inputPath: string) =>
  refused('NOT_FOUND', inputPath, `No ${model} matches. Check the key, and that you may see the row.`);
const room = (floor: number, number: number) => ({ floor_number: { floor, number } });

describe('set', () => {
  it('unties what is not named, ties what is, and leaves alone what is tied already', async () => {
    expect(await update({ rooms: { set: [room(1, 2), room(2, 1)] } })).toEqual({
      answer: { updateHome: { id: 1 } },
      changes: ['Room 1,1 homeId: 1 > null', 'Room 2,1 homeId: null > 1'],
    });
    expect(await update({ trees: { set: [{ kind: 'elm' }, { kind: 'ash' }, { kind: 'ash' }] } })).toEqual({
      answer: { updateHome: { id: 1 } },
      changes: ['- _HomeToTree 1,oak', '+ _HomeToTree 1,ash'],
    });
  });

  it('does not touch rows that the viewer may not read: they do not exist for them', async () => {
    await homes.sql('update Room set may = ? where number = 2', without('r'));
    await homes.sql("update Tree set may = ? where kind = 'oak'", without('r'));
    expect(await update({ rooms: { set: [] }, trees: { set: [] } })).toEqual({
      answer: { updateHome: { id: 1 } },
      changes: ['- _HomeToTree 1,elm', 'Room 1,1 homeId: 1 > null'],
    });
  });

  it('is refused where a row that it leaves out may not be taken away', async () => {
    await homes.sql('update Room set may = ? where number = 2', without('u'));
    const message = 'You may not take away a Room that is left out. Leave it out, or ask for the right.';
    expect(await update({ rooms: { set: [] } })).toEqual(refused('FORBIDDEN', 'data.rooms.set', message));
    await homes.reset();
    await homes.sql("update Tree set may = ? where kind = 'oak'", without('l'));
    expect(await update({ trees: { set: [{ kind: 'ash' }] } })).toEqual(
      refused('FORBIDDEN', 'data.trees.set', message.replace('Room', 'Tree')),
    );
  });

  it('names the row that may not be tied', async () => {
    expect(await update({ rooms: { set: [room(1, 1), room(7, 7)] } })).toEqual(notFound('Room', 'data.rooms.set[1]'));
    await homes.sql('update Room set may = ? where floor = 2', without('u'));
    expect(await update({ rooms: { set: [room(2, 1)] } })).toEqual(notFound('Room', 'data.rooms.set[0]'));
  });
});

describe('one row at the far end', () => {
  it('takes the place of the one before', async () => {
    expect(await update({ roof: { connect: { id: 2 } } })).toMatchObject({
      changes: ['Roof 1 homeId: 1 > null', 'Roof 2 homeId: null > 1'],
    });
    expect(await update({ roof: { create: { id: 3 } } })).toMatchObject({
      changes: ['+ Roof 3', 'Roof 2 homeId: 1 > null'],
    });
  });

  it('stays when it is named again', async () => {
    expect(await update({ roof: { connect: { id: 1 } } })).toEqual({ answer: { updateHome: { id: 1 } }, changes: [] });
    expect(await update({ roof: { connectOrCreate: { where: { id: 1 }, create: { id: 1 } } } })).toEqual({
      answer: { updateHome: { id: 1 } },
      changes: [],
    });
  });

  it('is created by an upsert where there is none', async () => {
    await homes.sql('update Roof set homeId = null where id = 1');
    expect(await update({ roof: { upsert: { create: { id: 5 }, update: { name: 'x' } } } })).toMatchObject({
      changes: ['+ Roof 5'],
    });
    await homes.sql('update Home set gateId = null where id = 1');
    expect(await update({ gate: { upsert: { create: { id: 5 }, update: { name: 'x' } } } })).toMatchObject({
      changes: ['+ Gate 5', 'Home 1 gateId: null > 5'],
    });
  });

  it('that may not be seen keeps its place: another meets the unique key', async () => {
    await homes.sql('update Roof set may = ? where id = 1', without('r'));
    const message = 'A Roof with these unique values cannot be stored. Choose other values.';
    expect(await update({ roof: { connect: { id: 2 } } })).toEqual(refused('CONFLICT', 'data.roof.connect', message));
    expect(await update({ roof: { create: { id: 3 } } })).toEqual(refused('CONFLICT', 'data.roof.create', message));
  });

  it('that cannot be without this one is not pushed away', async () => {
    const message = '"data.deed.connect" would leave Deed.home empty. Connect it elsewhere, or delete it.';
    expect(await update({ deed: { connect: { id: 2 } } })).toEqual(refused('BAD_INPUT', 'data.deed.connect', message));
    expect(await update({ deed: { delete: true } })).toMatchObject({ changes: ['- Deed 1'] });
    expect(await update({ deed: { connect: { id: 2 } } })).toMatchObject({ changes: ['Deed 2 homeId: 4 > 1'] });
  });

  it('that is not there is not found', async () => {
    await homes.sql('update Roof set homeId = null where id = 1');
    await homes.sql('update Home set gateId = null where id = 1');
    for (const [relation, model] of [
      ['roof', 'Roof'],
      ['gate', 'Gate'],
    ] as const) {
      expect(await update({ [relation]: { update: { name: 'x' } } })).toEqual(
        notFound(model, `data.${relation}.update`),
      );
      expect(await update({ [relation]: { delete: true } })).toEqual(notFound(model, `data.${relation}.delete`));
    }
    expect(await update({ roof: { disconnect: true } })).toEqual(notFound('Roof', 'data.roof.disconnect'));
    // A row that holds the column itself has nothing to empty.
    expect(await update({ gate: { disconnect: true } })).toEqual({ answer: { updateHome: { id: 1 } }, changes: [] });
  });
});

describe('a row that is tied to another', () => {
  it.each([
    ['doors', 'Door', 'update', [{ where: { id: 3 }, data: { name: 'x' } }], 'update[0].where'],
    ['doors', 'Door', 'delete', [{ id: 3 }], 'delete[0]'],
    ['rooms', 'Room', 'disconnect', [room(2, 1)], 'disconnect[0]'],
    ['trees', 'Tree', 'update', [{ where: { kind: 'ash' }, data: { name: 'x' } }], 'update[0].where'],
    ['trees', 'Tree', 'delete', [{ kind: 'ash' }], 'delete[0]'],
    ['trees', 'Tree', 'disconnect', [{ kind: 'ash' }], 'disconnect[0]'],
    ['sees', 'Home', 'disconnect', [{ id: 6 }], 'disconnect[0]'],
  ])('is not there for %s: %s.%s', async (relation, model, verb, items, at) => {
    expect(await update({ [relation]: { [verb]: items } })).toEqual(notFound(model, `data.${relation}.${at}`));
  });

  it('cannot be changed by an upsert: it meets its key', async () => {
    expect(
      await update({ doors: { upsert: [{ where: { id: 3 }, create: { id: 3 }, update: { name: 'x' } }] } }),
    ).toEqual(
      refused(
        'CONFLICT',
        'data.doors.upsert[0].create',
        'A Door with these unique values cannot be stored. Choose other values.',
      ),
    );
  });
});

describe('several things at once', () => {
  it('are done in the order that is written down: what frees a place comes first', async () => {
    const result = await update(
      {
        rooms: {
          connect: [room(2, 1)],
          create: [{ floor: 1, number: 1, name: 'again' }],
          delete: [room(1, 1)],
          update: [{ where: room(1, 2), data: { name: 'updated' } }],
        },
        trees: { set: [], create: [{ kind: 'fir' }], connect: [{ kind: 'oak' }] },
      },
      '{ rooms { nodes { floor number name } } trees { nodes { kind } } }',
    );
    expect(result).toMatchObject({
      answer: {
        updateHome: {
          rooms: {
            nodes: [
              { floor: 1, number: 1, name: 'again' },
              { floor: 1, number: 2, name: 'updated' },
              { floor: 2, number: 1, name: '' },
            ],
          },
          trees: { nodes: [{ kind: 'fir' }, { kind: 'oak' }] },
        },
      },
    });
  });

  it('on one row are refused', async () => {
    expect(await update({ roof: { connect: { id: 2 }, delete: true } })).toMatchObject({
      errors: [{ code: 'BAD_REQUEST' }],
      changes: [],
    });
  });

  it('that say nothing are refused', async () => {
    const nothing = (relation: string) =>
      refused(
        'BAD_INPUT',
        `data.${relation}`,
        `"data.${relation}" says nothing to do. Give create or connect, or leave it out.`,
      );
    expect(await update({ rooms: {} })).toEqual(nothing('rooms'));
    expect(await update({ gate: { disconnect: false } })).toEqual(nothing('gate'));
    expect(await update({ rooms: { set: null } })).toEqual(nothing('rooms'));
    expect(await update({ rooms: null })).toEqual(nothing('rooms'));
  });

  it('of which the last is refused leave nothing', async () => {
    const data = {
      name: 'changed',
      gate: { create: { id: 8 } },
      rooms: { set: [] },
      doors: { create: [{ id: 8 }, { id: 9, may: without('c') }] },
    };
    expect(await update(data)).toEqual(
      refused('FORBIDDEN', 'data.doors.create[1]', 'You may not create this Door. Leave it out, or ask for the right.'),
    );
  });
});

describe('the new row', () => {
  it.each([
    ['update', { gate: { update: { may: 'r' } } }, 'Gate', 'data.gate.update'],
    [
      'update in a list',
      { rooms: { update: [{ where: room(1, 1), data: { may: 'r' } }] } },
      'Room',
      'data.rooms.update[0].data',
    ],
    [
      'upsert',
      { trees: { upsert: [{ where: { kind: 'oak' }, create: { kind: 'oak' }, update: { may: 'r' } }] } },
      'Tree',
      'data.trees.upsert[0].update',
    ],
    ['the row itself', { may: 'r', rooms: { connect: [room(2, 1)] } }, 'Home', 'data'],
  ])('is judged as it is in the end: %s', async (_, data, model, at) => {
    expect(await update(data)).toEqual(
      refused('FORBIDDEN', at, `You may not leave this ${model} so. Leave it out, or ask for the right.`),
    );
  });
});

it(
  'follows a key that changes: what is tied stays tied, what is new is tied to the new key',
  only(['sqlite', 'postgresql'], 'a key that rows of its own table refer to: InnoDB follows no cascade back'),
  async () => {
    const before = await homes.everything();
    const document = `mutation ($data: HomeUpdateInput!) { updateHome(where: { id: 1 }, data: $data) { id rooms { totalCount } trees { nodes { kind } } } }`;
    const data = {
      id: 70,
      rooms: { create: [{ floor: 5, number: 5 }] },
      trees: { connect: [{ kind: 'ash' }], disconnect: [{ kind: 'oak' }] },
    };
    expect(await homes.run(document, { data })).toEqual({
      data: { updateHome: { id: 70, rooms: { totalCount: 3 }, trees: { nodes: [{ kind: 'ash' }, { kind: 'elm' }] } } },
    });
    expect(difference(before, await homes.everything())).toContain('Room 1,1 homeId: 1 > 70');
  },
);
