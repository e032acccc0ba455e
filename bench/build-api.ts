/**
 * How long a large schema takes from its text to an API that answers: 300 models of 15 fields with policies.
 * `npm run bench:build`, or `-- 100` for as many models.
 */
import { cpus, loadavg } from 'node:os';
import { graphql } from 'graphql';
import { hidden, open, policyLanguage, readOnly } from '../src/policy/policy.ts';
import { any, signedIn, type Rule } from '../src/policy/rule.ts';
import { apiOf, dmmfOf, largeSchema } from './large-schema.ts';

const goalSeconds = 3;
const models = Number(process.argv[2] ?? 300);

const dmmf = dmmfOf(largeSchema(models));

/** Those of any model. */
interface Words {
  role(name: string): Rule<never>;
  owner(column: string): Rule<never>;
  where(filter: object): Rule<never>;
  through(relation: string): Rule<never>;
}

const policy = policyLanguage<string>();
const fields = Object.fromEntries(
  ['title', 'body', 'count', 'total', 'amount', 'flag', 'day', 'status', 'details', 'parent'].map((it) => [it, open]),
);
const drafts = Array.from({ length: models }, (_, at) =>
  // The types know the models of the example alone.
  policy(`M${at}` as never, ({ role, owner, where, through }: Words) => ({
    read: any(role('admin'), owner('ownerId'), where({ parent: { is: { status: { equals: 'OPEN' } } } })),
    create: any(signedIn, through('parent')),
    update: owner('ownerId'),
    delete: role('admin'),
    link: signedIn,
    fields: { id: readOnly, ...fields, at: readOnly, ownerId: hidden, children: readOnly },
  })),
);

const before = process.cpuUsage();
const started = performance.now();
const api = apiOf(dmmf, () => drafts);
const { data } = await graphql({ schema: api, source: '{ __typename }' });
const seconds = (performance.now() - started) / 1000;
const { user, system } = process.cpuUsage(before);

if (data?.['__typename'] !== 'Query') throw new Error('The API does not answer.');
process.stdout.write(
  `built an API of ${models} models x 15 fields, ${Object.keys(api.getTypeMap()).length.toLocaleString('en')} types: ${seconds.toFixed(1)} s, ${((user + system) / 1e6).toFixed(1)} s of CPU (goal: under ${goalSeconds} s) on ${cpus()[0]?.model}, ${cpus().length} cores, load average ${loadavg()[0]?.toFixed(1)}\n`,
);
if (seconds >= goalSeconds) process.exitCode = 1;
