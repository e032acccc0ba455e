import { expect, it } from 'vitest';
import { grantScopes } from '../../src/auth/grant-scopes.ts';
import type { Viewer } from '../../src/policy/viewer.ts';
import { openTemporaryRows } from '../support/temporary-rows.ts';

it('grants the scopes that their owner has', async () => {
  await using rows = await openTemporaryRows();
  const [editor, admin] = [await rows.signIn('editor'), await rows.signIn('admin')];
  expect(grantScopes(['City:read,create', '*:read'], editor)).toEqual(['*:read', 'City:create', 'City:read']);
  expect(grantScopes(['schema:read', 'User:read,update'], admin)).toEqual(['User:read', 'User:update', 'schema:read']);
});

it.each([
  ['City:create', 'FORBIDDEN', 'You may not grant City:create, which you do not have.'],
  ['Session:read', 'FORBIDDEN', 'You may not grant Session:read, which you do not have.'],
  ['schema:read', 'FORBIDDEN', 'You may not grant schema:read, which you do not have.'],
  [
    'User:update',
    'BAD_INPUT',
    'The scope User:update grants nothing alone: what is changed or pointed at must be readable.',
  ],
  ['*:link', 'BAD_INPUT', 'The scope *:link grants nothing alone: what is changed or pointed at must be readable.'],
])('grants no %s to a token of somebody without roles', async (scope, code, fact) => {
  await using rows = await openTemporaryRows();
  const owner = await rows.signIn();
  expect(() => grantScopes([scope], owner)).toThrow(expect.objectContaining({ code, fact, inputPath: 'scopes' }));
});

it('gives a right on the platform by role, and to tokens with the scope only', async () => {
  await using rows = await openTemporaryRows();
  const admin: Viewer = { kind: 'user', id: 'root', roles: ['admin'] };
  const viewers: Viewer[] = [
    admin,
    { ...admin, scopes: ['schema:read'] },
    { ...admin, scopes: ['*:read'] },
    { ...admin, roles: ['editor'], scopes: ['schema:read'] },
  ];
  expect(viewers.map((viewer) => rows.database.as(viewer).policy.has('schema:read'))).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
