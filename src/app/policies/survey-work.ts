import { open, readOnly } from '../../policy/policy.ts';
import { all, any, anyone, named, nobody, signedIn } from '../../policy/rule.ts';
import { policy } from './language.ts';
import { ofViewer } from './membership.ts';

/** Private, shared and reviewed rows. What a member may do hangs on their role in the organization, which is a row. */

export const organization = policy('Organization', ({ role, exists }) => ({
  read: any(
    role('admin'),
    named('its members', exists('memberships', ofViewer())),
    named('has public surveys', exists('surveys', { visibility: { equals: 'PUBLIC' } })),
  ),
  link: named('its owners and editors', any(role('admin'), exists('memberships', ofViewer('OWNER', 'EDITOR')))),
  create: role('admin'),
  update: any(role('admin'), named('its owners', exists('memberships', ofViewer('OWNER')))),
  delete: role('admin'),
  fields: { id: readOnly, slug: open, name: open, createdAt: readOnly, memberships: readOnly, surveys: readOnly },
}));

export const membership = policy('Membership', ({ role, exists, owner }) => ({
  read: any(
    role('admin'),
    owner('userId'),
    named('of the same organization', exists('organization.memberships', ofViewer())),
  ),
  link: nobody,
  create: role('admin'),
  update: role('admin'),
  delete: role('admin'),
  fields: { role: open, joinedAt: readOnly, user: open, organization: open },
}));

export const survey = policy('Survey', ({ role, where, exists }) => {
  const byMembers = named('members of its organization', exists('organization.memberships', ofViewer()));
  const byEditors = named(
    'owners and editors of its organization',
    exists('organization.memberships', ofViewer('OWNER', 'EDITOR')),
  );
  return {
    read: any(role('admin'), named('public', where({ visibility: { equals: 'PUBLIC' } })), byMembers),
    link: any(role('admin'), byEditors),
    create: any(role('admin'), byEditors),
    update: any(role('admin'), byEditors),
    delete: any(role('admin'), byEditors),
    fields: {
      id: readOnly,
      title: open,
      description: open,
      visibility: open,
      startsOn: open,
      endsOn: open,
      createdAt: readOnly,
      updatedAt: readOnly,
      organization: open,
      sites: open,
    },
  };
});

export const site = policy('Site', ({ role, through, exists }) => ({
  read: through('survey'),
  link: any(role('admin'), named('members of the organization', exists('survey.organization.memberships', ofViewer()))),
  create: through('survey', 'update'),
  update: through('survey', 'update'),
  delete: through('survey', 'update'),
  fields: {
    id: readOnly,
    name: open,
    latitude: open,
    longitude: open,
    elevationMeters: open,
    survey: open,
    city: open,
    observations: open,
  },
}));

export const observation = policy('Observation', ({ role, where, exists, owner, through, viewer }) => {
  const atReadableSite = through('site');
  const byMembers = named('members of the organization', exists('site.survey.organization.memberships', ofViewer()));
  const byReviewers = named(
    'reviewers of the organization',
    exists('site.survey.organization.memberships', ofViewer('OWNER', 'REVIEWER')),
  );
  const published = named('published', where({ status: { equals: 'PUBLISHED' } }));
  const unreviewed = named('not yet reviewed', where({ status: { in: ['DRAFT', 'SUBMITTED'] } }));
  return {
    read: any(role('admin'), all(atReadableSite, any(published, owner('authorId'), byReviewers, role('reviewer')))),
    link: any(role('admin'), byMembers),
    create: any(role('admin'), all(byMembers, unreviewed)),
    update: any(role('admin'), byReviewers, all(owner('authorId'), byMembers, unreviewed)),
    delete: any(role('admin'), all(owner('authorId'), named('a draft', where({ status: { equals: 'DRAFT' } })))),
    presets: { authorId: viewer.id },
    fields: {
      id: readOnly,
      quantity: open,
      value: open,
      unit: open,
      measuredAt: open,
      status: open,
      details: open,
      rawFrame: open,
      serialNumber: open,
      internalNote: { read: any(role('admin'), role('reviewer'), byReviewers), write: any(role('admin'), byReviewers) },
      createdAt: readOnly,
      updatedAt: readOnly,
      site: open,
      author: readOnly,
      reviewer: { read: anyone, write: any(role('admin'), byReviewers) },
      corrects: open,
      corrections: readOnly,
      tags: open,
      comments: open,
    },
  };
});

export const comment = policy('Comment', ({ role, owner, through, viewer }) => ({
  read: through('observation'),
  create: all(signedIn, through('observation', 'link')),
  update: owner('authorId'),
  delete: any(role('admin'), owner('authorId')),
  presets: { authorId: viewer.id },
  fields: { id: readOnly, body: open, createdAt: readOnly, observation: open, author: readOnly },
}));

export const tag = policy('Tag', ({ role }) => ({
  read: anyone,
  link: signedIn,
  create: signedIn,
  update: any(role('admin'), role('editor')),
  delete: role('admin'),
  fields: { slug: open, label: open, observations: readOnly },
}));
