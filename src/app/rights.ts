import type { Role } from '../generated/model-types.ts';
import type { RolesByRight } from '../policy/platform-right.ts';

/** Who has the rights that are about no row. */
export const rights: RolesByRight<Lowercase<Role>> = {
  /** Reads the API's design: introspection, `/-/schema.graphql`, of what they may use. In development everybody does. */
  'schema:read': ['admin'],
  /** Is told why something was denied, which tells that a hidden row is there. */
  explain: ['admin', 'editor'],
  /** Adds to the documents that are trusted. */
  'documents:write': ['admin'],
};
