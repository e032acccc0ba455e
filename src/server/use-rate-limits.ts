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
 * Counts the fields of mutations, and says in `RateLimit-*` headers what is left. `@envelop/rate-limiter` finds the
 * fields, under whatever alias or fragment; our store counts them, because the library's own way (read, then write)
 * lets any number of parallel calls through.
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

  const limiter = useRateLimiter({
    store: new CountingStore(take),
    // The library hands it to the store and does not look at it: the store must know who asks, not only their name.
    identifyFn: (context) => context as string,
    configByField: [{ type: 'Mutation', field: '*', max: 1 }],
  });

  const limited = async (payload: Parameters<NonNullable<Plugin<Context>['onExecute']>>[0]) => {
    await limiter.onExecute?.(payload as never);
  };

  const plugin: Plugin<Context> = {
    onExecute(payload) {
      const { args, setResultAndStopExecution } = payload;
      const operation = getOperationAST(args.document, args.operationName);
      if (operation?.operation !== OperationTypeNode.MUTATION) return undefined;
      // As they come, the library would miss those that have a default. Without all of them nothing is executed.
      const variables = getVariableValues(args.schema, operation.variableDefinitions ?? [], args.variableValues ?? {}, {
        maxErrors: 1,
      });
      if (!variables.coerced) return undefined;
      const { request } = args.contextValue as Asking;
      // Its own answer says 429 where Yoga does not read it, with a Retry-After that no client reads.
      const refuse = () => setResultAndStopExecution({ errors: [maskError(new RateLimited(tightest.get(request)!))] });
      return limited({
        ...payload,
        args: { ...args, variableValues: variables.coerced },
        setResultAndStopExecution: refuse,
      });
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
