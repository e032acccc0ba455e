import { listsOf, type ListText, type Operation } from './operation.ts';
import type { Crossing, Operators, WhereText } from './policy-text.ts';
import { fieldIn, modelIn, type Shape } from './shape.ts';

/**
 * Whether fewer rights can only mean less in the answer: a condition that is glad of what is missing (`not`, `none`,
 * `every`, an absent value) and a page that others move up into may show more.
 */
export function onlyShrinks(operation: Operation, shape: Shape): boolean {
  const isWhole = ({ page, where, model }: ListText) =>
    page.size === 100 && !page.from && (!where || isPositive(where, model, shape));
  if (operation.kind === 'aggregate')
    return operation.figures.length === 0 && (!operation.where || isPositive(operation.where, operation.model, shape));
  return listsOf(operation).every(isWhole);
}

function isPositive(where: WhereText, model: string, shape: Shape): boolean {
  return Object.entries(where).every(([name, condition]) => {
    if (name === 'AND' || name === 'OR') return (condition as WhereText[]).every((it) => isPositive(it, model, shape));
    if (name === 'NOT') return false;
    const field = fieldIn(modelIn(shape, model), name);
    if (field.kind === 'scalar') {
      return Object.entries(condition as Operators).every(
        ([operator, operand]) => operand !== null && operator !== 'not' && operator !== 'notIn',
      );
    }
    return Object.entries(condition as Crossing).every(
      ([quantifier, inner]) =>
        inner !== null && (quantifier === 'some' || quantifier === 'is') && isPositive(inner, field.target, shape),
    );
  });
}

/** P4: what the narrowed answer has and the whole one has not; undefined when there is nothing. */
export function firstExcess(narrowed: unknown, whole: unknown, path = ''): string | undefined {
  if (narrowed === null || narrowed === undefined) return undefined;
  if (Array.isArray(narrowed)) {
    if (!Array.isArray(whole)) return path;
    // Rows are known by their ids: where they stand in the list may change.
    const known = new Map(whole.map((it) => [idOf(it), it as unknown]));
    for (const item of narrowed) {
      const excess = known.has(idOf(item))
        ? firstExcess(item, known.get(idOf(item)), `${path}[${idOf(item)}]`)
        : `${path}[${idOf(item)}]`;
      if (excess !== undefined) return excess;
    }
    return undefined;
  }
  if (typeof narrowed === 'object') {
    if (typeof whole !== 'object' || whole === null) return path;
    for (const [name, value] of Object.entries(narrowed)) {
      // Which row is first, last or followed by others depends on all of them.
      if (name === 'pageInfo' || name === 'cursor') continue;
      const other: unknown = Reflect.get(whole, name);
      const excess =
        name === 'totalCount' || name === 'count'
          ? moreThan(value, other, path)
          : firstExcess(value, other, `${path}.${name}`);
      if (excess !== undefined) return excess;
    }
    return undefined;
  }
  return narrowed === whole ? undefined : path;
}

const moreThan = (count: unknown, other: unknown, path: string) =>
  Number(count) > Number(other) ? `${path}.count` : undefined;

const idOf = (item: unknown): string => {
  const row = (item as { node?: object }).node ?? (item as object);
  return String(Reflect.get(row, 'nodeId'));
};
