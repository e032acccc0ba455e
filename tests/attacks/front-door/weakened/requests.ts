/** Builds of the server that lack one part each of what looks at requests. What they let through is what that part is for. */
import { GraphQLError, GraphQLInt, GraphQLString, specifiedRules, validate } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { sql } from 'kysely';
import { pageSizes } from '../../../../src/limits/operation-limits.ts';
import { useHiddenDesign } from '../../../../src/server/use-hidden-design.ts';
import { useRequestId } from '../../../../src/server/use-request-id.ts';
import { useSchemaText } from '../../../../src/server/use-schema-text.ts';
import { inText, joined } from './statements.ts';
import { engineWith, unlimited, withContext, without, type WeakenedBuild } from './weakened-build.ts';

const endless = { max: Infinity, windowSeconds: 60 };

export const weakenedRequests: Readonly<Record<string, WeakenedBuild>> = {
  'takes more than JSON': without('jsonOnly'),
  'takes forms': {
    weaken: ({ yoga, plugins }) => ({ yoga: { ...yoga, multipart: true }, plugins: { ...plugins, jsonOnly: false } }),
  },
  'takes broken JSON': {
    weaken: ({ yoga, plugins }) => {
      const mending: Plugin = {
        onRequestParse: ({ setRequestParser }) =>
          setRequestParser(async (request) => {
            const text = await request.text();
            return { query: /"query":"([^"]*)"/.exec(text)?.[1] ?? '' };
          }),
      };
      return { yoga, plugins: { ...plugins, mending } };
    },
  },
  'takes anything for a text': {
    replace: () => {
      const { parseValue } = GraphQLString;
      GraphQLString.parseValue = (value) => value as string;
      return () => void (GraphQLString.parseValue = parseValue);
    },
  },
  'writes values into statements': { replace: inText },
  'compares by LIKE': engineWith({
    contains: (text, part) => sql`${text} like ${joined(sql`'%'`, part, sql`'%'`)}`,
    startsWith: (text, part) => sql`${text} like ${joined(part, sql`'%'`)}`,
    endsWith: (text, part) => sql`${text} like ${joined(sql`'%'`, part)}`,
  }),
  'finds every part of JSON': engineWith({ jsonIsAbsent: () => sql`(1 = 0)` }),
  'shows the design in circles': {
    weaken: ({ yoga, plugins }) => {
      const rules = specifiedRules.filter(({ name }) => name !== 'MaxIntrospectionDepthRule');
      const circling: Plugin = {
        onValidate: ({ setValidationFn }) => setValidationFn((schema, document) => validate(schema, document, rules)),
      };
      return { yoga, plugins: { ...plugins, circling } };
    },
  },
  'limits no files': unlimited('transfers', 'transfersOfOne'),
  'takes every origin': without('sameOrigin'),
  'takes invalid credentials for none': without('identity'),
  'takes batches': { weaken: ({ yoga, plugins }) => ({ yoga: { ...yoga, batching: true }, plugins }) },
  'shows the design': without('hiddenDesign'),
  'shows the whole design to who may see a part': {
    weaken: ({ yoga, plugins }) => {
      const whole = () => Promise.resolve(yoga.schema);
      const hiddenDesign = useHiddenDesign({ api: yoga.schema, apiShownTo: whole, suggests: false });
      return { yoga, plugins: { ...plugins, hiddenDesign, schemaText: useSchemaText(whole) } };
    },
  },
  'shows GraphiQL to everybody': {
    weaken: ({ yoga, plugins }) => ({ yoga: { ...yoga, graphiql: true }, plugins: { ...plugins, jsonOnly: false } }),
  },
  'echoes headers': {
    weaken: ({ yoga, plugins }) => {
      const echo: ReturnType<typeof useRequestId> = {
        onResponse: ({ request, response }) =>
          response.headers.set('x-request-id', request.headers.get('x-request-id') ?? ''),
      };
      return { yoga, plugins: { ...plugins, requestId: echo } };
    },
  },
  'says that nobody has an address': {
    weaken: ({ yoga, plugins }) => {
      const telling: Plugin = {
        onExecute({ args, setResultAndStopExecution }) {
          const { e } = (args.variableValues ?? {}) as { readonly e?: string };
          if (e?.startsWith('nobody@'))
            setResultAndStopExecution({ errors: [new GraphQLError('Nobody has this e-mail address.')] });
        },
      };
      return { yoga, plugins: { ...plugins, telling } };
    },
  },
  'believes who a header names': withContext((_, { request }) => {
    const role = request.headers.get('x-hasura-role');
    return role === null ? {} : { viewer: { kind: 'user', id: 'somebody', roles: [role] } };
  }),
  'takes a token from the address': withContext((_, { request }) =>
    request.url.includes('access_token=') ? { viewer: { kind: 'token', id: 'somebody', roles: [] } } : {},
  ),
  'takes any number': {
    replace: () => {
      const { parseValue } = GraphQLInt;
      GraphQLInt.parseValue = (value) => Number(value);
      return () => void (GraphQLInt.parseValue = parseValue);
    },
  },
  'limits no body': without('bodyLimit'),
  'limits no nesting': unlimited('nesting', 'tokens', 'depth'),
  'limits no tokens': unlimited('tokens'),
  'limits no depth': unlimited('depth'),
  'limits no aliases': unlimited('aliases', 'rootMutations'),
  'limits no directives': unlimited('directives'),
  'limits no cost': unlimited('nodes'),
  'limits no pages': {
    replace: () => {
      const [sizes, { max }]: [{ max: number }, { max: number }] = [pageSizes, { ...pageSizes }];
      sizes.max = Infinity;
      return () => void (sizes.max = max);
    },
  },
  'limits no lists': unlimited('listEntries'),
  'limits no guesses': { rates: { guesses: endless, signIns: endless } },
  'limits no addresses': { rates: { signIns: endless } },
};
