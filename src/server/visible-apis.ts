import type { GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import { viewerOf } from '../auth/identify.ts';
import { visibleApi } from '../graphql/visible/visible-api.ts';
import { isModelScope } from '../policy/token-scopes.ts';
import { viewerShape, type Viewer } from '../policy/viewer.ts';
import type { IdentityOf } from './identity-of.ts';
import type { Platform } from './platform.ts';
import type { MaySeeDesign } from './platform-rights.ts';

/** The API as it may be shown to whoever asks; undefined when not at all. */
export type ApiShownTo = (request: Request) => Promise<GraphQLSchema | undefined>;

/** Entries kept: one per set of roles, and of a token's scopes. Each may be as large as the API itself. */
const maxApis = 16;

export function apiShownBy(
  { api, database }: Pick<Platform, 'api' | 'database'>,
  { identityOf, maySeeDesign }: { readonly identityOf: IdentityOf; readonly maySeeDesign: MaySeeDesign },
): ApiShownTo {
  const apis = new LRUCache<string, GraphQLSchema>({ max: maxApis });
  return async (request) => {
    if (!(await maySeeDesign(request))) return undefined;
    const viewer = designViewer(viewerOf((await identityOf(request).catch(() => null)) ?? { kind: 'nobody' }));
    const shape = viewerShape(viewer);
    const known = apis.get(shape) ?? visibleApi(api, viewer, database.as(viewer).policy);
    apis.set(shape, known);
    return known;
  };
}

/** A token of rights on the platform only, such as `schema:read`, is of a tool that reads the API for its owner. */
function designViewer(viewer: Viewer): Viewer {
  const { scopes, ...owner } = viewer;
  return scopes?.some(isModelScope) ? viewer : owner;
}
