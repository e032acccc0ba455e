import {
  getOperationAST,
  getVariableValues,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type OperationDefinitionNode,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { PergolaError } from '../errors.ts';
import type { Context } from '../graphql/context.ts';
import { refuseDeepText, refuseDeepValue } from '../limits/nesting.ts';
import { costOf } from '../limits/operation-cost.ts';
import type { OperationLimits } from '../limits/operation-limits.ts';
import { refuseLargeDocument, refuseLongLists } from '../limits/operation-shape.ts';
import { maskError } from './mask-error.ts';

interface Options {
  readonly limits: OperationLimits;
  /** Told what an operation costs, before it runs. Throws to refuse it. */
  readonly onCost: (cost: number, context: Context & { readonly request: Request }) => Promise<void> | void;
  /** Whether the answer says what it cost. */
  readonly showCost: boolean;
}

/** How much one operation may ask, from what is cheap to look at to what needs the API and the variables. */
export function useOperationLimits({ limits, onCost, showCost }: Options): Plugin<Context> {
  return {
    onParams({ params }) {
      // Before anything is parsed that a parser would call itself for.
      if (typeof params.query === 'string') refuseDeepText(params.query, limits.nesting);
      refuseDeepValue(params.variables, limits.nesting);
      refuseDeepValue(params.extensions, limits.nesting);
      refuseLongLists(params.variables, limits);
    },
    onParse({ parseFn, setParseFn }) {
      setParseFn((source, options) => parseFn(source, { ...options, maxTokens: limits.tokens }));
    },
    onValidate({ validateFn, setValidationFn }) {
      setValidationFn((schema, document: DocumentNode, ...rest) => {
        try {
          refuseLargeDocument(document, limits);
        } catch (error) {
          return [maskError(error)];
        }
        return validateFn(schema, document, ...rest);
      });
    },
    async onExecute({ args, executeFn, setExecuteFn, setResultAndStopExecution }) {
      let cost: number | undefined;
      try {
        cost = cachedCostOf(args, limits);
        if (cost !== undefined) await onCost(cost, args.contextValue);
      } catch (error) {
        setResultAndStopExecution({ errors: [maskError(error)] });
        return undefined;
      }
      setExecuteFn((given: ExecutionArgs) => inTime(executeFn(given) as Promise<ExecutionResult>, limits.seconds));
      if (!showCost) return undefined;
      return {
        onExecuteDone({ result, setResult }) {
          if (!('errors' in result || 'data' in result)) return;
          setResult({ ...result, extensions: { ...result.extensions, cost } });
        },
      };
    },
  };
}

/** Of operations whose cost does not depend on their variables. */
const costs = new WeakMap<OperationDefinitionNode, number>();

function cachedCostOf(args: ExecutionArgs, limits: OperationLimits): number | undefined {
  const definition = getOperationAST(args.document, args.operationName);
  if (!definition) return undefined;
  const known = costs.get(definition);
  if (known !== undefined && !sizesPages(definition, args.variableValues)) return known;
  const cost = costOfOperation(definition, args, limits);
  if (!sizesPages(definition, args.variableValues)) costs.set(definition, cost);
  return cost;
}

/** Whether a variable may be a page size, a condition or a list: a text and a filter are none. */
function sizesPages({ variableDefinitions = [] }: OperationDefinitionNode, values: ExecutionArgs['variableValues']) {
  return variableDefinitions.some(({ variable, defaultValue }) => {
    const value = values?.[variable.name.value] ?? null;
    return defaultValue !== undefined || Array.isArray(value) || !['string', 'object'].includes(typeof value);
  });
}

/** @throws TOO_COMPLEX; the first of what is wrong with the variables. */
function costOfOperation(
  definition: OperationDefinitionNode,
  { schema, document, variableValues }: ExecutionArgs,
  limits: OperationLimits,
): number {
  const { coerced, errors: [error] = [] } = getVariableValues(
    schema,
    definition.variableDefinitions ?? [],
    variableValues ?? {},
    {
      // Each of thousands of mistakes would be described together with all the others.
      maxErrors: 1,
    },
  );
  if (error) throw error;
  if (!coerced) return 0;
  return costOf({ schema, document, definition, variables: coerced }, limits);
}

/** What has begun may still be done, when the caller has been told: a statement that runs is ended by the database. */
async function inTime(result: Promise<ExecutionResult> | ExecutionResult, seconds: number): Promise<ExecutionResult> {
  if (!(result instanceof Promise)) return result;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<ExecutionResult>((resolve) => {
    timer = setTimeout(() => resolve({ errors: [maskError(timedOut(seconds))] }), seconds * 1000);
  });
  try {
    return await Promise.race([result, late]);
  } finally {
    clearTimeout(timer);
  }
}

const timedOut = (seconds: number) =>
  new PergolaError(
    'TIMED_OUT',
    `The operation took longer than ${seconds} seconds.`,
    'Ask for less. What a mutation has begun may be done: look before you repeat it.',
  );
