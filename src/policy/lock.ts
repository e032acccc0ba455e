import type { Model, Schema } from '../model/model.ts';
import { describeRule } from './describe.ts';
import { viewerLike, type Personas } from './persona.ts';
import type { FieldRights, Policies, Policy } from './policy.ts';
import { hasPlatformRight, platformRights, type PlatformRight } from './platform-right.ts';
import type { FieldVerb, RowVerb, Rule } from './rule.ts';
import type { Viewer } from './viewer.ts';

/** One right on a model or one of its fields, and what it comes down to for each persona. */
export interface LockLine {
  /** A model, or `platform` for the rights that are about no row. */
  readonly model: string;
  /** Undefined: the right is on the row. */
  readonly field: string | undefined;
  readonly verb: RowVerb | FieldVerb | PlatformRight;
  /** By persona: `always`, `never`, or the rule in words. */
  readonly grants: Readonly<Record<string, string>>;
}

const rowVerbs: readonly RowVerb[] = ['read', 'create', 'update', 'delete', 'link'];
const derivedVerbs: readonly FieldVerb[] = ['filter', 'sort', 'aggregate'];

/** The policies as a table. What may be filtered, sorted and aggregated follows read, and has lines only where it does not. */
export function lockLines(schema: Schema, policies: Policies, personas: Personas): LockLine[] {
  const viewers = Object.entries(personas).map(([name, persona]) => [name, viewerLike(persona)] as const);
  const line = (
    model: string,
    field: string | undefined,
    verb: LockLine['verb'],
    rule: Rule | undefined,
    within: readonly Rule[] = [],
  ): LockLine => {
    const grantTo = (viewer: Viewer) => {
      const describe = (it: Rule | undefined) => describeRule(it, model, { schema, policies, viewer });
      // A right on a field of no row is none.
      return within.length > 0 && within.every((row) => describe(row) === 'never') ? 'never' : describe(rule);
    };
    return { model, field, verb, grants: Object.fromEntries(viewers.map(([name, viewer]) => [name, grantTo(viewer)])) };
  };
  const ofModels = [...schema.models.values()].flatMap((model) => {
    const policy = policies.get(model.name);
    return [
      ...rowVerbs.map((verb) => line(model.name, undefined, verb, policy.rows[verb])),
      ...fieldNames(model, policy).flatMap((field) => {
        const rights: FieldRights = policy.fields.get(field) ?? {};
        const further = derivedVerbs.filter((verb) => rights[verb] !== undefined);
        const { read, create, update } = policy.rows;
        return (['read', 'write', ...further] as const).map((verb) =>
          line(model.name, field, verb, rights[verb], verb === 'write' ? [create, update] : [read]),
        );
      }),
    ];
  });
  const ofPlatform = platformRights.map((verb): LockLine => {
    const grants = viewers.map(
      ([name, viewer]) => [name, hasPlatformRight(viewer, verb, policies.rights) ? 'always' : 'never'] as const,
    );
    return { model: platform, field: undefined, verb, grants: Object.fromEntries(grants) };
  });
  return [...ofModels, ...ofPlatform];
}

/** What stands in the place of a model where a right is about none; Prisma's models begin with a capital by custom. */
const platform = 'platform';

const fieldNames = (model: Model, policy: Policy) => [...model.fields.keys()].filter((name) => policy.fields.has(name));

const header = `# What each persona may do, as the policies say: \`npm run pergola -- policy write\`. Do not edit.
# A line: model.field verb persona=always|never|"the rule". Columns of relations follow their relation.
# "platform" has the rights that are about no row.
`;

/** The text of `policy.lock`: one line for a right, so that a review sees what changed for whom. */
export function lockText(lines: readonly LockLine[]): string {
  const body = lines.map(({ model, field, verb, grants }) => {
    const place = field === undefined ? model : `${model}.${field}`;
    return `${place} ${verb} ${Object.entries(grants)
      .map(([name, grant]) => `${name}=${quoted(grant)}`)
      .join(' ')}`;
  });
  return `${header}\n${body.join('\n')}\n`;
}

const quoted = (grant: string) => (grant === 'always' || grant === 'never' ? grant : JSON.stringify(grant));

/** @throws Error for a line that is none. */
export function parseLock(text: string): LockLine[] {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => {
    const match = /^(\w+)(?:\.(\w+))? ([\w:]+) (.*)$/.exec(line);
    if (!match) throw new Error(`This is no line of a policy lock: ${line.slice(0, 100)}`);
    const [, model, field, verb, rest] = match;
    const grants = [...rest!.matchAll(/([\w-]+)=("(?:[^"\\]|\\.)*"|\w+)/g)].map(([, name, grant]): [string, string] => [
      name!,
      grant!.startsWith('"') ? String(JSON.parse(grant!)) : grant!,
    ]);
    return { model: model!, field, verb: verb as LockLine['verb'], grants: Object.fromEntries(grants) };
  });
}
