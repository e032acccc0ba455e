/** What an API token may do: what its owner may, within its scopes. */
import { describe, expect, it } from 'vitest';
import { policies as drafts } from '../../src/app/policies/index.ts';
import { generatedDatamodel } from '../../src/generated/datamodel.ts';
import { readDatamodel } from '../../src/model/read-datamodel.ts';
import { checkPolicies } from '../../src/policy/check.ts';
import { isNever, never } from '../../src/policy/filter.ts';
import type { RowVerb } from '../../src/policy/rule.ts';
import { parseScopes, type TokenScopes } from '../../src/policy/token-scopes.ts';
import { viewerShape, type Viewer } from '../../src/policy/viewer.ts';
import { viewerPolicy } from '../../src/policy/viewer-policy.ts';

const schema = readDatamodel(generatedDatamodel);
const policies = checkPolicies(schema, drafts);

const admin: Viewer = { kind: 'user', id: 'root', roles: ['admin'] };
const withScopes = (...scopes: string[]): Viewer => ({ ...admin, kind: 'token', scopes });
const policyOf = (viewer: Viewer) => viewerPolicy(schema, policies, viewer);

const verbs: RowVerb[] = ['read', 'create', 'update', 'delete', 'link'];
/** All that a viewer may do on some row, as scopes. */
const rightsOf = (viewer: Viewer) =>
  [...schema.models.keys()].flatMap((model) =>
    verbs.filter((verb) => !isNever(policyOf(viewer).rows(model, verb))).map((verb) => `${model}:${verb}`),
  );

describe('a viewer with scopes', () => {
  it.each<[TokenScopes, string[]]>([
    [[], []],
    [['Tag:read'], ['Tag:read']],
    [['Observation:create'], ['Observation:create']],
    // What is not readable cannot be changed or pointed at either.
    [['Tag:update', 'Tag:delete', 'Tag:link'], []],
    [
      ['Tag:read', 'Tag:update'],
      ['Tag:read', 'Tag:update'],
    ],
    [['*:create', 'Tag:read'], rightsOf(admin).filter((right) => right.endsWith(':create') || right === 'Tag:read')],
    [['*:read'], rightsOf(admin).filter((right) => right.endsWith(':read'))],
    [['schema:read', 'Nope:read', 'tag:read', 'Tag'], []],
  ])('has these rights and no others: %j', (scopes, rights) => {
    expect(rightsOf(withScopes(...scopes)).toSorted()).toEqual(rights.toSorted());
  });

  it('has on each row what the owner has, no more', () => {
    const alice: Viewer = { kind: 'user', id: 'alice', roles: [] };
    const everything = verbs.map((verb) => `*:${verb}`);
    for (const model of schema.models.keys()) {
      for (const verb of verbs) {
        const filter = policyOf({ ...alice, kind: 'token', scopes: everything }).rows(model, verb);
        expect(filter).toEqual(policyOf(alice).rows(model, verb));
      }
    }
  });

  it('reads what hangs on an unreadable parent, and not the column that names the parent', () => {
    const alice: Viewer = { kind: 'token', id: 'alice', roles: [], scopes: ['Observation:read'] };
    const policy = policyOf(alice);
    // The rule asks what alice may read of the site; the token has no part in it.
    expect(policy.rows('Observation', 'read')).toEqual(
      policyOf({ ...alice, kind: 'user', scopes: ['*:read'] }).rows('Observation', 'read'),
    );
    expect(policy.field('Observation', 'siteId', 'read')).toEqual(never);
    expect(policy.field('Observation', 'siteId', 'filter')).toEqual(never);
    expect(policy.field('Observation', 'value', 'read')).not.toEqual(never);
    expect(policyOf({ ...alice, scopes: ['*:read'] }).field('Observation', 'siteId', 'read')).not.toEqual(never);
  });

  it('is of another shape than its owner and than other scopes, so that no plan serves two', () => {
    const shapes = [
      admin,
      withScopes(),
      withScopes('Tag:read'),
      withScopes('Tag:read', '*:read'),
      withScopes('*:read'),
    ];
    expect(new Set(shapes.map(viewerShape)).size).toBe(shapes.length);
    expect(viewerShape(withScopes('a', 'b'))).toBe(viewerShape(withScopes('b', 'a')));
  });
});

describe('the text of scopes', () => {
  it('lists verbs after the model, and comes out sorted, each once', () => {
    expect(parseScopes(['Observation:read,create', '*:read', 'schema:read', 'Observation:read'], schema)).toEqual([
      '*:read',
      'Observation:create',
      'Observation:read',
      'schema:read',
    ]);
  });

  it.each([
    [[], 'The token has no scope.'],
    [['Observaton:read'], 'The scope "Observaton:read" names no model.'],
    [['observation:read'], 'The scope "observation:read" names no model.'],
    [['__proto__:read'], 'The scope "__proto__:read" names no model.'],
    [['Observation:read:id'], 'The scope "Observation:read:id" names no model.'],
    [['Observation'], 'The scope "Observation" has no verb "".'],
    [['Observation:*'], 'The scope "Observation:*" has no verb "*".'],
    [['Observation:read, create'], 'The scope "Observation:read, create" has no verb " create".'],
    [['schema:write'], 'The scope "schema:write" names no model.'],
  ])('is refused when it says %j', (texts, fact) => {
    expect(() => parseScopes(texts, schema)).toThrow(expect.objectContaining({ code: 'BAD_INPUT', fact }));
  });
});
