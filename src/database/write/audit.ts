import { keyOf, type Model } from '../../model/model.ts';
import type { Policies } from '../../policy/policy.ts';
import { system, type Viewer } from '../../policy/viewer.ts';
import { changeTextMaker } from './audit-text.ts';
import { createBulkInserter } from './bulk-inserter.ts';
import { createRowWriter, type Change, type RowWriterContext } from './row-writer.ts';
import { JsonText } from './json-text.ts';
import { tupleText } from './row-finder.ts';
import { uuid7 } from './uuid7.ts';

/** The model that holds the entries; a schema without it keeps none. */
const auditModel = 'AuditEntry';
const columns = ['id', 'at', 'actorKind', 'actorId', 'requestId', 'model', 'key', 'verb', 'changes'] as const;

export interface AuditContext extends Omit<RowWriterContext, 'note' | 'noteCreated'> {
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
  const noted: Iterable<Change>[] = [];
  const textOf = changeTextMaker(policies, context.schema);
  const at = new Date();

  /** In the order of `columns`. */
  const entryOf = ({ model: { name }, verb }: Change, key: string, text: string) => [
    uuid7(),
    at,
    viewer.kind,
    viewer.id,
    requestId,
    name,
    key,
    verb.toUpperCase(),
    new JsonText(text),
  ];
  const entries = () => {
    const groups = groupsOf(changesIn(noted), textOf, auditTogether ? maxRowsTogether : 1);
    return groups.map(({ first, keys, texts }) => {
      const [key = ''] = keys;
      if (keys.size === 1) return entryOf(first, key, texts[0]!);
      const rows = Array.from(keys, (it, nth) => `${JSON.stringify(it)}:${texts[nth]}`);
      return entryOf(first, '', `{"rows":{${rows.join()}}}`);
    });
  };

  return {
    note(change: Change) {
      if (model) noted.push([change]);
    },
    noteCreated(rows: Iterable<Change>) {
      if (model) noted.push(rows);
    },
    async write(): Promise<void> {
      if (!model || noted.length === 0) return;
      const inserter = createBulkInserter(createRowWriter({ ...context, note: () => {}, noteCreated: () => {} }));
      await inserter.insertOwn(model, columns, entries());
    },
  };
}

const keyText = ({ model, key }: Change) => tupleText(model, keyOf(model).fields, key);

function* changesIn(noted: readonly Iterable<Change>[]) {
  for (const changes of noted) yield* changes;
}

/** Changes that share an entry: of one model and one verb, each row once. */
interface Group {
  readonly first: Change;
  /** Of the rows, and what was written into each, in the same order. */
  readonly keys: Set<string>;
  readonly texts: string[];
}

function groupsOf(changes: Iterable<Change>, textOf: (change: Change) => string, maxRows: number): readonly Group[] {
  const groups: Group[] = [];
  const open = new Map<Model, Map<Change['verb'], Group>>();
  for (const change of changes) {
    const { model, verb } = change;
    const key = keyText(change);
    let ofModel = open.get(model);
    if (!ofModel) open.set(model, (ofModel = new Map()));
    let group = ofModel.get(verb);
    if (!group || group.keys.size >= maxRows || group.keys.has(key)) {
      group = { first: change, keys: new Set(), texts: [] };
      ofModel.set(verb, group);
      groups.push(group);
    }
    group.keys.add(key);
    group.texts.push(textOf(change));
  }
  return groups;
}
