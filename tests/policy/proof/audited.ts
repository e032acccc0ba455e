import type { PolicyTexts } from './policy-text.ts';
import type { ModelShape, ScalarShape, Shape } from './shape.ts';
import { storeWorld, type StoredWorld } from './stored-world.ts';
import type { World } from './world.ts';

const field = (name: string, type: ScalarShape['type'], required = true): ScalarShape => ({
  kind: 'scalar',
  name,
  column: name,
  type,
  required,
});

/** Where the platform notes what is written: a new row is judged as its entry is inserted, and not by itself. */
const auditEntry: ModelShape = {
  name: 'AuditEntry',
  table: 'AuditEntry',
  fields: [
    field('id', 'String'),
    field('at', 'DateTime'),
    field('actorKind', 'String'),
    field('actorId', 'String', false),
    field('requestId', 'String', false),
    field('model', 'String'),
    field('key', 'String'),
    field('verb', 'String'),
    field('changes', 'Json'),
  ],
  key: ['id'],
  keyKind: 'id',
  uniques: [],
};

export const auditedShape = (shape: Shape): Shape => ({ ...shape, models: [...shape.models, auditEntry] });

const auditedWorld = (world: World): World => ({
  ...world,
  shape: auditedShape(world.shape),
  rows: { ...world.rows, [auditEntry.name]: [] },
});

const never = { kind: 'never' } as const;

/** Nobody reads or writes the entries themselves. */
export const auditedPolicies = (policies: PolicyTexts): PolicyTexts => ({
  ...policies,
  [auditEntry.name]: { rows: { read: never, create: never, update: never, delete: never, link: never }, fields: {} },
});

export interface AuditedWorld extends StoredWorld {
  /** How many entries there were beside the rows that were last dumped. */
  entries(): number;
}

/** A world whose writes are noted. Its entries are no part of what is dumped: they have keys and moments of their own. */
export async function storeAudited(world: World): Promise<AuditedWorld> {
  const stored = await storeWorld(auditedWorld(world));
  let entries = 0;
  return {
    urls: stored.urls,
    write: (it) => stored.write(auditedWorld(it)),
    async dump() {
      const lines = (await stored.dump()).split('\n');
      const rows = lines.filter((line) => !/^\w+ AuditEntry /.test(line));
      entries = lines.length - rows.length;
      return rows.join('\n');
    },
    entries: () => entries,
    [Symbol.asyncDispose]: () => stored[Symbol.asyncDispose](),
  };
}
