import type { Model } from '../../model/model.ts';
import type { Derivation } from './derivation.ts';

interface ArgumentBuilder {
  arg(options: object): unknown;
}

/** The arguments of every list: a filter, an order, and one page. */
export function listArguments(model: Model, derivation: Derivation, t: ArgumentBuilder): Record<string, unknown> {
  const names = derivation.namesOf(model.name);
  return {
    where: t.arg({ type: derivation.inputOf(names.where) }),
    orderBy: t.arg({ type: [derivation.inputOf(names.orderBy)] }),
    first: t.arg({ type: 'Int', description: 'How many from the start; 20 unless told, 100 at most.' }),
    after: t.arg({ type: 'String' }),
    last: t.arg({ type: 'Int', description: 'How many from the end.' }),
    before: t.arg({ type: 'String' }),
  };
}
