/** Attacks by what is written down: secrets of callers, lines of their own, and what the database says. */
import { adminPassword } from '../../../server/graphiql-rows.ts';
import type { Answered, Attack, Sent } from '../attack.ts';
import { both, withText, withoutText } from '../expectations.ts';
import { bearer, changePassword, cookie, json, operation, secretIn, signIn, who } from '../requests.ts';
import { saw } from '../send.ts';
import { metricsToken } from '../servers.ts';
import type { Target } from '../target.ts';

/** What an attack does while the database lacks a table, in the database's own words an error. */
async function withoutTags({ inside, send }: Target, requests: readonly Sent[]): Promise<Answered[]> {
  await inside.breakTable('Tag');
  try {
    return await Promise.all(requests.map(send));
  } finally {
    await inside.mendTable('Tag');
  }
}

const createTag = (slug: string, more: Partial<Sent>) =>
  operation('mutation ($d: TagCreateInput!) { createTag(data: $d) { slug } }', { d: { slug, label: slug } }, more);

const get = (path: string, more: Partial<Sent> = {}): Sent => ({ ...more, method: 'GET', path });

/** A request for each place that a secret comes in by. */
const canaries = (own: string): readonly Sent[] => [
  signIn('canary-email@example.test', 'canary-password'),
  operation(
    'mutation { signIn(email: "admin@example.test", password: "canary-inline", code: "canary-code") { token } }',
  ),
  changePassword('canary-current', 'canary-new-password', bearer(own)),
  operation('mutation { resetPassword(token: "canary-link", password: "canary-reset") }'),
  ...['canary-token', 'pgl_0000000000000000_canary'].map((text) => who(bearer(text))),
  ...['Basic canary', own].map((authorization) => who({ headers: { authorization } })),
  who(cookie('canarycookie')),
  { headers: json, body: '{"query":"{ viewer { kind } canary-broken' },
  who({ path: '/graphql?access_token=canary-address' }),
  get('/graphql?query={canaryField}&variables={"a":"canary"}', bearer(own)),
  get('/-/canary-path?canary=1'),
  who({ headers: { ...bearer(own).headers, 'x-request-id': 'canary id', 'user-agent': 'canary-agent' } }),
  { headers: json, body: JSON.stringify({ query: '{ __typename }', operationName: 'canaryName' }) },
  who({ headers: { origin: 'https://canary.test', referer: 'https://canary.test/' } }),
  { ...bearer(own), path: '/-/import/Tag?format=csv&key=slug', body: 'slug,label\ncanary-row,\n' },
];

const nameOf = (name: string): readonly Sent[] => [
  { headers: json, body: JSON.stringify({ query: '{ __typename }', operationName: name }) },
  operation(`query ${name} { __typename }`),
  who({ headers: { 'x-request-id': encodeURIComponent(name).slice(0, 5_000) } }),
];

export const logs: readonly Attack[] = [
  {
    number: 24,
    title: 'no secret of a caller stands in a log, an error or a metric, not even when the database fails',
    on: 'that takes many accounts',
    sends: [
      async (target) => {
        const { inside, send } = target;
        const own = secretIn(await send(signIn('admin@example.test', adminPassword)));
        const answers = [];
        for (const request of canaries(own)) answers.push(await send(request));
        const literal = '{ tags(where: { slug: { equals: "canary-literal" } }) { totalCount } }';
        answers.push(
          ...(await withoutTags(target, [
            createTag('canary-slug', bearer(own)),
            operation(literal, undefined, bearer(own)),
          ])),
        );
        const told = answers.map(({ text }) => text).join('\n');
        const metrics = (await send(get('/metrics', bearer(metricsToken)))).text;
        const log = (await inside.log()).join('').replaceAll(metricsToken, '');
        return [log, metrics]
          .map((text) => saw(text.replaceAll(own, 'canary')))
          .concat(saw(told.replaceAll(own, 'canary-token')));
      },
    ],
    expects: both(
      ([log, metrics]) => withoutText(new RegExp(`canary|${adminPassword}`, 'i'))([log!, metrics!]),
      // An error says the offending value to who has sent it, but never a secret.
      ([, , told]) =>
        withoutText(
          /canarycookie|_canary|Basic|canary-(email|password|code|inline|current|new|link|reset|token|address|slug|literal)/,
        )([told!]),
      // It is told that something was tried, and the database's own words are there, for who runs the server.
      ([log]) => withText(/"codes":\["SIGN_IN_FAILED"\][^]*unexpected error/)([log!]),
      ([, metrics]) => withText(/pergola_operations_total/)([metrics!]),
    ),
    passes: 'logs what was sent',
  },
  {
    number: 53,
    title: 'what goes wrong in the database is told as a number, and nothing of it',
    sends: [
      (target) =>
        withoutTags(target, [
          operation('{ tags { totalCount nodes { slug } } }'),
          operation('{ tagAggregate { count } }'),
          createTag('x', { as: 'admin' }),
        ]),
    ],
    expects: both(
      withText(/"message":"Something went wrong on our side\."[^]*"code":"INTERNAL","requestId":"[\w-]{36}"/),
      withoutText(/no such|exist|table|sqlite|select |insert |\.ts\b|node_modules|stack/i),
    ),
    passes: 'says what went wrong',
  },
  {
    number: 95,
    title: 'no name of a caller writes a line of the log, paints the terminal or fills the disk',
    sends: [
      // Of what came before, such as what a database has said of itself, nothing is asked here.
      async ({ inside }) => saw(String((await inside.log()).length)),
      ...['a\n{"level":"info","msg":"forged"}', '\u001b[2J\u001b[31mforged', `forged${'x'.repeat(900_000)}`].flatMap(
        nameOf,
      ),
      async ({ inside }, [before]) => (await inside.log()).slice(Number(before!.text)).map((line) => saw(line)),
    ],
    expects: (answers) =>
      answers
        .slice(1)
        .filter(({ status }) => status === 0)
        .find(({ text }) => {
          const isOneLine = text.endsWith('}\n') && text.indexOf('\n') === text.length - 1;
          // An escape sequence is what a terminal would be forged with.
          // oxlint-disable-next-line no-control-regex
          return !isOneLine || text.length > 2_000 || /\u001b|"msg":"forged"/.test(text);
        })
        ?.text.slice(0, 300),
    passes: 'logs names in whole',
  },
];
