import type { Viewer } from './viewer.ts';

/**
 * Rights that are about no row: `schema:read` shows the API's design, `explain` says why something was denied,
 * `documents:write` adds to the documents that are trusted.
 */
export const platformRights = ['schema:read', 'explain', 'documents:write'] as const;
export type PlatformRight = (typeof platformRights)[number];

/** The roles that have each right. */
export type RolesByRight<RoleName extends string = string> = {
  readonly [R in PlatformRight]: readonly RoleName[];
};

export const noRights: RolesByRight = { 'schema:read': [], explain: [], 'documents:write': [] };

export const isPlatformRight = (text: string): text is PlatformRight => platformRights.some((right) => right === text);

/** By a role, and by a token only where its scopes name the right too. */
export const hasPlatformRight = ({ roles, scopes }: Viewer, right: PlatformRight, rights: RolesByRight): boolean =>
  rights[right].some((role) => roles.includes(role)) && (scopes === undefined || scopes.includes(right));
