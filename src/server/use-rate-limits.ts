import { Store, useRateLimiter, type Identity } from '@envelop/rate-limiter';
import { getOperationAST, getVariableValues, OperationTypeNode } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Context } from '../graphql/context.ts';
import { addressKey } from '../limits/address-key.ts';
import type { Budget, Counter, Verdict } from '../limits/counter.ts';
import { RateLimited, wholeSeconds } from '../limits/rate-limiter.ts';
import { askerKey, budgetsOfMutation, type RateLimits } from '../limits/rate-limits.ts';
import type { AddressOf } from './client-address.ts';
import { maskError } from './mask-error.ts';
import { rootFieldsOf } from './root-fields.ts';

interface Options {
  readonly counter: Counter;
  readonly limits: RateLimits;
  /** What costs no more is not counted: most operations then need no round trip to a counter. */
  readonly freeNodes: number;
  readonly addressOf: AddressOf;
}

type Asking = Context & { readonly request: Request };

/** The budget that is nearest to its end, of those that a request took from. */
type Tightest = Verdict & { readonly budget: Budget };

export interface RateLimiting {
  readonly plugin: Plugin<Context>;
  /** @throws RATE_LIMITED */
  takeCost(cost: number, asking: Asking): Promise<void> | void;
}

/**
 * Counts the fields of mutations, and says in `RateLimit-*` headers what is left. `@envelop/rate-limiter` judges each;
 * our store counts them, because the library's own way (read, then write) lets any number of parallel calls through.
 */
export function useRateLimits({ counter, limits, freeNodes, addressOf }: Options): RateLimiting {
  const tightest = new WeakMap<Request, Tightest>();

  const addressKeyOf = (asking: Asking) => addressKey(addressOf(asking, asking.request));

  async function count({ key, budget, amount }: { key: string; budget: Budget; amount: number }, request: Request) {
    const verdict = await counter.take(key, budget, amount);
    const known = tightest.get(request);
    if (!known || share(verdict, budget) <= share(known, known.budget)) tightest.set(request, { ...verdict, budget });
    return verdict.allowed;
  }

  async function take(name: string, asking: Asking): Promise<boolean> {
    const asker = { viewer: asking.viewer, address: addressKeyOf(asking) };
    for (const one of budgetsOfMutation(name, limits, asker)) {
      if (!(await count({ ...one, amount: 1 }, asking.request))) return false;
    }
    return true;
  }

  async function takeCost(cost: number, asking: Asking): Promise<void> {
    const { viewer, request } = asking;
    const key = `cost:${askerKey({ viewer, address: addressKeyOf(asking) })}`;
    if (!(await count({ key, budget: limits.cost[viewer.kind], amount: cost }, request)))
      throw new RateLimited(tightest.get(request)!);
  }

  const limit = limiterOn(new CountingStore(take));

  const plugin: Plugin<Context> = {
    async onExecute({ args, setResultAndStopExecution }) {
      const { document, operationName, schema, variableValues, contextValue } = args;
      const operation = getOperationAST(document, operationName);
      if (operation?.operation !== OperationTypeNode.MUTATION) return;
      // Without all of its variables nothing is executed.
      const { variableDefinitions = [] } = operation;
      if (!getVariableValues(schema, variableDefinitions, variableValues ?? {}, { maxErrors: 1 }).coerced) return;
      const asking = contextValue as Asking;
      for (const name of rootFieldsOf(operation, document)) {
        if ((await limit(name, asking)) === undefined) continue;
        setResultAndStopExecution({ errors: [maskError(new RateLimited(tightest.get(asking.request)!))] });
        return;
      }
    },
    onResponse({ request, response }) {
      const known = tightest.get(request);
      if (!known) return;
      const retryAfter = response.headers.get('retry-after');
      response.headers.set('ratelimit-limit', String(known.budget.max));
      response.headers.set('ratelimit-remaining', retryAfter === null ? String(known.remaining) : '0');
      response.headers.set('ratelimit-reset', retryAfter ?? String(wholeSeconds(known.resetMs)));
    },
  };
  return { plugin, takeCost: (cost, asking) => (cost > freeNodes ? takeCost(cost, asking) : undefined) };
}

const share = ({ allowed, remaining }: Verdict, { max }: Budget) => (allowed ? remaining / max : -1);

/** Why a field may not run; undefined where it may. */
type LimitField = (
  field: string,
  asked: { readonly args: object; readonly context: Asking },
  budget: { readonly max: number },
) => Promise<string | undefined>;

/**
 * The library's own limiter, which it hands to resolvers. Where its plugin looks for the fields itself, it walks through
 * the document with all values at every request: a tenth of what a small mutation takes.
 */
function limiterOn(store: Store): (field: string, asking: Asking) => Promise<string | undefined> {
  let limiter: LimitField | undefined;
  // The library hands it to the store and does not look at it: the store must know who asks, not only their name.
  const plugin = useRateLimiter({ store, identifyFn: (context) => context as string });
  const extendContext = ({ rateLimiterFn }: { rateLimiterFn: LimitField }) => (limiter = rateLimiterFn);
  // Its types ask for a whole request, of which it uses this.
  void plugin.onContextBuilding?.({ extendContext } as never);
  if (!limiter) throw new Error('@envelop/rate-limiter hands out no limiter.');
  const limit = limiter;
  return (field, context) => limit(field, { args: {}, context }, { max: 1 });
}

/** Answers the library as if each field had a budget of one: unused where the field may run, used up where not. */
class CountingStore extends Store {
  readonly #take: (field: string, asking: Asking) => Promise<boolean>;

  constructor(take: (field: string, asking: Asking) => Promise<boolean>) {
    super();
    this.#take = take;
  }

  override async getForIdentity({ contextIdentity, fieldIdentity }: Identity): Promise<number[]> {
    return (await this.#take(fieldIdentity, contextIdentity as unknown as Asking)) ? [] : [Date.now()];
  }

  override setForIdentity(): void {
    // Counted already, in the same step as it was looked at.
  }
}
