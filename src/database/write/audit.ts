import { keyOf, modelOf, relationsOf, type Model, type Schema } from '../../model/model.ts';
import type { Policies } from '../../policy/policy.ts';
import { isForNobody } from '../../policy/rule.ts';
import { system, type Viewer } from '../../policy/viewer.ts';
import { createBulkInserter } from './bulk-inserter.ts';
import { createRowWriter, type Change, type KeyValues, type RowWriterContext } from './row-writer.ts';
import { tupleText } from './row-finder.ts';
import { uuid7 } from './uuid7.ts';

/** The model that holds the entries; a schema without it keeps none. */
const auditModel = 'AuditEntry';
const columns = ['id', 'at', 'actorKind', 'actorId', 'requestId', 'model', 'key', 'verb', 'changes'] as const;

export interface AuditContext extends Omit<RowWriterContext, 'note'> {
  readonly policies: Policies;
  readonly viewer: Viewer;
  readonly requestId: string | undefined;
  readonly unaudited?: true | undefined;
  readonly auditTogether?: true | undefined;
}

/**
 * An entry for many rows takes so many at most, so that a page of entries stays readable, and its text far below what a
 * server takes for one statement.
 */
const maxRowsTogether = 500;

/**
 * Notes every row that is written on behalf of somebody, in the same transaction: what is written and not noted, or noted
 * and not written, does not exist. Pergola's own writes (`system`) have nobody to answer for them.
 */
export function createAudit({ policies, viewer, requestId, unaudited, auditTogether, ...context }: AuditContext) {
  const model = viewer === system || unaudited ? undefined : context.schema.models.get(auditModel);
  const changes: Change[] = [];
  const isSecret = secretsOf(policies);
  const at = new Date();

  /** In the order of `columns`. */
  const entryOf = ({ model: { name }, verb }: Change, key: string, noted: object) => [
    uuid7(),
    at,
    viewer.kind,
    viewer.id,
    requestId,
    name,
    key,
    verb.toUpperCase(),
    noted,
  ];
  const shown = (change: Change) => shownChanges(change, isSecret, context.schema);
  const entryOfOne = (change: Change) => entryOf(change, keyText(change), shown(change));
  const entryOfGroup = (group: ReadonlyMap<string, Change>) => {
    const [first] = group.values();
    if (group.size === 1) return entryOfOne(first!);
    const rows = Object.fromEntries(Array.from(group, ([key, change]) => [key, shown(change)]));
    return entryOf(first!, '', { rows });
  };
  const entries = () => (auditTogether ? groupsOf(changes).map(entryOfGroup) : changes.map(entryOfOne));

  return {
    note(change: Change) {
      if (model) changes.push(change);
    },
    async write(): Promise<void> {
      if (!model || changes.length === 0) return;
      const inserter = createBulkInserter(createRowWriter({ ...context, note: () => {} }));
      await inserter.insertOwn(model, columns, entries());
    },
  };
}

const keyText = ({ model, key }: Change) => tupleText(model, keyOf(model).fields, key);

/** Changes that share an entry, by the key of their row: of one model and one verb, each row once. */
function groupsOf(changes: readonly Change[]): ReadonlyMap<string, Change>[] {
  const groups: Map<string, Change>[] = [];
  const open = new Map<string, Map<string, Change>>();
  for (const change of changes) {
    const kind = `${change.verb} ${change.model.name}`;
    const key = keyText(change);
    let group = open.get(kind);
    if (!group || group.size === maxRowsTogether || group.has(key)) {
      group = new Map();
      open.set(kind, group);
      groups.push(group);
    }
    group.set(key, change);
  }
  return groups;
}

/** What was written, as JSON. Of a field that nobody reads it is only said that it was. */
function shownChanges({ model, written }: Change, isSecret: IsSecret, schema: Schema): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const name of Object.keys(written))
    shown[name] = isSecret(model, name) ? { withheld: true } : shownValue(written[name], model, name, schema);
  return shown;
}

type IsSecret = (model: Model, name: string) => boolean;

/** Asked once for each field: thousands of rows may be written alike. */
function secretsOf(policies: Policies): IsSecret {
  const known = new Map<Model, Map<string, boolean>>();
  return (model, name) => {
    const fieldsKnown = known.get(model) ?? new Map<string, boolean>();
    known.set(model, fieldsKnown);
    let secret = fieldsKnown.get(name);
    if (secret === undefined) {
      const { fields } = policies.get(model.name);
      const owner = fields.has(name) ? name : relationOfColumn(model, name);
      secret = owner !== undefined && isForNobody(fields.get(owner)?.read);
      fieldsKnown.set(name, secret);
    }
    return secret;
  };
}

function shownValue(value: unknown, model: Model, name: string, schema: Schema): unknown {
  const field = model.fields.get(name);
  if (field?.kind === 'relation') {
    const target = modelOf(schema, field.target);
    return Object.fromEntries(
      Object.entries(value as Record<string, KeyValues>).map(([verb, key]) => [
        verb,
        tupleText(target, keyOf(target).fields, key),
      ]),
    );
  }
  if (value === null || value === undefined) return null;
  if (value instanceof Uint8Array) return { bytes: value.length };
  if (field?.type === 'Json' || ['boolean', 'number', 'string'].includes(typeof value)) return value;
  if (value instanceof Date) return value.toISOString();
  // A BigInt or a Decimal.
  return (value as { toString(): string }).toString();
}

const relationOfColumn = (model: Model, column: string): string | undefined =>
  relationsOf(model).find(
    ({ owning, join }) => owning && join.kind === 'columns' && join.pairs.some(([here]) => here === column),
  )?.name;
