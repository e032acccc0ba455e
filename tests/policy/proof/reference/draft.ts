import type { PolicyTexts, ViewerText } from '../policy-text.ts';
import { modelIn, relationIn, scalarsIn, type ModelShape } from '../shape.ts';
import { isSound, rowsOf, textOf, type Row, type Value, type World } from '../world.ts';
import { Rights } from './rights.ts';

/** Why a write is refused. */
export type RefusalCode = 'NOT_FOUND' | 'FORBIDDEN' | 'CONFLICT' | 'BAD_INPUT';

export class Refusal extends Error {
  /** Any of them is right. */
  readonly codes: readonly RefusalCode[];
  readonly model: string;
  /** What lacks is a right, or a tie, and nothing else: a build that does not ask for it shows here. */
  readonly byRight: boolean;

  constructor(model: string, { codes, byRight = false }: { codes: readonly RefusalCode[]; byRight?: boolean }) {
    super(`${codes.join(' or ')} on ${model}`);
    this.codes = codes;
    this.model = model;
    this.byRight = byRight;
  }
}

/** A world while it is written, and what the writer may do in it as it is at the moment. */
export class Draft {
  private current: World;
  private known: Rights | undefined;
  /** What became of rows: what they are after a change, or undefined. */
  private readonly became = new Map<Row, Row | undefined>();
  /** A row was looked for again after its key had changed. */
  followed = false;
  private movedKey = false;
  private readonly policies: PolicyTexts;
  private readonly viewer: ViewerText;

  constructor(world: World, policies: PolicyTexts, viewer: ViewerText) {
    this.current = world;
    this.policies = policies;
    this.viewer = viewer;
  }

  get world(): World {
    return this.current;
  }

  get rights(): Rights {
    return (this.known ??= new Rights(this.current, this.policies, this.viewer));
  }

  model(name: string): ModelShape {
    return modelIn(this.current.shape, name);
  }

  rows(model: string): readonly Row[] {
    return rowsOf(this.current, model);
  }

  /** @throws Refusal BAD_INPUT where a required value is missing, CONFLICT */
  insert(model: string, given: Row): Row {
    const row = Object.fromEntries(scalarsIn(this.model(model)).map(({ name }) => [name, given[name] ?? null]));
    this.requireWhole(model, row);
    this.put(model, [...this.rows(model), row]);
    return row;
  }

  update(model: string, old: Row, columns: Row): Row {
    const row = { ...old, ...columns };
    this.requireWhole(model, row);
    this.put(
      model,
      this.rows(model).map((it) => (it === old ? row : it)),
    );
    this.became.set(old, row);
    const { key } = this.model(model);
    if (textOf(old, key) !== textOf(row, key)) this.movedKey = true;
    return row;
  }

  delete(model: string, row: Row): void {
    this.put(
      model,
      this.rows(model).filter((it) => it !== row),
    );
    this.became.set(row, undefined);
  }

  /** The same row as it is now, whatever became of its key; undefined when it is gone. */
  look(row: Row): Row | undefined {
    let now: Row | undefined = row;
    while (now && this.became.has(now)) now = this.became.get(now);
    return now;
  }

  /** @throws Refusal when the row is gone. */
  now(model: string, row: Row): Row {
    const now = this.look(row);
    if (!now) throw new Refusal(model, { codes: ['NOT_FOUND', 'FORBIDDEN'] });
    const { key } = this.model(model);
    if (textOf(now, key) !== textOf(row, key)) this.followed = true;
    return now;
  }

  /** A required relation leads nowhere: where there are foreign keys, no world comes to that. */
  get dangles(): boolean {
    return this.movedKey && !isSound(this.current);
  }

  isTied(model: string, row: Row, relation: string, far: Row): boolean {
    const { table, pair } = this.tieOf(model, row, relation, far);
    return (this.current.links[table] ?? []).some(([a, b]) => a === pair[0] && b === pair[1]);
  }

  tie(model: string, row: Row, relation: string, far: Row): void {
    if (this.isTied(model, row, relation, far)) return;
    const { table, pair } = this.tieOf(model, row, relation, far);
    this.link(table, [...(this.current.links[table] ?? []), pair]);
  }

  untie(model: string, row: Row, relation: string, far: Row): void {
    const { table, pair } = this.tieOf(model, row, relation, far);
    this.link(
      table,
      (this.current.links[table] ?? []).filter(([a, b]) => a !== pair[0] || b !== pair[1]),
    );
  }

  private tieOf(model: string, row: Row, name: string, far: Row): { table: string; pair: readonly [Value, Value] } {
    const { join, target } = relationIn(this.model(model), name);
    if (join.kind !== 'table') throw new Error(`${name} has no table.`);
    const [here, there] = [row[this.model(model).key[0]!]!, far[this.model(target).key[0]!]!];
    return { table: join.table, pair: join.near === 'A' ? [here, there] : [there, here] };
  }

  private requireWhole(model: string, row: Row): void {
    const lacks = scalarsIn(this.model(model)).some(({ name, required }) => required && row[name] === null);
    if (lacks) throw new Refusal(model, { codes: ['BAD_INPUT'] });
  }

  private put(model: string, rows: readonly Row[]): void {
    const { key, uniques } = this.model(model);
    for (const fields of [key, ...uniques]) {
      const named = rows.filter((row) => fields.every((name) => row[name] !== null));
      if (new Set(named.map((row) => textOf(row, fields))).size < named.length)
        throw new Refusal(model, { codes: ['CONFLICT'] });
    }
    this.change({ ...this.current, rows: { ...this.current.rows, [model]: rows } });
  }

  private link(table: string, pairs: readonly (readonly [Value, Value])[]): void {
    this.change({ ...this.current, links: { ...this.current.links, [table]: pairs } });
  }

  private change(world: World): void {
    this.current = world;
    this.known = undefined;
  }
}
