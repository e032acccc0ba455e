import type { FieldVerb } from '../../../../src/policy/rule.ts';
import { relationsIn, modelIn, scalarsIn } from '../shape.ts';
import { textOf, type Row } from '../world.ts';
import { relatedRows } from './related.ts';
import type { Rights } from './rights.ts';

const verbs: readonly FieldVerb[] = ['read', 'filter', 'sort', 'aggregate'];

/**
 * Everything that a viewer may know of a world, as one text: two worlds in which it is the same must answer the same.
 * Which rights they have on a row that they read belongs to it: a withheld field says that it is withheld.
 */
export function viewOf(rights: Rights): string {
  const { shape } = rights.world;
  return JSON.stringify(
    shape.models.map((model) => {
      const rows = rights
        .readable(model.name)
        .toSorted((a, b) => (textOf(a, model.key) < textOf(b, model.key) ? -1 : 1));
      return rows.map((row) => {
        const may = (field: string) =>
          verbs.map((verb) => (rights.mayField(model.name, row, field, verb) ? 1 : 0)).join('');
        return [
          ...scalarsIn(model).map(({ name }) => [
            may(name),
            rights.mayField(model.name, row, name, 'read') ? row[name] : null,
          ]),
          ...relationsIn(model).map(({ name, target }) => {
            const seen = rights.mayField(model.name, row, name, 'read')
              ? keysThrough(rights, model.name, row, name, target)
              : [];
            return [may(name), seen];
          }),
        ];
      });
    }),
  );
}

function keysThrough(rights: Rights, model: string, row: Row, relation: string, target: string): string[] {
  const { key } = modelIn(rights.world.shape, target);
  const rows = relatedRows(rights.world, model, row, relation).filter((it) => rights.mayRow(target, it, 'read'));
  return rows.map((it) => textOf(it, key)).toSorted();
}
