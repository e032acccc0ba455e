/** What introspection tells a viewer of: the API without what the policy never lets them use (case 55). */
import { isInputObjectType, isObjectType, validateSchema, type GraphQLSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { application } from '../../src/app/index.ts';
import { visibleApi } from '../../src/graphql/visible/visible-api.ts';
import { lockLines } from '../../src/policy/lock.ts';
import { viewerLike } from '../../src/policy/persona.ts';
import type { Viewer } from '../../src/policy/viewer.ts';
import { viewerPolicy } from '../../src/policy/viewer-policy.ts';
import { designOf } from '../../src/server/platform.ts';
import { allocateNames } from '../../src/model/naming.ts';

const { schema, policies, api } = designOf(application);
const names = allocateNames(schema).models;
const seenBy = (viewer: Viewer) => visibleApi(api, viewer, viewerPolicy(schema, policies, viewer));
const tokenOf = (...scopes: string[]) => seenBy({ kind: 'token', id: 'root', roles: ['admin'], scopes });

function fieldsOf(design: GraphQLSchema, name: string): string[] {
  const type = design.getType(name);
  return isObjectType(type) || isInputObjectType(type) ? Object.keys(type.getFields()) : [];
}

describe.each(Object.entries(application.personas))('%s', (persona, like) => {
  const design = seenBy(viewerLike(like));

  it('is shown an API that is valid', () => {
    expect(validateSchema(design)).toEqual([]);
  });

  it('is shown of each model and field what policy.lock does not call never, and nothing else (55)', () => {
    const lines = lockLines(schema, policies, application.personas);
    const model = (name: string) => names.get(name)!;
    const neverRead = (name: string) =>
      lines.some(
        (line) =>
          line.model === name && line.field === undefined && line.verb === 'read' && line.grants[persona] === 'never',
      );
    const wrong = lines.flatMap(({ model: name, field, verb, grants }) => {
      if (!schema.models.has(name)) return [];
      const { type, where, createInput, updateInput, many, create } = model(name);
      const places: Record<string, readonly [string, string][]> =
        field === undefined
          ? { read: [['Query', many]], create: [['Mutation', create]] }
          : {
              read: [[type, field]],
              filter: [[where, field]],
              write: [createInput, updateInput].map((input) => [input, field]),
            };
      return (places[verb] ?? []).flatMap(([at, part]) => {
        const isShown = fieldsOf(design, at).includes(part);
        const isThere = fieldsOf(api, at).includes(part);
        if (grants[persona] === 'never') return isShown ? [`${at}.${part} is shown`] : [];
        // To write a row takes more than one right, and so does a relation.
        const target = field === undefined ? undefined : schema.models.get(name)!.fields.get(field);
        const leadsNowhere = target?.kind === 'relation' && neverRead(target.target);
        if (leadsNowhere) return isShown ? [`${at}.${part} is shown`] : [];
        return isThere && !isShown && (verb === 'read' || verb === 'filter') ? [`${at}.${part} is not shown`] : [];
      });
    });
    expect(wrong).toEqual([]);
  });
});

describe('a token', () => {
  it('is shown what its scopes leave: no column that tells of another model, and no filter through it', () => {
    const design = tokenOf('Observation:read');
    expect(validateSchema(design)).toEqual([]);
    const gone = ['site', 'siteId', 'author', 'authorId', 'reviewer', 'reviewerId', 'tags', 'comments'];
    for (const name of ['Observation', 'ObservationWhere', 'ObservationOrderBy']) {
      expect(fieldsOf(design, name)).toEqual(fieldsOf(api, name).filter((field) => !gone.includes(field)));
    }
    expect(fieldsOf(design, 'Query')).toEqual([
      'observation',
      'observations',
      'node',
      'nodes',
      'observationAggregate',
      'observationGroups',
      'viewer',
      'latestObservations',
    ]);
    expect(design.getType('Site')).toBeUndefined();
  });

  it('that only creates is answered by the key, and has nothing to read by', () => {
    const design = tokenOf('Tag:create');
    expect(validateSchema(design)).toEqual([]);
    expect(fieldsOf(design, 'Query')).toEqual(['node', 'nodes', 'viewer', 'latestObservations']);
    expect(fieldsOf(design, 'Tag')).toEqual(['nodeId', 'slug']);
    expect(fieldsOf(design, 'TagCreateInput')).toEqual(['slug', 'label']);
    expect(fieldsOf(design, 'Mutation')).toEqual(expect.arrayContaining(['createTag', 'createTags']));
    expect(fieldsOf(design, 'Mutation')).not.toContain('upsertTag');
  });

  it('is shown of nested writes what it may do at the other end', () => {
    const nested = (...scopes: string[]) =>
      fieldsOf(tokenOf('Survey:read', 'Survey:update', ...scopes), 'SurveySitesUpdateInput');
    expect(nested()).toEqual([]);
    expect(nested('Site:read', 'Site:delete')).toEqual(['delete']);
    // A site is tied to a survey by being written, so that it points there.
    expect(nested('Site:read', 'Site:update')).toEqual(['update']);
    expect(nested('Site:read', 'Site:update', 'Survey:link')).toEqual(['connect', 'update']);
  });
});
