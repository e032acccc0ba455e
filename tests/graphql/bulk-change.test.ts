/** Rows that are changed and deleted by a condition: which, what is refused, and what goes along. */
import { describe, expect, it } from 'vitest';
import { all, any } from '../../src/policy/rule.ts';
import { papers } from '../support/paper-design.ts';
import { changed, everyPaper, refused, remove, update } from '../support/paper-mutations.ts';
import { openTinyService } from '../support/tiny-service.ts';

describe('updateXs', () => {
  it('changes the rows that match, that the viewer reads and may change; those that they read and may not are counted', async () => {
    await using service = await openTinyService(papers);
    expect(await changed(service, update(`${everyPaper}, data: { pages: 7 }`))).toEqual({
      answer: { data: { updatePapers: { count: 3, updated: 3, denied: 1, nodes: [{ id: 1 }, { id: 2 }, { id: 5 }] } } },
      changes: ['Paper 1 pages: 10 > 7', 'Paper 2 pages: null > 7', 'Paper 5 pages: 50 > 7'],
    });
  });

  it('counts rows on which a field may not be written among those that are denied', async () => {
    await using service = await openTinyService(papers);
    expect(await changed(service, update(`${everyPaper}, data: { note: "x" }`))).toEqual({
      answer: { data: { updatePapers: { count: 2, updated: 2, denied: 2, nodes: [{ id: 1 }, { id: 5 }] } } },
      changes: ['Paper 1 note:  > x', 'Paper 5 note:  > x'],
    });
  });

  it('judges every row as it becomes, and keeps none when one may not be so', async () => {
    await using service = await openTinyService(papers);
    const message = 'You may not leave this Paper so. Leave it out, or ask for the right.';
    for (const data of ['{ locked: true }', '{ secret: true }', '{ note: "x", pages: null }'])
      expect([data, await changed(service, update(`${everyPaper}, data: ${data}`))]).toEqual([
        data,
        { answer: refused('updatePapers', 'FORBIDDEN', message, 'data'), changes: [] },
      ]);
  });

  it('ties, unties and creates at the far ends of each row', async () => {
    await using service = await openTinyService(papers);
    expect(
      await changed(service, update('where: { id: { in: [1, 2] } }, data: { folder: { connect: { id: 2 } } }')),
    ).toMatchObject({
      changes: ['Paper 1 folderId: 1 > 2', 'Paper 2 folderId: 1 > 2'],
    });
    expect(
      await changed(service, update('where: { id: { in: [1, 2] } }, data: { folder: { disconnect: true } }')),
    ).toMatchObject({
      changes: ['Paper 1 folderId: 2 > null', 'Paper 2 folderId: 2 > null'],
    });
    const each = 'data: { topics: { set: [{ word: "art" }] }, marks: { create: [{ page: 9 }] } }';
    expect(await changed(service, update(`where: { id: { in: [1, 2] } }, ${each}`))).toMatchObject({
      answer: { data: { updatePapers: { count: 2 } } },
      changes: [
        '- _PaperToTopic 1,law',
        '- _PaperToTopic 2,law',
        '+ Mark 9,1',
        '+ Mark 9,2',
        '+ _PaperToTopic 1,art',
        '+ _PaperToTopic 2,art',
      ],
    });
  });

  it('refuses a link to a row that may not be seen, as to one that is not there', async () => {
    await using service = await openTinyService(papers);
    const link = (id: number) =>
      changed(service, update(`${everyPaper}, data: { folder: { connect: { id: ${id} } } }`));
    const answer = refused(
      'updatePapers',
      'NOT_FOUND',
      'No Folder matches. Check the key, and that you may see the row.',
      'data.folder.connect',
    );
    expect(await link(3)).toEqual({ answer, changes: [] });
    expect(await link(99)).toEqual({ answer, changes: [] });
  });

  it('changes a key of one row, and meets the second under the same', async () => {
    await using service = await openTinyService(papers);
    expect(
      await changed(
        service,
        update(
          'where: { id: { equals: 1 } }, data: { id: 70, title: "seventy" }',
          '{ count nodes { id title marks { nodes { page } } } }',
        ),
      ),
    ).toEqual({
      answer: {
        data: { updatePapers: { count: 1, nodes: [{ id: 70, title: 'seventy', marks: { nodes: [{ page: 1 }] } }] } },
      },
      changes: [
        '- Mark 1,1',
        '- Mark 2,1',
        '- Paper 1',
        '- _PaperToTopic 1,law',
        '+ Mark 1,70',
        '+ Mark 2,70',
        '+ Paper 70',
        '+ _PaperToTopic 70,law',
      ],
    });
    const conflict = 'A Paper with these unique values cannot be stored. Choose other values.';
    for (const data of ['{ id: 71 }', '{ title: "same" }'])
      expect(await changed(service, update(`${everyPaper}, data: ${data}`))).toEqual({
        answer: refused('updatePapers', 'CONFLICT', conflict, 'data'),
        changes: [],
      });
  });

  it('previewed, tells what it would do and changes nothing', async () => {
    await using service = await openTinyService(papers);
    const select = '{ count denied nodes { id pages folder { papers { totalCount } } } }';
    expect(
      await changed(
        service,
        update(
          'where: { id: { in: [1, 3] } }, data: { pages: 8, folder: { disconnect: true } }, preview: true',
          select,
        ),
      ),
    ).toEqual({
      answer: { data: { updatePapers: { count: 1, denied: 1, nodes: [{ id: 1, pages: 8, folder: null }] } } },
      changes: [],
    });
  });
});

describe('deleteXs', () => {
  const cascades =
    '{ count deleted denied cascades { model relation action count } nodes { id marks { nodes { page } } } }';

  it('answers with the rows as they were, and counts what goes along of what the viewer reads', async () => {
    await using service = await openTinyService(papers);
    expect(await changed(service, remove('where: { id: { in: [1, 2, 3, 4] } }', cascades))).toEqual({
      answer: {
        data: {
          deletePapers: {
            count: 2,
            deleted: 2,
            denied: 1,
            cascades: [{ model: 'Mark', relation: 'paper', action: 'CASCADE', count: 2 }],
            nodes: [
              { id: 1, marks: { nodes: [{ page: 1 }] } },
              { id: 2, marks: { nodes: [{ page: 1 }] } },
            ],
          },
        },
      },
      // Mark 1,2 may not be read: it goes, and nobody is told of it.
      changes: [
        '- Mark 1,1',
        '- Mark 1,2',
        '- Mark 2,1',
        '- Paper 1',
        '- Paper 2',
        '- _PaperToTopic 1,law',
        '- _PaperToTopic 2,law',
      ],
    });
  });

  it('follows cascades further on, and says which only empty a relation', async () => {
    await using service = await openTinyService(papers);
    const document = (more: string) =>
      `mutation { deleteFolders(where: { name: { equals: "a" } }${more}) { count cascades { model relation action count } nodes { name } } }`;
    const data = {
      deleteFolders: {
        count: 1,
        cascades: [
          { model: 'Folder', relation: 'parent', action: 'CASCADE', count: 1 },
          { model: 'Paper', relation: 'folder', action: 'SET_NULL', count: 1 },
          { model: 'Paper', relation: 'folder', action: 'SET_NULL', count: 2 },
        ],
        nodes: [{ name: 'a' }],
      },
    };
    expect(await changed(service, document(', preview: true'))).toEqual({ answer: { data }, changes: [] });
    expect(await changed(service, document(''))).toEqual({
      answer: { data },
      changes: [
        '- Folder 1',
        '- Folder 2',
        '- Folder 3',
        ...[1, 2].map((id) => `Paper ${id} folderId: 1 > null`),
        ...[3, 4].map((id) => `Paper ${id} folderId: 2 > null`),
      ],
    });
  });

  it('previewed, tells what it would do and changes nothing', async () => {
    await using service = await openTinyService(papers);
    const answer = await service.run(remove(everyPaper, cascades));
    await using again = await openTinyService(papers);
    expect(await changed(again, remove(`${everyPaper}, preview: true`, cascades))).toEqual({ answer, changes: [] });
  });
});

describe('very many rows', () => {
  it('up to 10,000 are changed in few statements; one more changes none', async () => {
    await using service = await openTinyService(papers);
    await service.sql('delete from Paper');
    const numbers = 'with recursive n(i) as (select 1 union all select i + 1 from n where i < 10000)';
    await service.sql(`insert into Paper (id, title) ${numbers} select i, 'p' || i from n`);
    expect(await service.run(update(`${everyPaper}, data: { pages: 3 }`, '{ count nodes(first: 2) { id } }'))).toEqual({
      data: { updatePapers: { count: 10000, nodes: [{ id: 1 }, { id: 2 }] } },
    });
    // One to list them, 5 to change 2,000 each, 5 to judge 2,048 each, one to read.
    expect(service.statements).toBe(12);
    await service.sql("insert into Paper (id, title) values (20000, 'more')");
    const tooMany = '"where" takes more than 10000 rows. Narrow it, and write in several mutations.';
    expect(await changed(service, remove(everyPaper))).toEqual({
      answer: refused('deletePapers', 'BAD_INPUT', tooMany, 'where'),
      changes: [],
    });
    expect(
      await service.run(remove('where: { id: { lte: 10000 } }', '{ count nodes(first: 1000) { id } }')),
    ).toMatchObject({
      data: { deletePapers: { count: 10000 } },
    });
    expect(await service.sql('select count(*) from Paper')).toEqual([[1]]);
  });
});

describe('a right that the viewer has on no row', () => {
  it('refuses before anything is looked at', async () => {
    await using service = await openTinyService({
      ...papers,
      policies: {
        ...papers.policies,
        Paper: ({ role }) => ({ update: all(role('clerk')), delete: any(role('clerk')) }),
      },
    });
    for (const document of [update(`${everyPaper}, data: { pages: 1 }`), remove(everyPaper)]) {
      const field = document.includes('update') ? 'updatePapers' : 'deletePapers';
      expect(await service.run(document)).toEqual(
        refused(field, 'FORBIDDEN', `You may not do ${field}. Leave it out, or ask for the right.`),
      );
      expect(service.statements).toBe(0);
    }
  });
});
