/** What the policies of the example app promise, as a team writes it down beside them. `pergola policy test` runs it. */
import { describe, it } from 'vitest';
import { application } from '../../src/app/index.ts';
import { personas } from '../../src/app/personas.ts';
import { designOf, policyExpectations } from '../../src/index.ts';

const expectPolicy = policyExpectations(designOf(application), personas);

describe('the atlas', () => {
  it('is read by everybody and kept by editors', () => {
    for (const persona of ['guest', 'member', 'outsider'] as const) {
      expectPolicy(persona).on('City').canRead(undefined, { when: 'always' }).cannotCreate().cannotUpdate();
    }
    expectPolicy('editor').on('City').canCreate().canUpdate({ when: 'always' });
  });
});

describe('observations', () => {
  it('are shown to guests once they are published, without what reviewers note', () => {
    expectPolicy('guest')
      .on('Observation')
      .canRead('value', { when: 'always' })
      .canRead(undefined, { when: 'through site and published' })
      .cannotRead('internalNote')
      .cannotFilterBy('internalNote')
      .cannotSortBy('internalNote')
      .cannotAggregate('internalNote')
      .cannotCreate();
  });

  it('carry notes that only reviewers of their organization read and write', () => {
    expectPolicy('member')
      .on('Observation')
      .canRead('internalNote', { when: 'reviewers of the organization' })
      .canWrite('internalNote', { when: 'reviewers of the organization' })
      .canFilterBy('value')
      .canSortBy('measuredAt')
      .canAggregate('value')
      .cannotWrite('author');
  });

  it('are deleted by their author as long as they are drafts', () => {
    expectPolicy('member').on('Observation').canDelete({ when: 'authorId = the viewer and a draft' }).canLink();
    expectPolicy('guest').on('Observation').cannotDelete().cannotLink();
  });
});

describe('accounts', () => {
  it('show their secrets to nobody', () => {
    expectPolicy('admin')
      .on('User')
      .cannotRead('passwordHash')
      .cannotWrite('passwordHash')
      .cannotFilterBy('passwordHash');
  });
});
