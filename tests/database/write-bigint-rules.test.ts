/** Rules that compare with a BigInt hold for many rows at once as they do for one. Found by the proof. */
import { expect, it } from 'vitest';
import { openTinyService } from '../support/tiny-service.ts';

it('judges the rows of a batch by a rule that compares with a BigInt', async () => {
  await using service = await openTinyService({
    prisma: 'model Box {\n  id Int @id\n  size BigInt\n  label String\n}',
    policies: { Box: ({ where }) => ({ update: where({ size: { lt: 10n } }) }) },
    rows: `insert into "Box" (id, size, label) values (1, 1, 'a'), (2, 2, 'b'), (3, 30, 'c');`,
  });
  expect(
    await service.run('mutation { updateBoxes(where: { id: { gt: 0 } }, data: { label: "x" }) { updated denied } }'),
  ).toEqual({ data: { updateBoxes: { updated: 2, denied: 1 } } });
});
