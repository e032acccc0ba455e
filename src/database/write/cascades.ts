import { relationsOf, type DeleteAction, type Model, type Schema } from '../../model/model.ts';
import { all, some, type Filter } from '../../policy/filter.ts';
import type { ViewerPolicy } from '../../policy/viewer-policy.ts';
import type { Values } from '../values.ts';

/** Rows that the database deletes or empties because others are deleted: it asks no policy. */
export interface Cascade {
  readonly model: string;
  /** The relation of that model that leads to what is deleted. */
  readonly relation: string;
  readonly action: Extract<DeleteAction, 'Cascade' | 'SetNull'>;
  /** Of the rows that the viewer reads. */
  readonly count: number;
}

interface CascadesContext {
  readonly schema: Schema;
  readonly policy: ViewerPolicy;
  counting(model: Model, filter: Filter, values: Values): Promise<number>;
}

/** Further on they are deleted as well, and not counted. */
const maxDepth = 5;

/** What goes with the rows that a condition picks, counted before they go. */
export async function cascadesOf(
  model: Model,
  deleted: Filter,
  values: Values,
  context: CascadesContext,
  depth = 1,
): Promise<Cascade[]> {
  if (depth > maxDepth) return [];
  const cascades: Cascade[] = [];
  for (const { holder, relation } of referencesTo(model, context.schema)) {
    const action = relation.onDelete;
    if (action !== 'Cascade' && action !== 'SetNull') continue;
    const referring = some(relation.name, deleted);
    // Not all that go: a number would tell of rows that the viewer may not know.
    const readable = all([context.policy.rows(holder.name, 'read'), referring]);
    const count = await context.counting(holder, readable, values);
    if (count === 0) continue;
    cascades.push({ model: holder.name, relation: relation.name, action, count });
    if (action === 'Cascade') cascades.push(...(await cascadesOf(holder, readable, values, context, depth + 1)));
  }
  return cascades;
}

function referencesTo(model: Model, schema: Schema) {
  return [...schema.models.values()].flatMap((holder) =>
    relationsOf(holder)
      .filter(({ owning, target }) => owning && target === model.name)
      .map((relation) => ({ holder, relation })),
  );
}
