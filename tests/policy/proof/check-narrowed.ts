import { KnownArgumentNamesRule, parse, validate, ValuesOfCorrectTypeRule } from 'graphql';
import type { Difference } from './check-answer.ts';
import { documentOf } from './document.ts';
import { mapLists, type Operation } from './operation.ts';
import type { Crossing, Operators, ViewerText, WhereText } from './policy-text.ts';
import type { Service } from './service.ts';
import { fieldIn, modelIn, type Shape } from './shape.ts';

/** P4: what the second service shows, with a right less, the first one shows too. For an operation that is `shrinking`. */
export async function checkNarrowed(
  operation: Operation,
  viewer: ViewerText,
  { shape, services: [whole, fewer] }: { shape: Shape; services: readonly [Service, Service] },
): Promise<Difference | undefined> {
  // One document for both: where a right less has taken a model out of the API, what asks for it shows nothing.
  const { api, names } = whole;
  const document = documentOf(operation, { shape, api, names, cursor: () => undefined });
  // A server refuses what its API has no condition for. Run all the same, it would be a list without the condition.
  if (validate(fewer.api, parse(document.text), [KnownArgumentNamesRule, ValuesOfCorrectTypeRule]).length > 0)
    return undefined;
  const read = async (service: Service) => {
    const { text } = await service.ask(document, viewer);
    return JSON.parse(text) as { data: unknown; errors?: readonly { extensions: { code: string } }[] };
  };
  const [before, after] = [await read(whole), await read(fewer)];
  if ([before, after].some(({ errors }) => errors?.[0]?.extensions.code === 'TOO_DEEP')) return undefined;
  const excess = firstExcess(after.data, before.data);
  return excess === undefined ? undefined : { expected: before.data, actual: { ...after, excess } };
}

/**
 * The operation in a form in which fewer rights can only mean less: a page that others move up into may show more, and
 * so may a condition that is glad of what is missing (`not`, `none`, `every`, an absent value). Figures are left out, for
 * those of a smaller set may be greater. Undefined for groups: what hides makes a group of what is hidden.
 */
export function shrinking(operation: Operation, shape: Shape): Operation | undefined {
  if (operation.kind === 'groups') return undefined;
  if (operation.kind === 'aggregate') {
    const { where, model } = operation;
    return { ...operation, where: where && isPositive(where, model, shape) ? where : undefined, figures: [] };
  }
  return mapLists(operation, ({ where, page: { backwards }, ...list }) => ({
    ...list,
    ...(where && isPositive(where, list.model, shape) && { where }),
    page: { backwards, size: 100 },
  }));
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

/** The path of something that the narrowed answer has and the whole one has not. */
function firstExcess(narrowed: unknown, whole: unknown, path = ''): string | undefined {
  if (narrowed === null || narrowed === undefined) return undefined;
  if (Array.isArray(narrowed)) return Array.isArray(whole) ? firstExcessOfRows(narrowed, whole, path) : path;
  if (typeof narrowed !== 'object') return narrowed === whole ? undefined : path;
  if (typeof whole !== 'object' || whole === null) return path;
  for (const [name, value] of Object.entries(narrowed)) {
    // Which row is first, last or followed by others depends on all of them.
    if (name === 'pageInfo' || name === 'cursor') continue;
    const other: unknown = Reflect.get(whole, name);
    const below = `${path}.${name}`;
    const isCount = name === 'totalCount' || name === 'count';
    const excess = isCount ? (Number(value) > Number(other) ? below : undefined) : firstExcess(value, other, below);
    if (excess !== undefined) return excess;
  }
  return undefined;
}

/** Rows are known by their ids: where they stand in a list may change. Other items, such as those of Json, by their place. */
function firstExcessOfRows(narrowed: readonly unknown[], whole: readonly unknown[], path: string): string | undefined {
  const known = new Map(whole.map((it, at) => [idOf(it) ?? at, it]));
  for (const [at, item] of narrowed.entries()) {
    const id = idOf(item) ?? at;
    const excess = firstExcess(item, known.get(id), `${path}[${id}]`);
    if (excess !== undefined) return excess;
  }
  return undefined;
}

function idOf(item: unknown): string | undefined {
  if (typeof item !== 'object' || item === null) return undefined;
  const row = 'node' in item && typeof item.node === 'object' && item.node !== null ? item.node : item;
  return 'nodeId' in row ? String(row.nodeId) : undefined;
}
