import type { FieldVerb, RowVerb } from '../../../../src/policy/rule.ts';
import type { PolicyTexts, RightsText, RuleText, ViewerText } from '../policy-text.ts';
import { modelIn, relationIn, relationOfColumn } from '../shape.ts';
import { rowsOf, type Row, type World } from '../world.ts';
import { holds, type Eyes } from './conditions.ts';
import { relatedRows } from './related.ts';

/** What one viewer may do in a world, row by row. */
export class Rights {
  readonly world: World;
  readonly policies: PolicyTexts;
  readonly viewer: ViewerText;
  /** Rules judge what is stored, whoever may read it. */
  private readonly stored: Eyes;
  private readonly known = new WeakMap<Row, Map<string, boolean>>();

  constructor(world: World, policies: PolicyTexts, viewer: ViewerText) {
    this.world = world;
    this.policies = policies;
    this.viewer = viewer;
    this.stored = {
      shape: world.shape,
      viewerId: viewer.id,
      value: (_, row, field) => row[field] ?? null,
      related: (model, row, relation) => relatedRows(world, model, row, relation),
    };
  }

  /** The rows of a model that exist for the viewer. */
  readable(model: string): readonly Row[] {
    return rowsOf(this.world, model).filter((row) => this.mayRow(model, row, 'read'));
  }

  mayRow(model: string, row: Row, verb: RowVerb): boolean {
    return this.remember(row, `${model} ${verb}`, () => {
      const own = this.allows(this.policies[model]!.rows[verb], model, row);
      // Update, delete and link hold only on rows that the viewer also reads.
      return own && (verb === 'read' || verb === 'create' || this.mayRow(model, row, 'read'));
    });
  }

  /** Of a row that the viewer reads. */
  mayField(model: string, row: Row, field: string, verb: FieldVerb): boolean {
    return this.remember(row, `${model}.${field} ${verb}`, () => {
      const shape = modelIn(this.world.shape, model);
      const rights = this.policies[model]!.fields[field];
      if (rights) return this.mayBy(rights, model, row, verb);
      // A column of a relation follows it, unless it is part of the row's own name.
      if (shape.key.includes(field)) return verb !== 'write';
      const relation = relationOfColumn(shape, field);
      if (!relation || verb === 'write') return false;
      const leads = relatedRows(this.world, model, row, relation.name).some((it) =>
        this.mayRow(relation.target, it, 'read'),
      );
      return leads && this.mayField(model, row, relation.name, verb);
    });
  }

  private mayBy(rights: RightsText, model: string, row: Row, verb: FieldVerb): boolean {
    const may = (rule: RuleText | undefined) => rule !== undefined && this.allows(rule, model, row);
    if (verb === 'read' || verb === 'write') return may(rights[verb]);
    // It follows read, and never exceeds it.
    return may(rights.read) && may(rights[verb] ?? rights.read);
  }

  allows(rule: RuleText, model: string, row: Row): boolean {
    switch (rule.kind) {
      case 'always':
        return true;
      case 'never':
        return false;
      case 'signedIn':
        return this.viewer.id !== null;
      case 'role':
        return this.viewer.roles.includes(rule.role);
      case 'where':
        return holds(rule.where, model, row, this.stored);
      case 'exists': {
        let [at, rows]: [string, readonly Row[]] = [model, [row]];
        for (const name of rule.path) {
          const from = at;
          rows = rows.flatMap((it) => relatedRows(this.world, from, it, name));
          at = relationIn(modelIn(this.world.shape, from), name).target;
        }
        return rows.some((it) => holds(rule.where, at, it, this.stored));
      }
      case 'through': {
        const { target } = modelIn(this.world.shape, model).fields.find(({ name }) => name === rule.relation) as {
          target: string;
        };
        return relatedRows(this.world, model, row, rule.relation).some((it) => this.mayRow(target, it, rule.verb));
      }
      case 'any':
        return rule.rules.some((it) => this.allows(it, model, row));
      case 'all':
        return rule.rules.every((it) => this.allows(it, model, row));
      case 'not':
        return !this.allows(rule.rule, model, row);
    }
  }

  private remember(row: Row, key: string, judge: () => boolean): boolean {
    const memory = this.known.get(row) ?? new Map<string, boolean>();
    this.known.set(row, memory);
    const known = memory.get(key) ?? judge();
    memory.set(key, known);
    return known;
  }
}
