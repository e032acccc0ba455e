import { execute, parse } from 'graphql';
import { openDatabase } from '../../../src/database/database.ts';
import { buildApi } from '../../../src/graphql/build-api.ts';
import type { Context } from '../../../src/graphql/context.ts';
import { maskError } from '../../../src/server/mask-error.ts';
import { noAccount } from '../../support/no-account.ts';
import { policiesOf } from './policies.ts';
import type { OpenService } from './service.ts';

/** Without a server: documents are executed as the server would, for viewers that need not sign in. */
export const openEngine: OpenService = async (url, { schema, names, datamodel }, texts) => {
  const policies = policiesOf(texts, schema);
  const api = buildApi(schema, policies, [], datamodel);
  const database = await openDatabase(url, schema, policies);
  return {
    api,
    names,
    policies: texts,
    async ask({ text, variables }, viewer) {
      const contextValue: Context = {
        viewer,
        database: database.as(viewer),
        ...noAccount,
      };
      const result = await execute({ schema: api, document: parse(text), variableValues: variables, contextValue });
      const errors = (result.errors ?? []).map(maskError);
      return {
        text: JSON.stringify({ ...(errors.length > 0 && { errors }), data: result.data }),
        causes: errors.flatMap(({ originalError }) => originalError?.stack ?? []),
      };
    },
    [Symbol.asyncDispose]: () => database.close(),
  };
};
