import { LRUCache } from 'lru-cache';
import type { Schema } from '../model/model.ts';
import type { Engine, Sql } from './engine.ts';
import type { Parameter } from './parameters.ts';
import type { Statement } from './plan.ts';

/** Entries kept, of up to half a megabyte: statements for many rows are few in shape. */
const maxStatements = 200;

const caches = new WeakMap<Schema, WeakMap<Engine, LRUCache<string, Statement>>>();

/** A statement for many rows, compiled once for its key: compiling one for 2,000 rows takes as long as running it. */
export function cachedStatement(
  { schema, engine }: { readonly schema: Schema; readonly engine: Engine },
  key: string,
  compile: () => Sql,
): Statement {
  const ofSchema = caches.get(schema) ?? new WeakMap<Engine, LRUCache<string, Statement>>();
  caches.set(schema, ofSchema);
  const cache = ofSchema.get(engine) ?? new LRUCache<string, Statement>({ max: maxStatements });
  ofSchema.set(engine, cache);
  let statement = cache.get(key);
  if (!statement) {
    const { sql, parameters } = compile().compile(engine.compiler);
    statement = { sql, parameters: parameters as unknown as Parameter[] };
    cache.set(key, statement);
  }
  return statement;
}
