/** Attacks on rows and fields of others: by what is streamed, by their type, by other names. */
import type { Answered, Attack } from '../attack.ts';
import { both, withText, withoutText } from '../expectations.ts';
import { operation } from '../requests.ts';

const stream = { headers: { accept: 'text/event-stream' } };

const upgrade = (path: string) =>
  `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\nOrigin: https://evil.test\r\n\r\n`;

const refusedInStream = both(withText(/"code":"BAD_REQUEST"/), withoutText(/"observationChanged":/));

const idsIn = (answer: Answered | undefined) =>
  [...(answer?.text ?? '').matchAll(/"nodeId":"([^"]+)"/g)].map(([, id = '']) => id);

const everyId = '{ surveys(first: 50) { nodes { nodeId } } observations(first: 50) { nodes { nodeId } } }';

export const rows: readonly Attack[] = [
  {
    number: 11,
    title: 'no connection becomes a WebSocket, by which anybody could ask again and again (cases 18 and 29 too)',
    sends: ['/graphql', '/'].map((path) => ({ raw: upgrade(path), patienceMs: 1_000 })),
    expects: (answers) => answers.find(({ status }) => status === 101)?.text,
    passes: 'upgrades connections',
  },
  {
    number: 29,
    title: 'there is no stream that could outlive the session that asked for it',
    sends: [operation('subscription { observationChanged { id } }', undefined, { ...stream, as: 'member' })],
    expects: refusedInStream,
    passes: 'offers subscriptions',
  },
  {
    number: 51,
    title: 'nobody is told that a row of others has changed',
    sends: [
      operation('subscription { observationChanged { id value } }', undefined, { ...stream, as: 'outsider' }),
      operation('subscription { ...A } fragment A on Subscription { observationChanged { id } }', undefined, stream),
    ],
    expects: refusedInStream,
    passes: 'offers subscriptions',
  },
  {
    number: 52,
    title: 'nor is who names the row',
    sends: [
      operation('subscription { observationChanged(siteId: "any") { id value } }', undefined, {
        ...stream,
        as: 'outsider',
      }),
    ],
    expects: refusedInStream,
    passes: 'offers subscriptions',
  },
  {
    number: 56,
    title: 'an interface gives no row of others, under no type and no fragment',
    sends: [
      operation(everyId, undefined, { as: 'admin' }),
      operation(everyId, undefined, { as: 'outsider' }),
      (_, [all, own]) =>
        operation(
          'query ($ids: [ID!]!) { nodes(ids: $ids) { __typename nodeId ... on Survey { title } ... on Observation { value } ... on User { email } } }',
          { ids: idsIn(all).filter((id) => !idsIn(own).includes(id)) },
          { as: 'outsider' },
        ),
    ],
    expects: (answers) =>
      /^\{"data":\{"nodes":\[null(,null)+\]\}\}$/.test(answers[2]!.text) ? undefined : answers[2]!.text.slice(0, 300),
    passes: 'reads all rows for everybody',
  },
  {
    number: 57,
    title: 'a field that is hidden is hidden under any alias, directive and fragment',
    sends: [
      operation(
        `{ observations(first: 20) { nodes { id a: internalNote b: internalNote @skip(if: false) ...On ... on Node { ...Off } } } }
          fragment On on Observation { internalNote c: internalNote @include(if: true) }
          fragment Off on Node { ... on Observation { d: internalNote } }`,
        undefined,
        { as: 'member' },
      ),
    ],
    expects: both(withoutText(/Checked against/), (answers) =>
      answers[0]!.text.includes('"id"') ? undefined : answers[0]!.text,
    ),
    passes: 'reads all rows for everybody',
  },
];
