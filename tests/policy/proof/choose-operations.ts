import { fitOperation } from './fit-operation.ts';
import type { Operation } from './operation.ts';
import type { Plan } from './plan.ts';
import { expectedAnswer } from './reference/answer.ts';
import { Rights } from './reference/rights.ts';
import type { Service } from './service.ts';

/** An operation as each viewer asks it: undefined for whom nothing is left of it. */
export type Fitted = readonly (Operation | undefined)[];

/** Every tenth is taken as it comes, and the others for what is hidden in their answers. */
const unbiasedShare = 0.1;

/** Of the plan's candidates those that meet hidden rows and hidden fields for most viewers. */
export function chooseOperations(plan: Plan, count: number, service: Service): Fitted[] {
  const { world, policies, viewers } = plan;
  const rights = viewers.map((viewer) => new Rights(world, policies, viewer));
  const all = plan.candidates.map(({ operation, daring }): Fitted => {
    return viewers.map((viewer) => {
      const facts = { shape: world.shape, policies, viewer };
      return fitOperation(operation, { facts, api: service.api, names: service.names, daring });
    });
  });
  const meets = (operation: Operation | undefined, at: number) => {
    if (!operation) return false;
    const question = { world, policies, viewer: viewers[at]!, operation, place: () => undefined };
    const { met } = expectedAnswer(question, rights[at]!);
    return met.rows > 0 && met.fields > 0;
  };
  const first = Math.floor(count * unbiasedShare);
  const rated = all.slice(first).map((fitted) => ({ fitted, rating: fitted.filter(meets).length }));
  const best = rated.toSorted((a, b) => b.rating - a.rating).map(({ fitted }) => fitted);
  return [...all.slice(0, first), ...best].slice(0, count);
}
