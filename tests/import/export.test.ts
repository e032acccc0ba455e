/** What goes out comes in again as it was (attacks 60, 92). */
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { Database } from '../../src/database/database.ts';
import { importRows } from '../../src/import/apply.ts';
import { exportRows, type ExportFormat } from '../../src/import/export.ts';
import { parse } from '../../src/import/parse.ts';
import { keyOf, type Model } from '../../src/model/model.ts';
import { isNever } from '../../src/policy/filter.ts';
import type { Viewer } from '../../src/policy/viewer.ts';
import { serve } from '../support/served.ts';
import { viewerLike } from '../support/viewer-like.ts';

async function exported(database: Database, viewer: Viewer, model: string, format: ExportFormat, where?: object) {
  let text = '';
  const options = { rows: database.as(viewer), model, format, pageRows: 3, ...(where && { where }) };
  for await (const part of exportRows(options)) text += part;
  return text;
}

const imported = (database: Database, viewer: Viewer, model: Model, format: ExportFormat, text: string) =>
  importRows({
    database,
    viewer,
    model: model.name,
    records: parse(Readable.from([Buffer.from(text)]), { format }),
    key: keyOf(model).fields,
  });

describe('an export', () => {
  it.each(['admin', 'member', 'reviewer'])('changes nothing when %s imports it, of every model', async (persona) => {
    await using served = await serve();
    const { database } = served.platform;
    const viewer = await viewerLike(persona, database);
    const { policy, schema } = database.as(viewer);
    const readable = [...schema.models.values()].filter(({ name }) => !isNever(policy.rows(name, 'read')));
    const before = await database.unguarded.auditEntry.count();
    let rows = 0;
    for (const model of readable) {
      for (const format of ['csv', 'ndjson', 'json'] as const) {
        const text = await exported(database, viewer, model.name, format);
        const report = await imported(database, viewer, model, format, text);
        expect([model.name, format, report.errors, report.same]).toEqual([model.name, format, [], report.rows]);
        rows += report.rows;
      }
    }
    expect(rows).toBeGreaterThan(20);
    expect(await database.unguarded.auditEntry.count()).toBe(before);
  });

  it('60: holds what its viewer may read, and no row of it can be changed by who may not', async () => {
    await using served = await serve();
    const { database, schema } = served.platform;
    const [admin, outsider] = [await viewerLike('admin', database), await viewerLike('outsider', database)];
    const lines = (text: string) =>
      text
        .trim()
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as { id: string });
    const all = lines(await exported(database, admin, 'Survey', 'ndjson'));
    const theirs = lines(await exported(database, outsider, 'Survey', 'ndjson'));
    const shown = await database.as(outsider).client.survey.findMany();
    expect(theirs.map(({ id }) => id).toSorted()).toEqual(shown.map(({ id }) => id).toSorted());
    const foreign = all.filter(({ id }) => !theirs.some((row) => row.id === id));
    expect(foreign.length).toBeGreaterThan(0);
    const text = foreign.map((row) => JSON.stringify({ ...row, title: 'Taken over' })).join('\n');
    const report = await imported(database, outsider, schema.models.get('Survey')!, 'ndjson', text);
    expect(report).toMatchObject({ denied: foreign.length, rows: foreign.length });
    const user = (await database.unguarded.user.findMany())[0]!;
    const role = await imported(
      database,
      outsider,
      schema.models.get('User')!,
      'ndjson',
      JSON.stringify({ id: user.id, passwordHash: 'x' }),
    ).catch((error: unknown) => error);
    expect(role).toMatchObject({ code: 'IMPORT_UNKNOWN_COLUMN' });
  });

  it('92: begins no cell like a formula, and gives back what it had', async () => {
    await using served = await serve();
    const { database, schema } = served.platform;
    const admin = await viewerLike('admin', database);
    const nasty = [
      '=1+1',
      '+1',
      '-1',
      '@a',
      '\tx',
      '\rx',
      "'x",
      '"=1"',
      '"x"',
      "''",
      "'",
      '＝1',
      ' =1',
      'a;b',
      'x,y\n"z"',
    ];
    await database.as(admin).write((writer) =>
      writer.createMany(
        'Tag',
        nasty.map((label, at) => ({ slug: `nasty-${at}`, label })),
      ),
    );
    const text = await exported(database, admin, 'Tag', 'csv', { slug: { startsWith: 'nasty-' } });
    for await (const item of parse(Readable.from([Buffer.from(text)]), { format: 'csv' })) {
      const cells = 'record' in item ? Object.values(item.record) : [];
      for (const cell of cells) expect(cell ?? '').not.toMatch(/^"*[=+\-@＝\t\r]/);
    }
    const report = await imported(database, admin, schema.models.get('Tag')!, 'csv', text);
    expect(report).toMatchObject({ same: nasty.length, errors: [] });
    // The texts of another file are as they are.
    const other = await imported(database, admin, schema.models.get('Tag')!, 'csv', "slug,label\nnasty-0,'=1+1\n");
    expect(other).toMatchObject({ updated: 1 });
    expect(await served.all.tag.findUnique({ where: { slug: 'nasty-0' } })).toMatchObject({ label: "'=1+1" });
  });

  it('has the fewer rows in a page, the longer they are (87)', async () => {
    await using served = await serve();
    const { database } = served.platform;
    const label = 'x'.repeat(50_000);
    const slugs = Array.from({ length: 60 }, (_, at) => `long-${at}`);
    await database.unguarded.tag.createMany({ data: slugs.map((slug) => ({ slug, label })) });
    const rows = database.as(await viewerLike('admin', database));
    const where = { slug: { startsWith: 'long-' } };
    const pages: number[] = [];
    for await (const text of exportRows({ rows, model: 'Tag', format: 'ndjson', where }))
      pages.push(text.trim().split('\n').length);
    // The first is of so few that it is short in any case.
    expect(pages).toEqual([20, 6, 6, 6, 6, 6, 6, 4]);
    await database.unguarded.tag.updateMany({ where: { slug: { in: slugs } }, data: { label: 'x' } });
    let parts = 0;
    for await (const text of exportRows({ rows, model: 'Tag', format: 'ndjson', where })) parts += text === '' ? 0 : 1;
    expect(parts).toBe(2);
  });

  it('comes over HTTP, and goes back in with credentials', async () => {
    await using served = await serve();
    const admin = await viewerLike('admin', served.platform.database);
    const { secret } = await served.platform.sessions.start(admin.id!);
    const authorization = `Bearer ${secret}`;
    const where = encodeURIComponent(JSON.stringify({ slug: { not: 'nothing' } }));
    const path = `/-/export/Tag?format=csv&where=${where}`;
    const { status, headers, body } = await served.request({ path, headers: { authorization } });
    expect([status, headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8']);
    const tags = await served.all.tag.count();
    expect(body.trim().split('\n')).toHaveLength(tags + 1);

    const file = `${body}new,New,,\n`;
    const target = '/-/import/Tag?format=csv&key=slug';
    const send = (more: Record<string, string>) =>
      served.request({ path: target, method: 'POST', body: file, headers: more });
    expect(await send({})).toMatchObject({ status: 401 });
    const answer = await send({ authorization, 'content-type': 'text/csv' });
    expect(answer.body).toMatchObject({ created: 1, same: tags, rows: tags + 1, errors: [] });
    const told = await served.run('admin', '{ imports { nodes { id state created same source } } }');
    expect(told.body.data.imports.nodes).toEqual([
      { id: answer.body.id, state: 'FINISHED', created: 1, same: tags, source: '-' },
    ]);
    expect((await served.run('member', '{ imports { nodes { id } } }')).body.data.imports.nodes).toEqual([]);
    const ask = async (model: string) => {
      const refused = await served.request({ path: `/-/export/${model}` });
      return [refused.status, JSON.stringify(refused.body).replace(model, 'Model')];
    };
    expect(await ask('Session')).toEqual([422, expect.stringContaining('BAD_INPUT')]);
    expect(await ask('Nothing')).toEqual(await ask('Session'));
  });

  it('lets others have a turn after each page', async () => {
    await using served = await serve();
    const data = Array.from({ length: 6_000 }, (_, at) => ({ slug: `page-${at}`, label: 'x'.repeat(1_000) }));
    for (let at = 0; at < data.length; at += 500)
      await served.platform.database.unguarded.tag.createMany({ data: data.slice(at, at + 500) });
    let turns = 0;
    let counting = true;
    const count = () => {
      turns++;
      if (counting) setImmediate(count);
    };
    count();
    const before = turns;
    const { body } = await served.request({ path: '/-/export/Tag' });
    counting = false;
    expect(body.length).toBeGreaterThan(6_000_000);
    expect(turns - before).toBeGreaterThanOrEqual(5);
  });
});
