import type { WhereText } from './policy-text.ts';
import type { Value } from './world.ts';

/** One operation with one root field, as data. */
export type Operation =
  | { readonly kind: 'list'; readonly list: ListText }
  /** By one of the model's unique keys; `key` says which. */
  | {
      readonly kind: 'one';
      readonly model: string;
      readonly key: readonly string[];
      readonly values: readonly Value[];
      readonly select: SelectText;
    }
  | { readonly kind: 'node'; readonly model: string; readonly values: readonly Value[]; readonly select: SelectText }
  /** Rows of any models; of those of one model more than the id is asked for. */
  | { readonly kind: 'nodes'; readonly ids: readonly IdText[]; readonly model: string; readonly select: SelectText }
  | {
      readonly kind: 'aggregate';
      readonly model: string;
      readonly where: WhereText | undefined;
      readonly figures: readonly FigureText[];
    }
  | ({ readonly kind: 'groups' } & GroupsText);

export interface GroupsText {
  readonly model: string;
  readonly where: WhereText | undefined;
  readonly by: readonly GroupKeyText[];
  readonly figures: readonly FigureText[];
  /** Conditions: so many rows, and so many of them with a value. */
  readonly atLeast?: number;
  readonly present?: { readonly field: string; readonly atLeast: number };
  readonly orderBy: readonly GroupOrderText[];
  /** How many groups; 20 unless told. */
  readonly first?: number;
}

export interface GroupKeyText {
  readonly field: string;
  /** Of a DateTime or Date, in UTC. */
  readonly unit?: 'day' | 'week' | 'month' | 'quarter' | 'year';
}

/** By the number of rows, by a key, or by the least or greatest value of a field. */
export interface GroupOrderText {
  readonly by: 'count' | 'key' | 'min' | 'max';
  readonly field?: string;
  readonly direction: 'asc' | 'desc';
}

/** A row by the values of its key, whether it is there or not. */
export interface IdText {
  readonly model: string;
  readonly values: readonly Value[];
}

export interface ListText {
  readonly model: string;
  readonly where?: WhereText;
  readonly orderBy?: readonly OrderText[];
  readonly page: PageText;
  readonly parts: PartsText;
  readonly select: SelectText;
}

export interface PageText {
  readonly backwards: boolean;
  /** How many; 20 unless told. */
  readonly size?: number;
  /** The place after which, or before which, to read. */
  readonly from?: PlaceText;
}

/** The place of a row in the whole list, as one of the case's viewers gets it. */
export interface PlaceText {
  readonly viewer: number;
  readonly row: number;
}

/** Which parts of a connection are asked for. Rows come under `edges` or under `nodes`. */
export interface PartsText {
  readonly rows: 'edges' | 'nodes' | 'none';
  readonly total: boolean;
  readonly info: boolean;
  readonly cursors: boolean;
}

/** `path` leads over to-one relations to a field, or to a list whose rows are counted. */
export interface OrderText {
  readonly path: readonly string[];
  readonly count: boolean;
  readonly direction: 'asc' | 'desc';
}

export interface SelectText {
  readonly fields: readonly string[];
  readonly relations: readonly RelatedText[];
  readonly fragment: FragmentKind;
}

/** How a selection is written; split: half of it stands in a fragment, and every relation of it in both halves. */
export type FragmentKind = 'none' | 'inline' | 'named' | 'split';

export interface RelatedText {
  readonly alias: string;
  readonly relation: string;
  /** Of a to-many relation. */
  readonly list?: ListText;
  /** Of a to-one relation. */
  readonly select?: SelectText;
}

export interface FigureText {
  readonly name: 'sum' | 'avg' | 'min' | 'max';
  readonly field: string;
}

export const plainSelect = (...fields: string[]): SelectText => ({ fields, relations: [], fragment: 'none' });

/** The root field's name in every answer. */
export const root = 'it';

/** A copy with every list replaced, nested ones first. */
export function mapLists(operation: Operation, replace: (list: ListText) => ListText): Operation {
  const inSelect = (select: SelectText): SelectText => ({
    ...select,
    relations: select.relations.map((it) => ({
      ...it,
      ...(it.list && { list: inList(it.list) }),
      ...(it.select && { select: inSelect(it.select) }),
    })),
  });
  const inList = (list: ListText): ListText => replace({ ...list, select: inSelect(list.select) });
  switch (operation.kind) {
    case 'list':
      return { kind: 'list', list: inList(operation.list) };
    case 'one':
    case 'node':
    case 'nodes':
      return { ...operation, select: inSelect(operation.select) };
    case 'aggregate':
    case 'groups':
      return operation;
  }
}

/** A list whose cursors tell of values of its rows. */
export const isOrdered = (operation: Operation): boolean =>
  operation.kind === 'list' && operation.list.parts.cursors && operation.list.orderBy?.[0]?.path.length === 1;

export function listsOf(operation: Operation): ListText[] {
  const lists: ListText[] = [];
  mapLists(operation, (list) => {
    lists.push(list);
    return list;
  });
  return lists;
}
