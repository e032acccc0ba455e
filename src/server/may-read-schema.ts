import { viewerOf } from '../auth/identify.ts';
import type { IdentityOf } from './identity-of.ts';
import type { Platform } from './platform.ts';

export interface SchemaReaders {
  readonly development: boolean;
  readonly identityOf: IdentityOf;
}

/** Who may know the API's design: in development everybody, else who has the right `schema:read`. */
export async function mayReadSchema(
  request: Request,
  platform: Platform,
  { development, identityOf }: SchemaReaders,
): Promise<boolean> {
  if (development) return true;
  const identity = await identityOf(request);
  return identity !== null && platform.database.as(viewerOf(identity)).policy.has('schema:read');
}
