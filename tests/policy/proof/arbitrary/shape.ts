import * as fc from 'fast-check';
import { generatedDatamodel } from '../../../../src/generated/datamodel.ts';
import type { EnumShape, FieldShape, ModelShape, RelationShape, ScalarShape, ScalarType, Shape } from '../shape.ts';

/** Prisma Client is made for the application's models, and knows no others. */
const modelNames = generatedDatamodel.datamodel.models.map(({ name }) => name);

const enums: readonly EnumShape[] = [
  { name: 'Mood', values: ['WILD', 'CALM', 'ODD'].map((name) => ({ name, stored: name })) },
  {
    name: 'Grade',
    values: [
      { name: 'LOW', stored: 'b low' },
      { name: 'HIGH', stored: 'A high' },
    ],
  },
];

const columnType = fc.oneof(
  { weight: 6, arbitrary: fc.constant<ScalarType>('String') },
  {
    weight: 8,
    arbitrary: fc.constantFrom<ScalarType>('Int', 'BigInt', 'Float', 'Decimal', 'Boolean', 'DateTime', 'Date', 'Enum'),
  },
  // Grouped by units of time, and few besides.
  { weight: 2, arbitrary: fc.constantFrom<ScalarType>('DateTime', 'Date') },
  { weight: 1, arbitrary: fc.constantFrom<ScalarType>('Json', 'Bytes') },
);

const keyType = fc.oneof(
  { weight: 6, arbitrary: fc.constant<ScalarType>('String') },
  { weight: 3, arbitrary: fc.constantFrom<ScalarType>('Int', 'BigInt') },
  { weight: 1, arbitrary: fc.constantFrom<ScalarType>('DateTime', 'Date', 'Decimal', 'Enum', 'Boolean') },
);

const modelPlan = fc.record({
  key: fc.oneof(
    { weight: 5, arbitrary: fc.constant('id') },
    { weight: 3, arbitrary: fc.constantFrom('unique', 'pair', 'link') },
  ),
  keyTypes: fc.tuple(keyType, keyType),
  mapped: fc.boolean(),
  columns: fc.array(fc.record({ type: columnType, required: fc.boolean(), unique: fc.nat(9), mapped: fc.nat(4) }), {
    minLength: 1,
    maxLength: 5,
  }),
});

const relationPlan = fc.record({
  kind: fc.oneof(
    { weight: 5, arbitrary: fc.constant('many-to-one') },
    { weight: 2, arbitrary: fc.constant('one-to-one') },
    { weight: 3, arbitrary: fc.constant('many-to-many') },
  ),
  from: fc.nat(5),
  to: fc.nat(5),
  required: fc.boolean(),
  backFirst: fc.boolean(),
});

/** Two to six models with relations of every kind between them and to themselves. */
export const arbitraryShape: fc.Arbitrary<Shape> = fc
  .record({
    models: fc.array(modelPlan, { minLength: 2, maxLength: 5, size: 'max' }),
    relations: fc.array(relationPlan, { minLength: 2, maxLength: 7, size: 'max' }),
  })
  .map(({ models, relations }) => new ShapeBuilder(models, relations).build());

type ModelPlan = typeof modelPlan extends fc.Arbitrary<infer T> ? T : never;
type RelationPlan = typeof relationPlan extends fc.Arbitrary<infer T> ? T : never;

interface Draft {
  name: string;
  table: string;
  fields: FieldShape[];
  key: string[];
  keyKind: 'id' | 'unique';
  uniques: string[][];
}

class ShapeBuilder {
  private readonly drafts: Draft[];
  private readonly plans: readonly ModelPlan[];
  private readonly relations: readonly RelationPlan[];
  /** Models whose key others hold already: it stays as it is. */
  private readonly named = new Set<Draft>();

  constructor(plans: readonly ModelPlan[], relations: readonly RelationPlan[]) {
    this.plans = plans;
    this.relations = relations;
    this.drafts = plans.map(({ mapped }, at) => {
      const name = modelNames[at]!;
      return {
        name,
        table: mapped ? `${name.toLowerCase()} table` : name,
        fields: [],
        key: [],
        keyKind: 'id',
        uniques: [],
      };
    });
  }

  build(): Shape {
    this.drafts.forEach((draft, at) => this.addColumns(draft, this.plans[at]!));
    // In the order of the models: a relation's columns have the types of a key that is known already.
    this.relations.forEach((plan, at) => this.addRelation(plan, `r${at}`));
    const models: ModelShape[] = this.drafts;
    return { models, enums };
  }

  private addColumns(draft: Draft, { key, keyTypes, columns }: ModelPlan) {
    const scalar = (name: string, type: ScalarType, required: boolean, column = name): ScalarShape => ({
      kind: 'scalar',
      name,
      column,
      type,
      ...(type === 'Enum' && { enum: required ? 'Mood' : 'Grade' }),
      required,
    });
    // Where one value of two is all there is, the key has a second part.
    const narrow = keyTypes[0] === 'Boolean' || keyTypes[0] === 'Enum';
    draft.keyKind = key === 'unique' ? 'unique' : 'id';
    draft.key = key === 'pair' || narrow ? ['keyA', 'keyB'] : ['key'];
    draft.fields.push(
      ...draft.key.map((name, at) => scalar(name, at === 1 && narrow ? 'String' : keyTypes[at as 0 | 1], true)),
    );
    for (const [at, { type, required, unique, mapped }] of columns.entries()) {
      const name = `${type.toLowerCase()}${at}`;
      draft.fields.push(scalar(name, type, required, mapped === 0 ? `${name} column` : name));
      if (
        unique === 0 &&
        !(required && givesWay(draft)) &&
        !['Json', 'Boolean', 'Enum', 'Bytes', 'Float'].includes(type)
      )
        draft.uniques.push([name]);
    }
  }

  private addRelation({ kind, from, to, required, backFirst }: RelationPlan, relation: string) {
    const [a, b] = [from % this.drafts.length, to % this.drafts.length];
    const [near, far] = [this.drafts[a]!, this.drafts[b]!];
    // Names decide which side of a many-to-many between rows of one model is A.
    const [there, back] = backFirst ? [`z${relation}`, `a${relation}`] : [`a${relation}`, `z${relation}`];
    if (kind === 'many-to-many' && hasPlainId(near) && hasPlainId(far)) {
      const first = near === far ? there < back : near.name < far.name;
      const side = (name: string, target: Draft, letter: 'A' | 'B'): RelationShape => ({
        kind: 'relation',
        name,
        target: target.name,
        list: true,
        required: true,
        owning: false,
        relation,
        join: { kind: 'table', table: `_${relation}`, near: letter },
      });
      this.named.add(near).add(far);
      near.fields.push(side(there, far, first ? 'A' : 'B'));
      far.fields.push(side(back, near, first ? 'B' : 'A'));
      return;
    }
    // Rows are made in the order of the models, so that a required relation always finds one.
    const single = kind === 'one-to-one';
    const certain = required && b < a && !(single && far.key.length === 1 && givesWay(near));
    const pairs = far.key.map((name): [string, string] => [`${there}_${name}`, name]);
    const types = new Map(far.fields.map((it) => [it.name, it as ScalarShape]));
    for (const [here, target] of pairs)
      near.fields.push({ ...types.get(target)!, name: here, column: here, required: certain });
    near.fields.push({
      kind: 'relation',
      name: there,
      target: far.name,
      list: false,
      required: certain,
      owning: true,
      relation,
      join: { kind: 'columns', pairs },
    });
    far.fields.push({
      kind: 'relation',
      name: back,
      target: near.name,
      list: !single,
      required: !single,
      owning: false,
      relation,
      join: { kind: 'columns', pairs: pairs.map(([here, target]) => [target, here]) },
    });
    if (single) near.uniques.push(pairs.map(([here]) => here));
    // A row that is named by what it belongs to, like a membership.
    if (certain && !single && this.plans[a]!.key === 'link' && !this.named.has(near))
      near.key = [...pairs.map(([here]) => here), ...near.key];
    this.named.add(near).add(far);
  }
}

/** An implicit many-to-many needs an `@id` of one field on both sides. */
const hasPlainId = ({ key, keyKind }: Draft) => keyKind === 'id' && key.length === 1;

/** Where no key is marked, a required field that is unique alone comes before two that are together. */
const givesWay = ({ key, keyKind }: Draft) => keyKind === 'unique' && key.length > 1;
