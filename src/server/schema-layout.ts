import { relationsOf, scalarsOf, type Model, type RelationField } from '../model/model.ts';

export interface Box {
  readonly model: Model;
  readonly x: number;
  readonly y: number;
  readonly height: number;
  /** What is listed in it. */
  readonly lines: readonly { readonly name: string; readonly type: string; readonly key: boolean }[];
  /** Fields that are not listed. */
  readonly more: number;
}

export interface Wire {
  readonly from: Box;
  readonly to: Box;
  readonly relation: RelationField;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Box[];
  readonly wires: readonly Wire[];
}

export const box = { width: 184, head: 30, line: 19, foot: 8 };
const gap = { x: 72, y: 24 };
const maxLines = 5;
const margin = 18;

/**
 * Columns of boxes: what others point at stands left, what points at it to the right of it. Inside a column, a box
 * comes near those that it is tied to.
 */
export function layOut(models: readonly Model[]): Layout {
  const shown = new Map(models.map((model) => [model.name, model]));
  const ties = models.flatMap((model) =>
    relationsOf(model)
      .filter((relation) => shown.has(relation.target) && isDrawn(model, relation))
      .map((relation) => ({ from: model.name, to: relation.target, relation })),
  );
  const columns = orderColumns(columnsOf(models, ties), ties);
  const heights = columns.map((column) => column.reduce((sum, model) => sum + heightOf(model) + gap.y, -gap.y));
  const height = Math.max(0, ...heights);
  const boxes = columns.flatMap((column, at) => {
    let y = margin + (height - heights[at]!) / 2;
    return column.map((model) => {
      const placed = boxOf(model, margin + at * (box.width + gap.x), y);
      y += placed.height + gap.y;
      return placed;
    });
  });
  const byName = new Map(boxes.map((it) => [it.model.name, it]));
  return {
    width: 2 * margin + columns.length * (box.width + gap.x) - gap.x,
    height: 2 * margin + height,
    boxes,
    wires: ties.map(({ from, to, relation }) => ({ from: byName.get(from)!, to: byName.get(to)!, relation })),
  };
}

interface Tie {
  readonly from: string;
  readonly to: string;
  readonly relation: RelationField;
}

/** Each relation once: from the side that holds the columns, or of a table between, from the side that comes first. */
function isDrawn(model: Model, { owning, join, target, name, opposite }: RelationField): boolean {
  if (join.kind === 'columns') return owning;
  if (target === model.name) return opposite === undefined || name <= opposite;
  return join.near === 'A';
}

/** A model's column is one to the right of the last that it points at. A circle is cut where it closes. */
function columnsOf(models: readonly Model[], ties: readonly Tie[]): Model[][] {
  const known = new Map<string, number>();
  const columnOf = (name: string, path: ReadonlySet<string>): number => {
    const found = known.get(name);
    if (found !== undefined) return found;
    const targets = ties.filter(
      ({ from, to, relation }) => from === name && relation.owning && !path.has(to) && to !== name,
    );
    const column = Math.max(-1, ...targets.map(({ to }) => columnOf(to, new Set([...path, name])))) + 1;
    known.set(name, column);
    return column;
  };
  const columns: Model[][] = [];
  for (const model of models) (columns[columnOf(model.name, new Set())] ??= []).push(model);
  return columns.filter((column) => column.length > 0);
}

/** Sorts each column by the middle of its neighbours, from both sides in turn. */
function orderColumns(columns: Model[][], ties: readonly Tie[]): Model[][] {
  let ordered = columns;
  for (let round = 0; round < 6; round++) {
    const places = new Map(
      ordered.flatMap((column) => column.map(({ name }, at) => [name, at / column.length] as const)),
    );
    const middle = ({ name }: Model) => {
      const others = ties.flatMap(({ from, to }) => (from === name ? [to] : to === name ? [from] : []));
      const known = others.filter((it) => it !== name).map((it) => places.get(it)!);
      return known.length === 0 ? places.get(name)! : known.reduce((sum, it) => sum + it, 0) / known.length;
    };
    ordered = ordered.map((column) => column.toSorted((a, b) => middle(a) - middle(b)));
  }
  return ordered;
}

const listed = (model: Model) => {
  const keys = new Set(model.key?.fields);
  const fields = scalarsOf(model).filter(({ name, foreignKey }) => keys.has(name) || !foreignKey);
  return fields.toSorted((a, b) => Number(keys.has(b.name)) - Number(keys.has(a.name)));
};

const heightOf = (model: Model) => {
  const count = listed(model).length;
  return box.head + (Math.min(count, maxLines) + (count > maxLines ? 1 : 0)) * box.line + box.foot;
};

function boxOf(model: Model, x: number, y: number): Box {
  const fields = listed(model);
  const keys = new Set(model.key?.fields);
  const lines = fields.slice(0, maxLines).map((field) => ({
    name: field.name,
    type: `${field.enum ?? field.type}${field.list ? '[]' : ''}${field.required ? '' : '?'}`,
    key: keys.has(field.name),
  }));
  return { model, x, y, height: heightOf(model), lines, more: fields.length - lines.length };
}
