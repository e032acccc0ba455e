import { createHash } from 'node:crypto';
import {
  getOperationAST,
  OperationTypeNode,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import type { GraphQLParams, Plugin } from 'graphql-yoga';
import type { Database, IdempotentRequest } from '../database/database.ts';
import { badInput } from '../errors.ts';
import type { Context } from '../graphql/context.ts';
import { maskError } from './mask-error.ts';
import { rootFieldsOf } from './root-fields.ts';

const header = 'idempotency-key';
const acceptable = /^[\x21-\x7e]{1,255}$/;

/**
 * What a request with an `Idempotency-Key` asks, or undefined without one.
 *
 * @throws BAD_INPUT for a key that is none.
 */
export function idempotentRequest(
  request: Request,
  { query, variables, operationName }: GraphQLParams,
): IdempotentRequest | undefined {
  const key = request.headers.get(header);
  if (key === null) return undefined;
  if (!acceptable.test(key))
    throw badInput('The Idempotency-Key is no key.', 'Use 1 to 255 visible characters, such as a UUID.');
  const asked = JSON.stringify([query ?? null, variables ?? null, operationName ?? null]);
  return { key, bodyHash: createHash('sha256').update(asked).digest('hex') };
}

type ServerContext = Context & { readonly request: Request };

/** One answer as it is kept: what was sent, byte by byte. */
interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/**
 * A mutation with an `Idempotency-Key` takes effect once: its transactions note themselves (`database/write/idempotency.ts`),
 * and the answer is kept and given again, for 24 hours, to the same viewer only.
 */
export function useIdempotency({ answers }: Pick<Database, 'answers'>): Plugin<Context> {
  const repeated = new WeakMap<Request, Answer>();
  const awaited = new WeakMap<Request, Context>();
  return {
    async onExecute({ args, setResultAndStopExecution }) {
      const { idempotent, viewer, request } = args.contextValue as ServerContext;
      const operation = getOperationAST(args.document, args.operationName);
      // Queries have no effect to repeat.
      if (!idempotent || operation?.operation !== OperationTypeNode.MUTATION) return;
      try {
        refuseWhatIsNotKept(operation, args.document, args.schema);
        // Guests are one viewer to us, and would get each other's answers.
        if (viewer.id === null)
          throw badInput('Nobody is signed in to keep an answer for.', 'Sign in, or leave the Idempotency-Key out.');
        if (!answers)
          throw badInput(
            'The schema has no model IdempotencyRecord to keep answers in.',
            'Leave the Idempotency-Key out.',
          );
        const kept = await answers.claim(viewer, idempotent);
        if (kept === undefined) {
          awaited.set(request, args.contextValue);
          return;
        }
        repeated.set(request, JSON.parse(kept) as Answer);
        setResultAndStopExecution({ data: null });
      } catch (error) {
        setResultAndStopExecution({ errors: [maskError(error)] });
      }
    },
    async onResponse({ request, response, setResponse, fetchAPI }) {
      const known = repeated.get(request);
      if (known) {
        const headers = { 'content-type': known.contentType, 'idempotency-replayed': 'true' };
        setResponse(new fetchAPI.Response(known.body, { status: known.status, headers }));
        return;
      }
      const context = awaited.get(request);
      if (!context?.idempotent || !isFinal(response.status)) return;
      const contentType = response.headers.get('content-type') ?? '';
      // A stream of events is not read to its end before it is sent: its repetition is answered from what was done.
      if (!contentType.includes('json')) return;
      const body = await response.clone().text();
      if (isOurFault(body)) return;
      const answer = JSON.stringify({ status: response.status, contentType, body } satisfies Answer);
      // What was done is noted with it, so an answer that cannot be kept is no reason to withhold it.
      await answers?.keep(context.viewer, context.idempotent, answer).catch(() => {});
    },
  };
}

/** What went wrong on our side may go well the next time. */
function isOurFault(body: string): boolean {
  const { errors = [] } = JSON.parse(body) as { errors?: { extensions?: { code?: string } }[] };
  return errors.some(({ extensions }) => ['INTERNAL', 'DATABASE_UNAVAILABLE'].includes(extensions?.code ?? ''));
}

const isFinal = (status: number) => status < 500 && status !== 429;

/** An answer that holds a secret is not written down. */
function refuseWhatIsNotKept(operation: OperationDefinitionNode, document: DocumentNode, schema: GraphQLSchema) {
  const fields = schema.getMutationType()?.getFields() ?? {};
  const secret = rootFieldsOf(operation, document).find((name) => fields[name]?.extensions['answersSecret'] === true);
  if (secret !== undefined)
    throw badInput(`The answer of ${secret} holds a secret, which is not kept.`, 'Send it without an Idempotency-Key.');
}
