import { randomBytes } from 'node:crypto';
import { isObjectType, type GraphQLSchema } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { viewerOf, type Identity } from '../auth/identify.ts';
import { Values } from '../database/values.ts';
import type { Model } from '../model/model.ts';
import { all } from '../policy/filter.ts';
import { homePage } from './home-page.ts';
import type { IdentityOf } from './identity-of.ts';
import type { Platform } from './platform.ts';

interface Options {
  readonly publicUrl: string;
  readonly development: boolean;
  readonly identityOf: IdentityOf;
}

/** `/`: in development for everybody, else for who has the right `schema:read`: it tells the whole schema. */
export const useHomePage = (
  { api, database }: Pick<Platform, 'api' | 'database'>,
  { publicUrl, development, identityOf }: Options,
): Plugin => ({
  async onRequest({ request, url, fetchAPI, endResponse }) {
    if (url.pathname !== '/' || request.method !== 'GET') return;
    const identity = (await identityOf(request)) ?? nobody;
    const rows = database.as(viewerOf(identity));
    if (!development && !rows.policy.has('schema:read')) return;
    const shown = [...database.schema.models.values()].flatMap((model) => inApi(model, api) ?? []);
    const counted = await Promise.all(
      shown.map(async (model) => {
        const read = { kind: 'aggregate', model: model.name, filter: all([]), functions: [{ name: 'count' }] } as const;
        const [count] = await rows.aggregate(read, new Values());
        return { model, rows: Number(count) };
      }),
    );
    const nonce = randomBytes(16).toString('base64');
    const headers = {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': `default-src 'none'; style-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    };
    const name = identity.kind === 'nobody' ? 'guest' : identity.user.email;
    const page = homePage({ models: counted, viewer: name, publicUrl, development }, nonce);
    endResponse(new fetchAPI.Response(page, { headers }));
  },
});

/** The model with the fields that the API has; undefined when it has none of it. */
function inApi(model: Model, api: GraphQLSchema): Model | undefined {
  const type = api.getType(model.name);
  if (!isObjectType(type)) return undefined;
  const fields = type.getFields();
  return { ...model, fields: new Map([...model.fields].filter(([name]) => Object.hasOwn(fields, name))) };
}

const nobody: Identity = { kind: 'nobody' };
