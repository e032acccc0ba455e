/** Whichever statement comes back first, the errors of an answer stand in the order of its fields. */
import { GraphQLError } from 'graphql';
import { expect, it } from 'vitest';
import { inOrder } from '../../src/server/error-order.ts';

it('errors stand in the order of the fields, then of the rows, and those of what is null by name', () => {
  const data = { z: [{ b: null, a: null }, { b: null }], a: null };
  const inAnswer = [
    ['z'],
    ['z', 0, 'b'],
    ['z', 0, 'a'],
    ['z', 1, 'b'],
    ['z', 10],
    ['a'],
    ['a', 'x'],
    ['a', 'y'],
    ['gone'],
  ];
  const errors = inAnswer.map((path) => new GraphQLError('No.', { path }));
  for (let turn = 0; turn < errors.length; turn++) {
    const turned = [...errors.slice(turn), ...errors.slice(0, turn)].toReversed();
    expect(inOrder({ data, errors: turned }).map(({ path }) => path)).toEqual(inAnswer);
  }
});
