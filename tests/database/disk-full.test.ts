/** Case 122. The limit is SQLite's own: it answers as it does when the disk has no room. */
import { beforeAll, expect, it } from 'vitest';
import { onSqlite } from '../support/requirements.ts';
import { serve, type Served } from '../support/served.ts';

let app: Served;
beforeAll(async () => {
  app = await serve();
  return () => app[Symbol.asyncDispose]();
});

const create = 'mutation ($data: TagCreateInput!) { createTag(data: $data) { slug } }';
const tag = (slug: string) => ({ data: { slug, label: 'x'.repeat(2_000) } });
const limitPages = async (pages: number) =>
  void (await app.platform.database.unguarded.$queryRawUnsafe(`PRAGMA max_page_count = ${pages}`));

const here = onSqlite('the limit of pages is its own');

it('case 122: refuses writes while the disk is full, and keeps what it acknowledged', here, async () => {
  const [{ page_count: pages }] =
    await app.platform.database.unguarded.$queryRawUnsafe<[{ page_count: bigint }]>('PRAGMA page_count');
  await limitPages(Number(pages) + 40);

  // Many at once, so that those that share a commit are refused together.
  const answers = [];
  for (let round = 0; round < 20; round++) {
    const slugs = Array.from({ length: 8 }, (_, at) => `full-${round}-${at}`);
    answers.push(
      ...(await Promise.all(slugs.map(async (slug) => ({ slug, ...(await app.run('admin', create, tag(slug))) })))),
    );
  }
  const acknowledged = answers.filter(({ body }) => body.data?.createTag).map(({ slug }) => slug);
  const refused = answers.filter(({ body }) => !body.data?.createTag);
  expect(acknowledged.length).toBeGreaterThan(0);
  expect(refused.length).toBeGreaterThan(0);
  expect(new Set(refused.map(({ body }) => body.errors[0].extensions.code))).toEqual(new Set(['DATABASE_FULL']));

  const stored = async () =>
    (await app.all.tag.findMany({ where: { slug: { startsWith: 'full-' } } })).map(({ slug }) => slug).toSorted();
  expect(await stored()).toEqual(acknowledged.toSorted());
  expect(await app.platform.database.unguarded.$queryRawUnsafe('PRAGMA integrity_check')).toEqual([
    { integrity_check: 'ok' },
  ]);

  await limitPages(1_000_000);
  const { body } = await app.run('admin', create, tag('full-after'));
  expect(body).toEqual({ data: { createTag: { slug: 'full-after' } } });
  expect(await stored()).toEqual([...acknowledged, 'full-after'].toSorted());
});
