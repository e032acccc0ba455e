import { root, type ListText, type Operation, type PlaceText, type SelectText } from '../operation.ts';
import type { PolicyTexts, ViewerText } from '../policy-text.ts';
import { modelIn, relationIn, relationOfColumn, scalarIn } from '../shape.ts';
import type { Row, Value, World } from '../world.ts';
import { holds } from './conditions.ts';
import type { Facts } from './decided.ts';
import { figureOf } from './figures.ts';
import { groupsOf } from './groups.ts';
import { nodeIdOf } from './node-id.ts';
import { totalOrder } from './order.ts';
import { cutPage } from './page.ts';
import { refusalsOf, refusalsOfSelect } from './refusal.ts';
import type { Rights } from './rights.ts';
import { sightOf, type Met, type Sight } from './sight.ts';

export interface Expected {
  readonly data: unknown;
  readonly errors: readonly ExpectedError[];
  readonly met: Met;
  readonly refused: boolean;
}

/** What a viewer may not do; of a refused operation, one of several things. */
export interface ExpectedError {
  readonly path: Path;
  readonly mayNot: readonly string[];
}

export type Path = readonly (string | number)[];

export interface Question {
  readonly world: World;
  readonly policies: PolicyTexts;
  readonly viewer: ViewerText;
  readonly operation: Operation;
  /** The values at a place that a cursor names. */
  place(from: PlaceText, list: ListText): readonly Value[] | undefined;
}

/** What stands where a cursor does: how one looks is nobody's business. */
export const anyCursor = '(a cursor)';

/** The answer to an operation, found the slow way: from rows and rules, one after the other. */
export function expectedAnswer(question: Question, rights: Rights): Expected {
  const { operation } = question;
  const sight = sightOf(rights);
  const mayNot = refusalsOf(operation, factsOf(question));
  if (mayNot.length > 0) {
    const isNullable = operation.kind === 'one' || operation.kind === 'node';
    const data = isNullable ? { [root]: null } : null;
    return { data, errors: [{ path: [root], mayNot }], met: { rows: 0, fields: 1, uses: 1 }, refused: true };
  }
  const writer = new AnswerWriter(question, sight);
  return { data: { [root]: writer.write(operation) }, errors: writer.errors, met: sight.met, refused: false };
}

const factsOf = ({ world: { shape }, policies, viewer }: Question): Facts => ({ shape, policies, viewer });

class AnswerWriter {
  readonly errors: ExpectedError[] = [];
  private readonly question: Question;
  private readonly sight: Sight;

  constructor(question: Question, sight: Sight) {
    this.question = question;
    this.sight = sight;
  }

  write(operation: Operation): unknown {
    switch (operation.kind) {
      case 'list':
        return this.list(operation.list, this.sight.readable(operation.list.model), [root]);
      case 'one': {
        const { model, key, values, select } = operation;
        const { value } = this.sight.eyes('filter');
        return this.rowWhere(model, select, [root], (it) =>
          key.every((name, at) => value(model, it, name) === values[at]),
        );
      }
      case 'node':
        return this.node(operation.model, operation.values, operation.select, [root]);
      case 'nodes':
        return operation.ids.map(({ model, values }, at) => this.oneOfNodes(model, values, operation, [root, at]));
      case 'aggregate':
        return this.figures(operation);
      case 'groups': {
        const rows = this.matching(operation.where, operation.model, this.sight.readable(operation.model));
        return groupsOf(operation, rows, this.sight);
      }
    }
  }

  private oneOfNodes(
    model: string,
    values: readonly Value[],
    asked: Operation & { kind: 'nodes' },
    path: Path,
  ): unknown {
    if (model !== asked.model) {
      const onlyItsId: SelectText = { fields: ['nodeId'], relations: [], fragment: 'none' };
      return this.node(model, values, onlyItsId, path);
    }
    const mayNot = refusalsOfSelect(asked.select, model, factsOf(this.question));
    if (mayNot.length === 0) return this.node(model, values, asked.select, path);
    this.errors.push({ path, mayNot });
    return null;
  }

  private node(model: string, values: readonly Value[], select: SelectText, path: Path): unknown {
    const { key } = modelIn(this.question.world.shape, model);
    return this.rowWhere(model, select, path, (it) => key.every((name, at) => it[name] === values[at]));
  }

  private rowWhere(model: string, select: SelectText, path: Path, isIt: (row: Row) => boolean): unknown {
    const row = this.sight.readable(model).find(isIt);
    return row ? this.row(row, model, select, path) : null;
  }

  private matching(where: ListText['where'], model: string, rows: readonly Row[]): readonly Row[] {
    const eyes = this.sight.eyes('filter');
    return where ? rows.filter((row) => holds(where, model, row, eyes)) : rows;
  }

  private list(list: ListText, candidates: readonly Row[], path: Path): unknown {
    const { model, where, orderBy = [], page, parts, select } = list;
    const order = totalOrder(orderBy, model, this.sight);
    const places = new Map(candidates.map((row) => [row, order.placeOf(row)]));
    const matching = this.matching(where, model, candidates).toSorted((a, b) =>
      order.compare(places.get(a)!, places.get(b)!),
    );
    const cut = cutPage(matching, order, page, page.from && this.question.place(page.from, list));
    const end = cut.rows.length > 0 ? anyCursor : null;
    const { hasNextPage, hasPreviousPage } = cut;
    const row = (it: Row, below: Path) => this.row(it, model, select, [...path, ...below]);
    return {
      ...(parts.total && { totalCount: matching.length }),
      ...(parts.info && { pageInfo: { hasNextPage, hasPreviousPage, startCursor: end, endCursor: end } }),
      ...(parts.rows === 'nodes' && { nodes: cut.rows.map((it, at) => row(it, ['nodes', at])) }),
      ...(parts.rows === 'edges' && {
        edges: cut.rows.map((it, at) => ({
          ...(parts.cursors && { cursor: anyCursor }),
          node: row(it, ['edges', at, 'node']),
        })),
      }),
    };
  }

  private row(row: Row, model: string, select: SelectText, path: Path): unknown {
    const shape = modelIn(this.question.world.shape, model);
    const answer: Record<string, unknown> = {};
    for (const name of select.fields) {
      if (name === '__typename') answer[name] = model;
      else if (name === 'nodeId')
        answer[name] = nodeIdOf(
          shape,
          shape.key.map((it) => row[it] ?? null),
        );
      else answer[name] = this.scalar(row, model, name, [...path, name]);
    }
    for (const { alias, relation, list, select: one } of select.relations) {
      const rows = this.sight.related(model, row, relation, 'read');
      const below = [...path, alias];
      if (list) answer[alias] = this.list(list, rows, below);
      else answer[alias] = rows[0] ? this.row(rows[0], relationIn(shape, relation).target, one!, below) : null;
    }
    return answer;
  }

  private scalar(row: Row, model: string, name: string, path: Path): Value {
    const shape = modelIn(this.question.world.shape, model);
    if (this.sight.may(model, row, scalarIn(shape, name).name, 'read')) return row[name] ?? null;
    // The column of a relation is silent, as the relation is.
    if (!relationOfColumn(shape, name)) this.errors.push({ path, mayNot: [`read ${model}.${name}`] });
    return null;
  }

  private figures({ model, where, figures }: Operation & { kind: 'aggregate' }): unknown {
    const { shape } = this.question.world;
    const rows = this.matching(where, model, this.sight.readable(model));
    const { value } = this.sight.eyes('aggregate');
    const answer: Record<string, Record<string, Value>> = {};
    for (const figure of figures) {
      const values = rows.map((row) => value(model, row, figure.field)).filter((it) => it !== null);
      (answer[figure.name] ??= {})[figure.field] = figureOf(figure, modelIn(shape, model), values, shape);
    }
    return { count: rows.length, ...answer };
  }
}
