import type { GraphQLError, GraphQLResolveInfo } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { ViewerDatabase } from '../database/database.ts';
import type { Explanation } from '../database/explain.ts';
import { refusedRightOf, type RefusedRight } from '../database/refused-right.ts';
import type { Context, Explanations } from '../graphql/context.ts';

interface Refusal {
  readonly path: readonly (string | number)[];
  readonly inputPath?: unknown;
  readonly refused: RefusedRight;
}

class Noted implements Explanations {
  readonly refusals: Refusal[] = [];

  note(path: GraphQLResolveInfo['path'], refused: RefusedRight): void {
    this.refusals.push({ path: pathOf(path), refused });
  }
}

const pathOf = (path: GraphQLResolveInfo['path'] | undefined): (string | number)[] =>
  path ? [...pathOf(path.prev), path.key] : [];

/** For a viewer with the right `explain` who sends `x-pergola-explain: policy`; everybody else is answered as ever. */
export const explanationsFor = ({ headers }: Request, { policy }: ViewerDatabase): Explanations | undefined =>
  headers.get('x-pergola-explain') === 'policy' && policy.has('explain') ? new Noted() : undefined;

/** What can be explained in one answer; each takes some statements. */
const maxExplained = 100;

/** Says in `extensions.policy`, for each refused field, row and argument, which clause of which rule did not hold. */
export const useExplain = (): Plugin => ({
  async onExecutionResult({ result, context, setResult }) {
    const { explanations, database } = context as unknown as Context;
    if (!(explanations instanceof Noted) || !result || Symbol.asyncIterator in result) return;
    const all = [...(result.errors ?? []).flatMap(refusalOf), ...explanations.refusals];
    const policy: (Omit<Refusal, 'refused'> & Explanation)[] = [];
    // One after the other: an explanation is for a person, and must not take the connections of those who work.
    for (const { refused, ...place } of all.slice(0, maxExplained))
      policy.push({ ...place, ...(await database.explain(refused)) });
    setResult({ ...result, extensions: { ...result.extensions, policy } });
  },
});

function refusalOf(error: GraphQLError): Refusal[] {
  const refused = refusedRightOf(error) ?? (error.originalError ? refusedRightOf(error.originalError) : undefined);
  if (!refused) return [];
  const { inputPath } = error.extensions;
  return [{ path: error.path ?? [], ...(inputPath !== undefined && { inputPath }), refused }];
}
