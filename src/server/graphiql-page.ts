import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import type { Personas } from '../policy/persona.ts';

export function graphiqlPage(_personas: Personas) {
  return { html: renderGraphiQL({ title: 'Pergola' }), headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': "default-src 'self' 'unsafe-inline' 'unsafe-eval' blob: data:; frame-ancestors 'none'" } };
}
