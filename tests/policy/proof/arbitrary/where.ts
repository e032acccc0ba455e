import * as fc from 'fast-check';
import type { Operand, WhereText } from '../policy-text.ts';
import { modelIn, scalarsIn, type FieldShape, type ModelShape, type ScalarShape, type Shape } from '../shape.ts';
import { arbitraryValue } from './values.ts';

const ordered = ['String', 'Int', 'BigInt', 'Float', 'Decimal', 'DateTime', 'Date'];

/**
 * Conditions on rows of each model, to a depth; with `viewer` those of rules, which compare with the viewer and with
 * other fields. Made once for a shape, because a generator is costlier than its values.
 */
export function arbitraryWheres(shape: Shape, { viewer }: { viewer: boolean }) {
  const known = new Map<string, fc.Arbitrary<WhereText>>();
  const whereOf = (name: string, depth: number): fc.Arbitrary<WhereText> => {
    const key = `${name} ${depth}`;
    const made = known.get(key) ?? make(modelIn(shape, name), depth);
    known.set(key, made);
    return made;
  };

  const make = (model: ModelShape, depth: number): fc.Arbitrary<WhereText> => {
    const fields = model.fields.filter((it) => (it.kind === 'scalar' ? it.type !== 'Json' : depth > 0));
    const scalars = fields.filter((it) => it.kind === 'scalar').map((it) => condition(it, model, depth));
    const relations = fields.filter((it) => it.kind === 'relation').map((it) => condition(it, model, depth));
    const one = fc.oneof(
      { weight: 5, arbitrary: fc.oneof(...scalars) },
      ...(relations.length > 0 ? [{ weight: 5, arbitrary: fc.oneof(...relations) }] : []),
      ...(depth > 0 ? [{ weight: 2, arbitrary: logic(model, depth) }] : []),
    );
    const two = fc.tuple(one, one).map(([a, b]) => ({ ...a, ...b }));
    return fc.oneof(
      { weight: 12, arbitrary: one },
      { weight: 3, arbitrary: two },
      { weight: 1, arbitrary: fc.constant({}) },
    );
  };

  const logic = ({ name }: ModelShape, depth: number): fc.Arbitrary<WhereText> => {
    const inner = whereOf(name, depth - 1);
    const several = fc.oneof(
      { weight: 8, arbitrary: fc.array(inner, { minLength: 1, maxLength: 3 }) },
      { weight: 1, arbitrary: fc.constant([]) },
    );
    return fc.oneof(
      several.map((AND) => ({ AND })),
      several.map((OR) => ({ OR })),
      inner.map((NOT) => ({ NOT })),
    );
  };

  const condition = (field: FieldShape, model: ModelShape, depth: number): fc.Arbitrary<WhereText> => {
    if (field.kind === 'scalar') return operators(field, model).map((it) => ({ [field.name]: it }));
    const inner = whereOf(field.target, depth - 1);
    const quantifiers = field.list ? ['some', 'every', 'none'] : ['is', 'isNot'];
    const maybe = field.list
      ? inner
      : fc.oneof({ weight: 5, arbitrary: inner }, { weight: 1, arbitrary: fc.constant(null) });
    return fc
      .tuple(fc.constantFrom(...quantifiers), maybe)
      .map(([quantifier, it]) => ({ [field.name]: { [quantifier]: it } }));
  };

  const operators = (field: ScalarShape, model: ModelShape) => {
    const value = arbitraryValue(field, shape.enums);
    const alike = scalarsIn(model).filter(
      (it) => it.name !== field.name && it.type === field.type && it.enum === field.enum,
    );
    const operand: fc.Arbitrary<Operand> = fc.oneof(
      { weight: 6, arbitrary: value },
      ...(viewer && field.type === 'String' ? [{ weight: 4, arbitrary: fc.constant({ viewer: 'id' } as const) }] : []),
      ...(viewer && alike.length > 0
        ? [{ weight: 2, arbitrary: fc.constantFrom(...alike).map((it) => ({ field: it.name })) }]
        : []),
    );
    const nullable = fc.oneof({ weight: 7, arbitrary: operand }, { weight: 1, arbitrary: fc.constant(null) });
    const list = fc.array(operand, { maxLength: 3 });
    const choices = [
      { weight: 4, arbitrary: fc.tuple(fc.constantFrom('equals', 'not'), nullable) },
      { weight: 2, arbitrary: fc.tuple(fc.constantFrom('in', 'notIn'), list) },
      ...(ordered.includes(field.type)
        ? [{ weight: 3, arbitrary: fc.tuple(fc.constantFrom('lt', 'lte', 'gt', 'gte'), operand) }]
        : []),
      ...(field.type === 'String'
        ? [{ weight: 2, arbitrary: fc.tuple(fc.constantFrom('contains', 'startsWith', 'endsWith'), value) }]
        : []),
    ];
    const one = fc.oneof(...(choices as { weight: number; arbitrary: fc.Arbitrary<[string, Operand | Operand[]]> }[]));
    return fc.array(one, { minLength: 1, maxLength: 2, size: 'xsmall' }).map((it) => Object.fromEntries(it));
  };

  return whereOf;
}
