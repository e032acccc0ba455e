import type { ViewerDatabase } from '../database/database.ts';
import { badInput, PergolaError } from '../errors.ts';
import { relationsOf, type Model } from '../model/model.ts';
import { isNever } from '../policy/filter.ts';
import { createMapper, type MappedRow, type MapperOptions } from './map.ts';
import type { SourceRecord } from './parse.ts';

export interface FileMapperOptions extends Pick<MapperOptions, 'model' | 'mapping' | 'onForgiven'> {
  readonly rows: Pick<ViewerDatabase, 'policy' | 'schema'>;
  /** A unique key; left out, it is the primary key where the file gives that, else none. */
  readonly key: string | readonly string[] | undefined;
}

/** Maps the records of one file, and knows by which key its rows are found. */
export function createFileMapper({ rows, model, key: given, ...options }: FileMapperOptions) {
  const mapperBy = (key: readonly string[] | undefined) => ({
    key,
    ...createMapper({
      ...options,
      schema: rows.schema,
      model,
      isWritable: (field) => isUsable(field, rows, model, key),
    }),
  });
  let chosen = given === undefined ? undefined : mapperBy(keyFields(model, given));

  function choose(record: SourceRecord) {
    const primary = model.key?.fields;
    if (primary) {
      const byKey = mapperBy(primary);
      try {
        if (givesFields(model, primary, byKey.fieldsOf(record))) return byKey;
      } catch (error) {
        // A column that is unknown even so: told of below.
        if (!(error instanceof PergolaError)) throw error;
      }
    }
    return mapperBy(undefined);
  }

  return {
    /** Told of every record, those that an earlier run is done with too: the first one says which key it is. */
    meet(record: SourceRecord): void {
      chosen ??= choose(record);
    },
    map: (record: SourceRecord): MappedRow => (chosen ??= choose(record)).map(record),
    /** Its fields; known with the first record. */
    key: () => chosen?.key,
  };
}

function givesFields(model: Model, fields: readonly string[], given: ReadonlySet<string>): boolean {
  const owners = (name: string) =>
    relationsOf(model).filter(({ join }) => join.kind === 'columns' && join.pairs.some(([here]) => here === name));
  return fields.every((name) => given.has(name) || owners(name).some((relation) => given.has(relation.name)));
}

/** Fields that are read and not written may be given too where rows are looked up: what a row holds already is no change. */
function isUsable(
  field: string,
  { policy }: Pick<ViewerDatabase, 'policy'>,
  model: Model,
  key: readonly string[] | undefined,
) {
  if (!isNever(policy.field(model.name, field, 'write'))) return true;
  return key !== undefined && !isNever(policy.field(model.name, field, 'read'));
}

/** The fields of a key, given by its name, by one field, or by fields and relations. */
function keyFields(model: Model, key: string | readonly string[]): readonly string[] {
  const named = typeof key === 'string' ? model.uniques.find(({ name }) => name === key) : undefined;
  if (named) return named.fields;
  const relations = new Map(relationsOf(model).map((relation) => [relation.name, relation]));
  const fields = (typeof key === 'string' ? [key] : key).flatMap((name) => {
    const join = relations.get(name)?.join;
    return join?.kind === 'columns' ? join.pairs.map(([here]) => here) : [name];
  });
  const wanted = fields.toSorted().join();
  const unique = model.uniques.find((it) => it.fields.toSorted().join() === wanted);
  if (unique) return unique.fields;
  const known = model.uniques.map((it) => it.fields.join(' + ')).join(', ');
  throw badInput(`${fields.join(' + ')} is not a unique key of ${model.name}.`, `Use one of: ${known}.`, 'key');
}
