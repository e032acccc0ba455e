/**
 * A process that writes until it is killed: `node writer-process.js <database> <schema> <first number>`. It says on its
 * output what it begins, and what it has been told is done.
 */
import { readFileSync, writeSync } from 'node:fs';
import { parse } from 'devalue';
import { openDatabase } from '../../src/database/database.ts';
import type { Schema } from '../../src/model/model.ts';
import { open, type Policies } from '../../src/policy/policy.ts';
import { noRights } from '../../src/policy/platform-right.ts';
import { anyone } from '../../src/policy/rule.ts';

const [url = '', schemaPath = '', first = '1'] = process.argv.slice(2);
const schema = parse(readFileSync(schemaPath, 'utf8')) as Schema;

const everything: Policies = {
  rights: noRights,
  get: (model) => ({
    model,
    rows: { read: anyone, create: anyone, update: anyone, delete: anyone, link: anyone },
    fields: new Map([...(schema.models.get(model)?.fields.keys() ?? [])].map((name) => [name, open])),
    presets: new Map(),
  }),
};

const database = await openDatabase(url, schema, everything);
const rows = database.as({ kind: 'user', id: 'writer', roles: [] });
const say = (what: string) => writeSync(1, `${what}\n`);
const row = (place: number) => ({ place });
let next = Number(first);

/** One batch with its rows, nested or beside it; then all of it is stamped, and now and then all of it goes. */
async function writeBatches(): Promise<never> {
  for (;;) {
    const number = next++;
    const size = 5 + (number % 20);
    const list = Array.from({ length: size }, (_, place) => row(place));
    const batch = { connect: { number } };
    say(`begin ${number}`);
    await rows.write(async (writer) => {
      const nested = number % 2 === 0;
      await writer.create('Batch', { number, size, ...(nested && { rows: { create: list } }) });
      if (!nested)
        await writer.createMany(
          'Row',
          list.map((it) => ({ ...it, batch })),
        );
    });
    say(`done ${number}`);
    await rows.write(async (writer) => {
      await writer.updateMany('Row', { batchNumber: { equals: number } }, { stamp: number });
      await writer.update('Batch', { number }, { stamp: number });
    });
    if (number % 5 !== 0) continue;
    await rows.write(async (writer) => {
      await writer.deleteMany('Row', { batchNumber: { equals: number } });
      await writer.delete('Batch', { number });
    });
  }
}

await Promise.all([writeBatches(), writeBatches(), writeBatches()]);
