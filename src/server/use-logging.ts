import { getOperationAST, Kind, type ExecutionArgs, OperationTypeNode } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Logger } from 'pino';
import type { Context } from '../graphql/context.ts';
import { maskError, ownCode } from './mask-error.ts';
import { operationHash } from './operation-hash.ts';
import { requestIdOf } from './use-request-id.ts';

type ServerContext = Context & { readonly request: Request; readonly params?: { readonly query?: string | null } };

/**
 * One line for each operation: who, what, how long, how many statements and rows, and the codes of what was refused,
 * failed sign-ins among them. Of a mutation its fields are named, so that those that succeeded are found too. No values
 * of the caller's.
 */
export function useLogging(logger: Logger): Plugin<Context> {
  return {
    onExecute({ args }) {
      const started = performance.now();
      return {
        onExecuteDone({ result }) {
          if (!logger.isLevelEnabled('info')) return;
          const codes = codesIn(result);
          const { viewer, database, request, params } = args.contextValue as ServerContext;
          logger.info(
            {
              requestId: requestIdOf(request),
              operation: getOperationAST(args.document, args.operationName)?.name?.value.slice(0, 100) ?? null,
              hash: operationHash(params?.query ?? ''),
              ...mutationFields(args),
              viewer: viewer.kind,
              ...(viewer.id !== null && { user: viewer.id }),
              milliseconds: Math.round(performance.now() - started),
              statements: database.statements,
              rows: database.rows,
              ...(codes.length > 0 && { codes }),
            },
            'operation',
          );
        },
      };
    },
  };
}

/** By their names in the API, not the caller's aliases. What stands in fragments is not looked for. */
function mutationFields({ document, operationName }: ExecutionArgs): { fields?: string[] } {
  const operation = getOperationAST(document, operationName);
  if (operation?.operation !== OperationTypeNode.MUTATION) return {};
  const names = operation.selectionSet.selections.map((it) => (it.kind === Kind.FIELD ? it.name.value : '…'));
  return { fields: [...new Set(names)] };
}

/** Each once. */
function codesIn(result: object): string[] {
  const errors = 'errors' in result && Array.isArray(result.errors) ? (result.errors as unknown[]) : [];
  return [...new Set(errors.map((error) => ownCode(maskError(error))))];
}
