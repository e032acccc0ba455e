import { connect, type CallOptions, type ConnectOptions, type Connection } from './connect.ts';
import { PergolaError, type ErrorAnswer } from './errors.ts';
import { modelsOf, type Models } from './generated/models.ts';
import { decodeTreeOf, type Document } from './graphql.ts';

export interface CustomCalls {
  /** Runs a document of your own. @throws PergolaError on any error, a withheld field included. */
  request<Data, Variables>(
    document: Document<Data, Variables>,
    ...rest: Partial<Variables> extends Variables
      ? [variables?: Variables, options?: CallOptions]
      : [variables: Variables, options?: CallOptions]
  ): Promise<Data>;
  /** The same; errors come beside what could be read. @throws PergolaError when nothing could. */
  execute<Data, Variables>(
    document: Document<Data, Variables>,
    variables?: Variables,
    options?: CallOptions,
  ): Promise<{ readonly data: Data; readonly errors: readonly ErrorAnswer[] }>;
}

export type Client = Models & CustomCalls & Pick<Connection, 'run'>;

/** All models, and documents of your own. Where bytes count, `connect` and the operations you use are less. */
export function createClient(options: ConnectOptions): Client {
  const connection = connect(options);
  const execute: CustomCalls['execute'] = async (document, variables, call) => {
    const { text } = document as unknown as { text: string };
    const kind = /(^|[\s}])mutation\b/.test(text) ? 'mutation' : 'query';
    const answer = await connection.send({ text, kind, decode: decodeTreeOf(text), variables }, call);
    return answer as never;
  };
  return {
    ...modelsOf(connection.run),
    run: connection.run,
    execute,
    async request(document, ...[variables, call]) {
      const { data, errors } = await execute(document, variables, call);
      if (errors.length > 0) throw new PergolaError(errors);
      return data;
    },
  };
}
