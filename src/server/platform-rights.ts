import { viewerOf } from '../auth/identify.ts';
import type { PlatformRight } from '../policy/platform-right.ts';
import type { IdentityOf } from './identity-of.ts';
import type { Platform } from './platform.ts';

/** Whether the whole API may be shown to whoever asks: introspection, suggestions, GraphiQL, the API as text. */
export type MaySeeDesign = (request: Request) => Promise<boolean>;

/** Whether a request is of somebody who has a right that is about no row. */
export const rightOf =
  ({ database }: Pick<Platform, 'database'>, identityOf: IdentityOf) =>
  (right: PlatformRight) =>
  async (request: Request): Promise<boolean> => {
    const identity = await identityOf(request).catch(() => null);
    return identity !== null && database.as(viewerOf(identity)).policy.has(right);
  };
