import type { RelationField, ScalarField, Model } from '../../model/model.ts';
import { withheld, type Row, type Rows } from '../../database/read.ts';
import type { FieldNote } from '../selection.ts';
import type { FieldCoordinate } from '../builder.ts';
import { noteOf, type NeededRight } from '../needed-rights.ts';
import { encodeNodeId } from '../node-id.ts';
import { relatedOf, scalarOfRow } from '../resolve-row.ts';
import { pageOf, toConnection } from '../page.ts';
import type { Derivation } from './derivation.ts';
import { listArguments } from './list-arguments.ts';
import { isNode } from './node.ts';

/** One object type for each model that somebody may read, with its scalars, its relations and `nodeId`. */
export function deriveObjects(derivation: Derivation) {
  for (const model of derivation.models) {
    const { type } = derivation.namesOf(model.name);
    const ref = derivation.typed.prismaObject(
      model.name as never,
      {
        name: type,
        ...(model.description && { description: model.description }),
        ...(isNode(model) && { interfaces: [derivation.node] }),
        extensions: noteOf(readsRow(model)),
      } as never,
    );
    derivation.objects.set(model.name, ref as never);
  }
  for (const model of derivation.models) deriveFields(model, derivation);
}

function deriveFields(model: Model, derivation: Derivation) {
  const { builder } = derivation;
  const ref = derivation.objectOf(model.name);
  for (const field of derivation.readableScalars(model)) {
    builder.objectField(
      ref as never,
      field.name,
      (t) => t.field(scalarField(model, field, derivation) as never) as never,
    );
  }
  for (const field of derivation.readableRelations(model)) {
    builder.objectField(
      ref as never,
      field.name,
      (t) => t.field(relationField(model, field, derivation, t) as never) as never,
    );
  }
  if (!isNode(model)) return;
  builder.objectField(
    ref as never,
    'nodeId',
    (t) =>
      t.field({
        type: 'ID',
        nullable: false,
        description: 'Opaque and unique among all types.',
        extensions: { pergola: { reads: 'key' } satisfies FieldNote },
        resolve: (row: Row) => encodeNodeId(model, row),
      } as never) as never,
  );
}

function scalarField(model: Model, field: ScalarField, derivation: Derivation) {
  const open = derivation.isOpen(model, field);
  // Who creates rows that they may not read is still answered by their type, which must have fields.
  const isKey = model.key?.fields.includes(field.name) ?? false;
  return {
    type: derivation.typeOf(field),
    nullable: !field.required || !open,
    ...(field.description && { description: field.description }),
    extensions: {
      pergola: { reads: 'scalar', model: model.name, field: field.name } satisfies FieldNote,
      ...(!isKey && noteOf(readsRow(model), { model: model.name, field: field.name, verb: 'read' })),
    },
    // A column of a relation whose row the viewer may not read is silently absent, as the relation itself is.
    ...(!open && !field.foreignKey && { authScopes: readableOn(model, field.name) }),
    resolve: scalarOfRow(model, field.name),
  };
}

const readsRow = ({ name }: Model): NeededRight => ({ model: name, verb: 'read' });

/** Per row only where the statement said so; the rest is asked once a request. */
function readableOn(model: Model, field: string) {
  const scope = { readable: { model: model.name, field } satisfies FieldCoordinate };
  return (row: Row) => (row[withheld]?.has(field) ? false : scope);
}

function relationField(model: Model, field: RelationField, derivation: Derivation, t: { arg: unknown }) {
  const note = {
    pergola: { reads: 'relation', relation: field.name } satisfies FieldNote,
    ...noteOf(
      readsRow(model),
      { model: model.name, field: field.name, verb: 'read' },
      readsRow(derivation.target(field)),
    ),
  };
  const common = { ...(field.description && { description: field.description }), extensions: note };
  const resolve = relatedOf(model, field.name);
  if (!field.list) {
    // An unreadable row does not exist, so even a required relation may be empty for somebody.
    const certain = field.required && field.owning && derivation.isOpen(model, field);
    return { ...common, type: derivation.objectOf(field.target), nullable: !certain, resolve };
  }
  return {
    ...common,
    type: derivation.connectionOf(field.target),
    nullable: false,
    args: listArguments(derivation.target(field), derivation, t as never),
    resolve: async (row: Row, args: object, context: never, info: never) =>
      toConnection(((await resolve(row, args, context, info)) ?? noRows) as Rows, pageOf(args).backwards),
  };
}

/** Below a row that the guard does not find. */
const noRows: Rows = { rows: [], cursors: [], more: false, skipped: false, total: 0 };
