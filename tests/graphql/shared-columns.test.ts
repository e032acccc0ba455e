/** A tenant's key that stands in several foreign keys of a row: whoever may write one relation changes no other by it. */
import { beforeAll, afterAll, beforeEach, expect, it, describe } from 'vitest';
import { readOnly } from '../../src/policy/policy.ts';
import { difference, openTinyService, type TinyDesign, type TinyService } from '../support/tiny-service.ts';

const design: TinyDesign = {
  prisma: `
model Tenant {
  id    Int    @id
  tasks Task[]
}
model Task {
  tenantId Int
  number   Int
  name     String @default("")
  parentNo Int?
  tenant   Tenant @relation(fields: [tenantId], references: [id])
  parent   Task?  @relation("Tree", fields: [tenantId, parentNo], references: [tenantId, number], onDelete: NoAction, onUpdate: NoAction)
  children Task[] @relation("Tree")

  @@id([tenantId, number])
}`,
  rows: `insert into Tenant (id) values (1), (2);
insert into Task (tenantId, number, parentNo) values (1, 1, null), (1, 2, 1), (1, 3, null), (2, 1, null), (2, 9, null);`,
};

let service: TinyService;
beforeAll(async () => {
  service = await openTinyService(design);
});
afterAll(() => service[Symbol.asyncDispose]());
beforeEach(() => service.reset());

const key = (tenantId: number, number: number) => ({ tenantId_number: { tenantId, number } });

async function changed(document: string, variables: Record<string, unknown>) {
  const before = await service.everything();
  const { errors } = (await service.run(document, variables)) as { errors?: { message: string; inputPath?: string }[] };
  return {
    errors: errors?.map(({ message, inputPath }) => [inputPath, message]),
    changes: difference(before, await service.everything()),
  };
}
const update = (where: object, data: object) =>
  changed(
    'mutation ($where: TaskUniqueWhere!, $data: TaskUpdateInput!) { updateTask(where: $where, data: $data) { number } }',
    { where, data },
  );

it('stays when a relation is emptied', async () => {
  expect(await update(key(1, 2), { parent: { disconnect: true } })).toEqual({
    changes: ['Task 1,2 parentNo: 1 > null'],
  });
  await service.reset();
  expect(await update(key(1, 1), { children: { disconnect: [key(1, 2)] } })).toEqual({
    changes: ['Task 1,2 parentNo: 1 > null'],
  });
});

describe('a parent of another tenant', () => {
  const message = (at: string) =>
    `"${at}" would change Task.tenant too. Write both, or connect what has the same tenant.`;

  it('does not take the row along', async () => {
    expect(await update(key(1, 2), { parent: { connect: key(2, 1) } })).toEqual({
      errors: [['data.parent', message('data.parent')]],
      changes: [],
    });
    const many =
      'mutation ($data: TaskUpdateInput!) { updateTasks(where: { tenantId: { equals: 1 } }, data: $data) { count } }';
    expect(await changed(many, { data: { parent: { connect: key(2, 1) } } })).toEqual({
      errors: [['data.parent', message('data.parent')]],
      changes: [],
    });
    expect(await update(key(2, 1), { children: { connect: [key(1, 3)] } })).toEqual({
      errors: [['data.children.connect[0]', message('data.children.connect[0]')]],
      changes: [],
    });
    expect(await update(key(2, 1), { children: { set: [key(1, 3)] } })).toMatchObject({
      errors: [['data.children.set[0]', message('data.children.set[0]')]],
    });
    const upsert = 'mutation ($data: [TaskCreateInput!]!) { upsertTasks(by: tenantId_number, data: $data) { count } }';
    const data = [{ number: 2, tenant: { connect: { id: 1 } }, parent: { connect: key(2, 1) } }];
    expect((await changed(upsert, { data })).errors).toHaveLength(1);
  });

  it('does, where both relations are written; they must agree', async () => {
    const both = (tenant: number) => ({ tenant: { connect: { id: tenant } }, parent: { connect: key(2, 1) } });
    expect(await update(key(1, 3), both(2))).toEqual({ changes: ['- Task 1,3', '+ Task 2,3'] });
    await service.reset();
    const fit = '"data.parent" does not fit another relation of the same Task. Connect rows that belong together.';
    expect(await update(key(1, 3), both(1))).toEqual({ errors: [['data.parent', fit]], changes: [] });
    const create = 'mutation ($data: TaskCreateInput!) { createTask(data: $data) { number } }';
    expect(await changed(create, { data: { number: 7, ...both(1) } })).toEqual({
      errors: [['data.parent', fit]],
      changes: [],
    });
    expect(await changed(create, { data: { number: 7, ...both(2) } })).toEqual({ changes: ['+ Task 2,7'] });
    const creates = 'mutation ($data: [TaskCreateInput!]!) { createTasks(data: $data) { count } }';
    expect((await changed(creates, { data: [{ number: 8, ...both(1) }] })).errors).toHaveLength(1);
  });
});

it('cannot be written by whoever may write another relation only', async () => {
  await using strict = await openTinyService({
    ...design,
    policies: { Task: () => ({ fields: { tenant: readOnly } }) },
  });
  const before = await strict.everything();
  const data = { parent: { connect: key(2, 1) } };
  const answer = await strict.run(
    'mutation ($data: TaskUpdateInput!) { updateTask(where: { tenantId_number: { tenantId: 1, number: 3 } }, data: $data) { number } }',
    { data },
  );
  expect(answer).toMatchObject({ errors: [{ code: 'BAD_INPUT' }] });
  expect(difference(before, await strict.everything())).toEqual([]);
});
