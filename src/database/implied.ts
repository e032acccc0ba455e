import { modelOf, relationOf, type RelationField, type Schema } from '../model/model.ts';
import { all, always, any, bigIntText, not, some, type Filter } from '../policy/filter.ts';

/**
 * A rule for rows that are reached from another row, without what that row proves: it was read, so its own rule holds.
 * "Readable where its site is" need not be asked again of each observation below a site.
 *
 * @param fact what holds for the row from which `relation` leads here.
 */
export function withoutImplied(rule: Filter, fact: Filter, relation: RelationField, schema: Schema): Filter {
  if (relation.opposite === undefined) return rule;
  const back = relationOf(modelOf(schema, relation.target), relation.opposite);
  const known = factsOf(fact);
  const simplify = (filter: Filter): Filter => {
    switch (filter.kind) {
      case 'all':
        return all(filter.of.map(simplify));
      case 'any':
        return any(filter.of.map(simplify));
      case 'not':
        return not(simplify(filter.of));
      case 'some': {
        if (filter.relation !== back.name) return filter;
        if (isImplied(filter.filter, known)) return always;
        // Of several rows at the other end, another one than that from which we came may be the one that satisfies it.
        return back.list ? filter : some(back.name, withoutFacts(filter.filter, known));
      }
      case 'compare':
        return filter;
    }
  };
  return simplify(rule);
}

/** By their text: the same rule is made anew wherever another goes through it. */
type Facts = ReadonlySet<string>;

const textOf = (filter: Filter) => JSON.stringify(filter, bigIntText);

const factsOf = (fact: Filter): Facts =>
  new Set([textOf(fact), ...(fact.kind === 'all' ? fact.of.flatMap((it) => [...factsOf(it)]) : [])]);

function isImplied(filter: Filter, facts: Facts): boolean {
  if (filter.kind === 'all') return filter.of.every((it) => isImplied(it, facts));
  if (filter.kind === 'any') return facts.has(textOf(filter)) || filter.of.some((it) => isImplied(it, facts));
  return facts.has(textOf(filter));
}

/** Exactly as true on a row for which the facts hold. */
function withoutFacts(filter: Filter, facts: Facts): Filter {
  if (isImplied(filter, facts)) return always;
  if (filter.kind === 'all') return all(filter.of.map((it) => withoutFacts(it, facts)));
  if (filter.kind === 'any') return any(filter.of.map((it) => withoutFacts(it, facts)));
  return filter.kind === 'not' ? not(withoutFacts(filter.of, facts)) : filter;
}
