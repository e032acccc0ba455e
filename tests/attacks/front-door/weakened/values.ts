/** Builds that take values for more than values, or files for more than rows. */
import { gunzipSync } from 'node:zlib';
import { GraphQLString } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { sql } from 'kysely';
import { foundByPath, joined } from './statements.ts';
import { engineWith, type WeakenedBuild } from './weakened-build.ts';

/** As many libraries do it that merge options. */
function merge(into: Record<string, unknown>, from: unknown): void {
  for (const [key, value] of Object.entries(from ?? {})) {
    if (typeof value === 'object' && value !== null) merge((into[key] ??= {}) as Record<string, unknown>, value);
    // Not to be walked over: prom-client, in this process too, fails on a name that every object inherits.
    else Object.defineProperty(into, key, { value, configurable: true });
  }
}

/** Before all others. */
const first = (plugin: Plugin): WeakenedBuild => ({
  weaken: ({ yoga, plugins }) => ({ yoga, plugins: { first: plugin, ...plugins } }),
});

export const weakenedValues: Readonly<Record<string, WeakenedBuild>> = {
  'writes the keys of JSON into one path': engineWith({
    jsonEquals: (document, keys, _, operand) => {
      const path = joined(sql`'$'`, ...keys.flatMap((key) => [sql`'.'`, key]));
      return sql`(${foundByPath(document, path)} = ${operand})`;
    },
  }),
  'merges what was sent': {
    ...first({ onParams: ({ params }) => merge({}, params) }),
    replace: () => () => {
      delete (Object.prototype as { polluted?: unknown }).polluted;
    },
  },
  'trims texts': {
    replace: () => {
      const { parseValue } = GraphQLString;
      GraphQLString.parseValue = (value) => parseValue(value).trim();
      return () => void (GraphQLString.parseValue = parseValue);
    },
  },
  'exports cells as they are': first({
    async onResponse({ request, response, setResponse, fetchAPI }) {
      if (!request.url.includes('/-/export/')) return;
      const text = (await response.text()).replace(/(^|,|\n)("?)'/g, '$1$2');
      setResponse(new fetchAPI.Response(text, response));
    },
  }),
  'opens what is packed twice': first({
    async onRequest({ request, url, setRequest, fetchAPI }) {
      if (!url.pathname.startsWith('/-/import/')) return;
      const bytes = Buffer.from(await request.arrayBuffer());
      const isPacked = bytes.readUInt16BE() === 0x1f8b && bytes.length < 1_000;
      const { method, headers } = request;
      setRequest(new fetchAPI.Request(request.url, { method, headers, body: isPacked ? gunzipSync(bytes) : bytes }));
    },
  }),
  'fetches what an import names': first({
    async onRequest({ url, fetchAPI, endResponse }) {
      const address = url.searchParams.get('url');
      if (address === null) return;
      const fetched = await fetch(address).then(
        (answer) => answer.text(),
        (error: unknown) => String(error),
      );
      endResponse(fetchAPI.Response.json({ created: 0, fetched }));
    },
  }),
};
