import { fitOperation } from './fit-operation.ts';
import { isOrdered, type Operation } from './operation.ts';
import type { Plan } from './plan.ts';
import { expectedAnswer } from './reference/answer.ts';
import { Rights } from './reference/rights.ts';
import type { Service } from './service.ts';

/** An operation as each viewer asks it: undefined for whom nothing is left of it. */
export type Fitted = readonly (Operation | undefined)[];

/**
 * Of each kind among the plan's candidates the better half: what meets hidden rows and hidden fields for most viewers,
 * and hidden fields in filters, orders and figures more than others.
 */
export function chooseOperations(plan: Plan, service: Service): Fitted[] {
  const { world, policies, viewers } = plan;
  const rights = viewers.map((viewer) => new Rights(world, policies, viewer));
  const rate = (operation: Operation | undefined, at: number): number => {
    if (!operation) return 0;
    const question = { world, policies, viewer: viewers[at]!, operation, place: () => undefined };
    const { met, refused } = expectedAnswer(question, rights[at]!);
    const counts = refused || (met.rows > 0 && met.fields > 0);
    return Number(counts) + Number(counts && met.uses > 0);
  };
  const rated = plan.candidates.map(({ operation, daring }) => {
    const fitted = viewers.map((viewer) => {
      const facts = { shape: world.shape, policies, viewer };
      return fitOperation(operation, { facts, api: service.api, names: service.names, daring });
    });
    return {
      kind: isOrdered(operation) ? 'ordered' : operation.kind,
      fitted,
      rating: fitted.map(rate).reduce((sum, it) => sum + it, 0),
    };
  });
  const kinds = new Set(rated.map(({ kind }) => kind));
  return [...kinds].flatMap((kind) => {
    const ofKind = rated.filter((it) => it.kind === kind).toSorted((a, b) => b.rating - a.rating);
    return ofKind.slice(0, Math.ceil(ofKind.length / 2)).map(({ fitted }) => fitted);
  });
}
