import type { PolicyText, PolicyTexts, RightsText, RuleText, ViewerText } from '../policy-text.ts';
import { Rights } from '../reference/rights.ts';
import { relationIn, type ModelShape } from '../shape.ts';
import { rowsOf, type World } from '../world.ts';

/** The rules that a model's policy may be made of: of each list the most telling is taken. */
export interface Draft {
  readonly reads: readonly RuleText[];
  readonly link: RuleText;
  readonly fields: Readonly<Record<string, readonly RightsText[]>>;
}

/** How much of a model's rows, and of a field's values, a viewer had best read, for their operations to meet both kinds. */
const bestShareOfRows = 0.7;
const bestShareOfValues = 0.5;

/** How many conditions a rule may come down to: one that goes through others holds theirs, and theirs in turn. */
const mostConditions = 20;

// Nothing is written here, and an API without mutations is made in half the time.
const never: RuleText = { kind: 'never' };

/** The policies in which viewers read some of everything, as far as the drafts allow. */
export function choosePolicies(
  drafts: Readonly<Record<string, Draft>>,
  world: World,
  viewers: readonly ViewerText[],
): PolicyTexts {
  const policies: Record<string, PolicyText> = {};
  const sizes = new Map<string, number>();
  const isSmall = (rule: RuleText, model: ModelShape) => sizeOf(rule, model, sizes) <= mostConditions;
  // In the order of the models, to the earlier of which rules of rows go.
  for (const model of world.shape.models) {
    const { reads, link } = drafts[model.name]!;
    const small = reads.filter((it) => isSmall(it, model));
    const options = (small.length > 0 ? small : [{ kind: 'signedIn' } as const]).map((read): PolicyText => {
      const rows = { read, create: never, update: never, delete: never, link: isSmall(link, model) ? link : never };
      return { rows, fields: {} };
    });
    const all = rowsOf(world, model.name).length;
    const best = leastBy(options, (policy) => {
      const tried = { ...policies, [model.name]: policy };
      const shares = viewers.map((viewer) => new Rights(world, tried, viewer).readable(model.name).length / all);
      return distance(shares, bestShareOfRows);
    });
    policies[model.name] = best;
    sizes.set(model.name, sizeOf(best.rows.read, model, sizes) + sizeOf(best.rows.link, model, sizes));
  }
  // Fields may go through any model, so they are chosen when the rows of all are known.
  const rights = viewers.map((viewer) => new Rights(world, policies, viewer));
  const chosen = world.shape.models.map((model) => {
    const readable = rights.map((it) => it.readable(model.name));
    const fields = Object.entries(drafts[model.name]!.fields).map(([name, options]) => {
      const small = options.map((it) => withoutRules(it, (rule) => isSmall(rule, model)));
      const best = leastBy(small, ({ read = never }) => {
        const shares = rights.map((it, at) => {
          const rows = readable[at]!;
          return rows.filter((row) => it.allows(read, model.name, row)).length / Math.max(rows.length, 1);
        });
        return distance(shares, bestShareOfValues);
      });
      return [name, best] as const;
    });
    return [model.name, { ...policies[model.name]!, fields: Object.fromEntries(fields) }] as const;
  });
  return Object.fromEntries(chosen);
}

function sizeOf(rule: RuleText, model: ModelShape, sizes: ReadonlyMap<string, number>): number {
  if (rule.kind === 'any' || rule.kind === 'all')
    return rule.rules.reduce((sum, it) => sum + sizeOf(it, model, sizes), 0);
  if (rule.kind === 'not') return sizeOf(rule.rule, model, sizes);
  return rule.kind === 'through' ? 1 + (sizes.get(relationIn(model, rule.relation).target) ?? 0) : 1;
}

const withoutRules = (rights: RightsText, keeps: (rule: RuleText) => boolean): RightsText =>
  Object.fromEntries(Object.entries(rights).filter(([, rule]) => keeps(rule)));

/** All and nothing are the dullest, however near; and it is good when viewers differ. */
function distance(shares: readonly number[], best: number): number {
  const far = shares.map((share) => Math.abs(share - best) + (share === 0 || share === 1 ? 1 : 0));
  const spread = Math.max(...shares) - Math.min(...shares);
  return far.reduce((sum, it) => sum + it, 0) - 4 * spread;
}

const leastBy = <T>(items: readonly T[], measure: (item: T) => number): T =>
  items.map((item) => ({ item, size: measure(item) })).toSorted((a, b) => a.size - b.size)[0]!.item;
