import { BREAK, GraphQLError, Kind, visit, type DocumentNode, type ExecutionResult, type GraphQLSchema } from 'graphql';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import { forbidden } from '../errors.ts';
import { maskError, ownCode, placeOf } from './mask-error.ts';
import type { ApiShownTo } from './visible-apis.ts';

/** An answer that is nothing but errors names no more of them: each costs bytes, and the first ones tell enough. */
const maxErrors = 3;

interface Options {
  /** The whole of it, which runs everything but introspection. */
  readonly api: GraphQLSchema;
  readonly apiShownTo: ApiShownTo;
  /** Whether messages suggest names to everybody: in development. */
  readonly suggests: boolean;
}

/**
 * Lets introspection see what the viewer may use of the API, or refuses it; and takes out of messages what the caller
 * has not sent: suggestions, and names of the API.
 */
export const useHiddenDesign = ({ api, apiShownTo, suggests }: Options): Plugin => {
  // A whole introspection takes a fifth of a second in which nothing else is done, and is the same for all of one kind.
  const answers = new WeakMap<GraphQLSchema, WeakMap<DocumentNode, ExecutionResult>>();
  const shown = new WeakMap<Request, GraphQLSchema>();
  return {
    async onParams({ request, params }) {
      if (typeof params.query !== 'string' || !mayIntrospect(params.query)) return;
      const visible = await apiShownTo(request);
      if (visible) shown.set(request, visible);
    },
    onEnveloped({ context, setSchema }) {
      // Said for each request, also where it is the whole API: what was set for the last one would stay.
      setSchema((context && shown.get((context as { request: Request }).request)) ?? api);
    },
    onExecute({ args, setExecuteFn, setResultAndStopExecution }) {
      // Yoga puts it there; the plugin's own types know no context.
      const { request } = args.contextValue as { request: Request };
      if (!introspects(args.document)) return undefined;
      if (!shown.has(request)) {
        setResultAndStopExecution({ errors: [maskError(forbidden('read the API by introspection'))] });
        return undefined;
      }
      if (!isAboutDesignOnly(args.document)) return undefined;
      const ofApi = answers.get(args.schema) ?? new WeakMap<DocumentNode, ExecutionResult>();
      answers.set(args.schema, ofApi);
      const answered = ofApi.get(args.document);
      if (answered) {
        setExecuteFn(() => answered);
        return undefined;
      }
      return {
        onExecuteDone({ result }) {
          if (!isAsyncIterable(result) && result.errors === undefined) ofApi.set(args.document, result);
        },
      };
    },
    async onExecutionResult({ request, result, context, setResult }) {
      if (!result || !('errors' in result) || !result.errors || result.data !== undefined) return;
      const errors = result.errors.slice(0, maxErrors);
      // A request that could not be read has no parameters.
      const query: unknown = (context as { params?: { query?: unknown } }).params?.query;
      // What is suggested is looked up in the whole API, so only who sees the whole is told.
      const hidden = typeof query === 'string' && !suggests && (await apiShownTo(request)) !== api;
      setResult({ ...result, errors: hidden ? errors.map((error) => withoutForeignNames(error, query)) : errors });
    },
  };
};

/** Never false where a document introspects: names have no other spelling. */
const mayIntrospect = (query: string) => /__(?:schema|type)\b/.test(query);

/** One operation without variables, whose every field is the design. */
function isAboutDesignOnly({ definitions }: DocumentNode): boolean {
  const [operation, ...others] = definitions.filter((it) => it.kind === Kind.OPERATION_DEFINITION);
  return (
    operation !== undefined &&
    others.length === 0 &&
    operation.variableDefinitions?.length === 0 &&
    operation.selectionSet.selections.every((it) => it.kind === Kind.FIELD && it.name.value === '__schema')
  );
}

const known = new WeakMap<DocumentNode, boolean>();

function introspects(document: DocumentNode): boolean {
  let found = known.get(document);
  if (found !== undefined) return found;
  found = false;
  visit(document, {
    Field({ name }) {
      if (name.value !== '__schema' && name.value !== '__type') return undefined;
      found = true;
      return BREAK;
    },
  });
  known.set(document, found);
  return found;
}

/** Ours name what the caller sent. Those of GraphQL say what there is instead, and of which type. */
function withoutForeignNames(error: GraphQLError, query: string): GraphQLError {
  if (ownCode(error) !== 'BAD_REQUEST') return error;
  const sent = new Set(query.match(/\w+/g));
  const message = error.message
    .replace(/ ?Did you mean.*$/s, '')
    .replaceAll(/"([^"]*)"/g, (quoted, text: string) =>
      (text.match(/\w+/g) ?? []).every((name) => sent.has(name)) ? quoted : '"…"',
    );
  return new GraphQLError(message, { ...placeOf(error), extensions: error.extensions });
}
