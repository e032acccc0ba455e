/** The condition of a bulk update or delete: it must say which rows, and a null in it never widens; `expect` says how many. */
import { describe, expect, it } from 'vitest';
import { papers } from '../support/paper-design.ts';
import { changed, everyPaper, refused, remove, update } from '../support/paper-mutations.ts';
import { difference, openTinyService } from '../support/tiny-service.ts';

describe('how many rows are meant', () => {
  it.each([
    ['max: 3', undefined],
    ['exactly: 3', undefined],
    ['max: 3, exactly: 3', undefined],
    ['max: null, exactly: null', undefined],
    ['max: 2', ['3 rows of Paper match, and at most 2 were expected.', 'expect.max']],
    ['max: 0', ['3 rows of Paper match, and at most 0 were expected.', 'expect.max']],
    ['exactly: 4', ['3 rows of Paper match, and 4 were expected.', 'expect.exactly']],
    ['max: 9, exactly: 2', ['3 rows of Paper match, and 2 were expected.', 'expect.exactly']],
  ])('expect: { %s }', async (expected, refusal) => {
    for (const [field, document] of [
      ['updatePapers', update(`${everyPaper}, data: { pages: 1 }, expect: { ${expected} }`, '{ count }')],
      ['deletePapers', remove(`${everyPaper}, expect: { ${expected} }`, '{ count }')],
    ] as const) {
      await using service = await openTinyService(papers);
      const { answer, changes } = await changed(service, document);
      const message = `${refusal?.[0]} Nothing is changed. Look at what matches, and say it anew.`;
      expect(answer).toEqual(
        refusal ? refused(field, 'EXPECTATION_FAILED', message, refusal[1]) : { data: { [field]: { count: 3 } } },
      );
      expect(changes.length > 0).toBe(!refusal);
    }
  });
});

describe('a condition that holds for every row', () => {
  it.each([
    '{}',
    '{ AND: [] }',
    '{ AND: [{}, { AND: [] }] }',
    '{ OR: [{}] }',
    '{ OR: [{ id: { equals: 1 } }, {}] }',
    '{ NOT: { OR: [] } }',
    '{ NOT: { NOT: {} } }',
    '{ id: {} }',
    '{ id: { notIn: [] } }',
    '{ NOT: { id: { in: [] } } }',
    '{ folder: {} }',
    '{ marks: {} }',
    '{ marks: { every: {} } }',
    '{ marks: { none: { OR: [] } } }',
    '{ folder: { isNot: { OR: [] } } }',
  ])('is refused however it is dressed: %s', async (where) => {
    await using service = await openTinyService(papers);
    const message = '"where" holds for every row. Say which; all of them are { id: { not: null } }.';
    for (const preview of ['', ', preview: true']) {
      expect(await changed(service, update(`where: ${where}, data: { pages: 1 }${preview}`))).toEqual({
        answer: refused('updatePapers', 'BAD_INPUT', message, 'where'),
        changes: [],
      });
      expect(await changed(service, remove(`where: ${where}${preview}`))).toEqual({
        answer: refused('deletePapers', 'BAD_INPUT', message, 'where'),
        changes: [],
      });
    }
  });

  it('is refused where it only asks for a relation that is always there', async () => {
    await using service = await openTinyService(papers);
    for (const where of ['{ paper: { is: {} } }', '{ NOT: { paper: { is: null } } }', '{ paper: { isNot: null } }'])
      expect([where, await changed(service, `mutation { deleteMarks(where: ${where}) { count } }`)]).toEqual([
        where,
        {
          answer: refused(
            'deleteMarks',
            'BAD_INPUT',
            '"where" holds for every row. Say which; all of them are { paperId: { not: null } }.',
            'where',
          ),
          changes: [],
        },
      ]);
  });

  it.each([
    '{ OR: [] }',
    '{ NOT: {} }',
    '{ id: { in: [] } }',
    '{ id: { equals: null } }',
    '{ marks: { some: { OR: [] } } }',
  ])('is not one that holds for none: %s', async (where) => {
    await using service = await openTinyService(papers);
    expect(await changed(service, remove(`where: ${where}`))).toEqual({
      answer: { data: { deletePapers: { count: 0, deleted: 0, denied: 0, nodes: [] } } },
      changes: [],
    });
  });
});

describe('null in a condition', () => {
  it.each([
    ['{ pages: { equals: null } }', [2]],
    ['{ pages: { not: null } }', [1, 5]],
    ['{ folder: { is: null } }', [5]],
    ['{ folder: { isNot: null } }', [1, 2]],
    ['{ pages: { not: 10 } }', [2, 5]],
  ])('means what its operator says: %s', async (where, ids) => {
    await using service = await openTinyService(papers);
    expect(await service.run(remove(`where: ${where}, preview: true`, '{ nodes { id } }'))).toEqual({
      data: { deletePapers: { nodes: ids.map((id) => ({ id })) } },
    });
  });

  it.each([
    '{ pages: { in: null } }',
    '{ pages: { notIn: null } }',
    '{ pages: { in: [null] } }',
    '{ pages: { gt: null } }',
    '{ title: { contains: null } }',
    '{ pages: null }',
    '{ folder: null }',
    '{ marks: null }',
    '{ marks: { some: null } }',
    '{ marks: { none: null } }',
    '{ AND: null }',
    '{ OR: null }',
    '{ NOT: null }',
    'null',
  ])('is refused where it means nothing, and never widens: %s', async (where) => {
    await using service = await openTinyService(papers);
    const document = 'mutation ($where: PaperWhere!) { deletePapers(where: $where) { count } }';
    const before = await service.everything();
    // As a variable and as a literal.
    const json = JSON.parse(where.replace(/(\w+):/g, '"$1":')) as unknown;
    for (const answer of [await service.run(document, { where: json }), await service.run(remove(`where: ${where}`))])
      expect([where, answer]).toEqual([
        where,
        { data: null, errors: [expect.objectContaining({ code: expect.stringMatching(/^BAD_(INPUT|REQUEST)$/) })] },
      ]);
    expect(difference(before, await service.everything())).toEqual([]);
  });
});
