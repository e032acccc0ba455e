import { execute, parse } from 'graphql';
import { openDatabase } from '../../../src/database/database.ts';
import { buildApi } from '../../../src/graphql/build-api.ts';
import type { Context } from '../../../src/graphql/context.ts';
import { inOrder } from '../../../src/server/error-order.ts';
import { maskError } from '../../../src/server/mask-error.ts';
import { noAccount } from '../../support/no-account.ts';
import { policiesOf } from './policies.ts';
import type { Answer, OpenService } from './service.ts';

/** Without a server: documents are executed as the server would, for viewers that need not sign in. */
export const openEngine: OpenService = async (urls, { schema, names, datamodel }, texts) => {
  const policies = policiesOf(texts, schema);
  const api = buildApi(schema, policies, [], datamodel);
  const databases = await Promise.all(urls.map((url) => openDatabase(url, schema, policies)));
  return {
    api,
    names,
    policies: texts,
    async ask({ text, variables }, viewer) {
      const document = parse(text);
      const [answer, ...others] = await Promise.all(
        databases.map(async (database): Promise<Answer> => {
          const contextValue: Context = { viewer, database: database.as(viewer), ...noAccount };
          const result = await execute({ schema: api, document, variableValues: variables, contextValue });
          const errors = inOrder(result).map(maskError);
          return {
            text: JSON.stringify({ ...(errors.length > 0 && { errors }), data: result.data }),
            causes: errors.flatMap(({ originalError }) => originalError?.stack ?? []),
          };
        }),
      );
      const other = others.find((it) => it.text !== answer!.text);
      if (!other) return answer!;
      return { ...answer!, elsewhere: [other.text, ...other.causes].join('\n') };
    },
    async [Symbol.asyncDispose]() {
      for (const database of databases) await database.close();
    },
  };
};
