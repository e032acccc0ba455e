import type { FieldVerb } from '../../../../src/policy/rule.ts';
import { modelIn, relationIn } from '../shape.ts';
import type { Row, Value } from '../world.ts';
import type { Eyes } from './conditions.ts';
import { relatedRows } from './related.ts';
import type { Rights } from './rights.ts';

/** What an answer would have been different for without the policy: a case counts when it met both. */
export interface Met {
  rows: number;
  fields: number;
  /** Of both those that would have decided which rows are there, in which order, or a figure. */
  uses: number;
}

/** The world as one viewer sees it, and a note of what was kept from them. */
export interface Sight {
  readonly rights: Rights;
  readonly met: Met;
  /** As they may use it for this: what they may not is absent. */
  eyes(verb: FieldVerb): Eyes;
  readable(model: string): readonly Row[];
  /** Through a relation that they may use for this. */
  related(model: string, row: Row, relation: string, verb: FieldVerb): readonly Row[];
  may(model: string, row: Row, field: string, verb: FieldVerb): boolean;
}

export function sightOf(rights: Rights): Sight {
  const met: Met = { rows: 0, fields: 0, uses: 0 };
  const existing = (model: string, rows: readonly Row[], verb: FieldVerb) => {
    const seen = rows.filter((row) => rights.mayRow(model, row, 'read'));
    met.rows += rows.length - seen.length;
    if (verb !== 'read') met.uses += rows.length - seen.length;
    return seen;
  };
  const may = (model: string, row: Row, field: string, verb: FieldVerb) => {
    const granted = rights.mayField(model, row, field, verb);
    if (!granted) met.fields++;
    if (!granted && verb !== 'read') met.uses++;
    return granted;
  };
  const related = (model: string, row: Row, name: string, verb: FieldVerb) => {
    if (!may(model, row, name, verb)) return [];
    return existing(
      relationIn(modelIn(rights.world.shape, model), name).target,
      relatedRows(rights.world, model, row, name),
      verb,
    );
  };
  return {
    rights,
    met,
    may,
    related,
    readable: (model) => existing(model, rights.world.rows[model] ?? [], 'read'),
    eyes: (verb) => ({
      shape: rights.world.shape,
      viewerId: rights.viewer.id,
      value: (model, row, field): Value => (may(model, row, field, verb) ? (row[field] ?? null) : null),
      related: (model, row, relation) => related(model, row, relation, verb),
    }),
  };
}
