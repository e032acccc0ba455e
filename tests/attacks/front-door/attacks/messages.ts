/** Attacks on what the server says, to callers and into its log. */
import type { Attack } from '../attack.ts';
import { both, refusedWith, withoutText } from '../expectations.ts';
import { operation } from '../requests.ts';

const circle = `{ __schema { types { ${'fields { type { '.repeat(8)} name ${'} }'.repeat(8)} } } }`;

export const messages: readonly Attack[] = [
  {
    number: 54,
    title: 'messages name nothing that was not sent',
    sends: [
      operation('{ citie { name } }'),
      operation('{ viewer { emai } }'),
      operation('{ cities(wher: {}) { totalCount } }'),
      operation('{ cities(where: { nam: { equals: "x" } }) { totalCount } }'),
      operation('{ cities }'),
      operation('query($w: CityWher) { cities(where: $w) { totalCount } }'),
      operation('query($w: String) { cities(where: $w) { totalCount } }', { w: 'x' }),
    ],
    expects: both(
      refusedWith('BAD_REQUEST'),
      withoutText(/did you mean|"Query"|CityWhere\b|"email"|Viewer\b|CityConnection/i),
    ),
    passes: 'shows the design',
  },
  {
    number: 55,
    title: 'the API is not shown to everybody',
    sends: [
      operation('{ __schema { types { name } } }'),
      operation('{ ...A } fragment A on Query { x: __type(name: "User") { fields { name } } }'),
      operation('mutation { signOut __schema { types { name } } }'),
    ],
    expects: refusedWith('FORBIDDEN', 'BAD_REQUEST'),
    passes: 'shows the design',
  },
  {
    number: 55,
    title: 'who is shown the API is shown nothing that they may never use',
    sends: [
      operation('{ __schema { types { name fields { name } inputFields { name } } } }', undefined, { as: 'tagReader' }),
      operation('{ ...A } fragment A on Query { x: __type(name: "Site") { name } }', undefined, {
        as: 'tagReader',
      }),
      { method: 'GET', path: '/-/schema.graphql', as: 'tagReader' },
    ],
    expects: withoutText(/\bSite\b|createTag|TagCreate|internalNote/),
    passes: 'shows the whole design to who may see a part',
  },
  {
    number: 96,
    title: 'GraphiQL is not there, and writes nothing of the address into a page',
    sends: ['/graphql?query=</script><script>alert(1)</script>', '/graphql'].map((path) => ({
      method: 'GET',
      path,
      headers: { accept: 'text/html' },
    })),
    expects: both(refusedWith(405), withoutText(/<script/i)),
    passes: 'shows GraphiQL to everybody',
  },
  {
    number: 94,
    title: 'what a caller calls a request is not written into headers',
    sends: ['a b', 'x'.repeat(65), '"><script>', 'ä'].map((id) =>
      operation('{ viewer { kind } }', undefined, {
        headers: { 'x-request-id': encodeURIComponent(id) === id ? id : id.replace('ä', '\xe4') },
      }),
    ),
    expects: (answers) =>
      answers.map(({ headers }) => headers.get('x-request-id') ?? '').find((id) => !/^[A-Za-z0-9-]{36}$/.test(id)),
    passes: 'echoes headers',
  },
  {
    number: 79,
    title: 'who may see the design does not walk it in circles',
    sends: [operation(circle, undefined, { as: 'admin' })],
    expects: refusedWith('BAD_REQUEST'),
    passes: 'shows the design in circles',
  },
];
