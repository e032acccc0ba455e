/** An order of groups is total before an engine sees it: one may give equal groups in any order. */
import { describe, expect, it } from 'vitest';
import { Figures, parseGroupOrder } from '../../src/database/parse-groups.ts';
import { modelOf } from '../../src/model/model.ts';
import { readDatamodel } from '../../src/model/read-datamodel.ts';
import { generatedDatamodel } from '../../src/generated/datamodel.ts';

const model = modelOf(readDatamodel(generatedDatamodel), 'Observation');
const keys = ['unit', 'status', 'siteId'].map((field) => ({ field }));

describe('an order of groups', () => {
  it.each<[unknown, string[]]>([
    [undefined, ['key 0 asc', 'key 1 asc', 'key 2 asc']],
    [[{ key: { status: 'desc' } }], ['key 1 desc', 'key 0 asc', 'key 2 asc']],
    [
      [{ count: 'desc' }, { max: { value: 'asc' } }, { key: { siteId: 'asc' } }],
      ['figure 0 desc', 'figure 1 asc', 'key 2 asc', 'key 0 asc', 'key 1 asc'],
    ],
  ])('ends with the keys that it does not name: %j', (orderBy, expected) => {
    const order = parseGroupOrder(orderBy, keys, { model, figures: new Figures() });
    expect(order.map(({ by, at, direction }) => `${by} ${at} ${direction}`)).toEqual(expected);
  });

  it('and whoever else asks for a figure share it', () => {
    const figures = new Figures();
    figures.place({ name: 'count' });
    parseGroupOrder([{ sum: { value: 'asc' } }, { avg: { value: 'asc' } }, { sum: { value: 'desc' } }], keys, {
      model,
      figures,
    });
    expect(figures.functions).toEqual([
      { name: 'count' },
      { name: 'sum', field: 'value' },
      { name: 'avg', field: 'value' },
    ]);
  });
});
