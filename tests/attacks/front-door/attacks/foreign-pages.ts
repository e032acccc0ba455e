/** Attacks by what a foreign page makes a browser send, with the cookies that it has. */
import type { Attack, Sent } from '../attack.ts';
import { both, refusedWith } from '../expectations.ts';
import { operation, signIn } from '../requests.ts';

const mutation = 'mutation { signOut }';
const mutationBody = JSON.stringify({ query: mutation });

const form = (contentType: string | undefined, body: string): Sent => ({
  method: 'POST',
  body,
  headers: contentType === undefined ? {} : { 'content-type': contentType },
});

export const foreignPages: readonly Attack[] = [
  {
    number: 6,
    title: 'GET runs no operation',
    sends: ['{viewer{kind}}', mutation].map((query) => ({
      method: 'GET',
      path: `/graphql?query=${encodeURIComponent(query)}`,
    })),
    expects: refusedWith(405),
    passes: 'takes more than JSON',
  },
  {
    number: 7,
    title: 'a form runs no operation',
    sends: [form('application/x-www-form-urlencoded', `query=${encodeURIComponent(mutation)}`)],
    expects: refusedWith(415),
    passes: 'takes more than JSON',
  },
  {
    number: 8,
    title: 'a form with files runs no operation',
    sends: [
      form(
        'multipart/form-data; boundary=x',
        `--x\r\ncontent-disposition: form-data; name="operations"\r\n\r\n${JSON.stringify({ query: mutation })}\r\n--x\r\ncontent-disposition: form-data; name="map"\r\n\r\n{}\r\n--x--\r\n`,
      ),
    ],
    expects: refusedWith(415),
    passes: 'takes forms',
  },
  {
    number: 9,
    title: 'text that is JSON is not declared as it, nor is GraphQL itself, nor is something undeclared',
    sends: [
      form('application/graphql', mutation),
      form('text/plain', mutationBody),
      form('text/json', mutationBody),
      // As bytes: of a text, `fetch` would say what it is.
      { body: new TextEncoder().encode(mutationBody) },
    ],
    expects: refusedWith(415),
    passes: 'takes more than JSON',
  },
  {
    number: 10,
    title: 'a foreign origin is refused, and told nothing by CORS',
    sends: ['https://evil.test', 'null', 'https://localhost.evil.test', 'http://localhost:40000'].map((origin) =>
      operation(mutation, undefined, { headers: { origin } }),
    ),
    expects: both(refusedWith(403), (answers) =>
      answers.some(({ headers }) => headers.has('access-control-allow-origin')) ? 'CORS allows it' : undefined,
    ),
    passes: 'takes every origin',
  },
  {
    number: 11,
    title: 'an EventSource gets no subscription',
    sends: [
      { method: 'GET', path: '/graphql?query={viewer{kind}}', headers: { accept: 'text/event-stream' } },
      { method: 'GET', path: '/graphql?query=subscription{x}', headers: { accept: 'text/event-stream' } },
    ],
    expects: refusedWith(405),
    passes: 'takes more than JSON',
  },
  {
    number: 12,
    title: 'a foreign page signs nobody in',
    sends: [signIn('admin@example.test', 'x', { headers: { origin: 'https://evil.test' } })],
    expects: refusedWith(403),
    passes: 'takes every origin',
  },
];
