import type { PolicyTexts, ViewerText } from '../policy-text.ts';
import { Rights } from '../reference/rights.ts';
import { scalarsIn } from '../shape.ts';
import type { World } from '../world.ts';

/** By model: the fields that one of the viewers reads on some of their rows and not on others. */
export type HalfHidden = Readonly<Record<string, ReadonlySet<string>>>;

export function halfHidden(world: World, policies: PolicyTexts, viewers: readonly ViewerText[]): HalfHidden {
  const rights = viewers.map((viewer) => new Rights(world, policies, viewer));
  return Object.fromEntries(
    world.shape.models.map((model) => {
      const isHalf = (field: string) =>
        rights.some((it) => {
          const rows = it.readable(model.name);
          const seen = rows.filter((row) => it.mayField(model.name, row, field, 'read')).length;
          return seen > 0 && seen < rows.length;
        });
      const names = scalarsIn(model).map(({ name }) => name);
      return [model.name, new Set(names.filter(isHalf))];
    }),
  );
}
