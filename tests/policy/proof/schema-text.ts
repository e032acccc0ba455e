import {
  relationsIn,
  scalarsIn,
  type EnumShape,
  type ModelShape,
  type RelationShape,
  type ScalarShape,
  type Shape,
} from './shape.ts';

/** The shape in Prisma's schema language. */
export function schemaText({ models, enums }: Shape): string {
  return ['datasource db {\n  provider = "sqlite"\n}', ...enums.map(enumText), ...models.map(modelText)].join('\n\n');
}

function enumText({ name, values }: EnumShape): string {
  const lines = values.map((it) => `  ${it.name}${it.stored === it.name ? '' : ` @map(${JSON.stringify(it.stored)})`}`);
  return `enum ${name} {\n${lines.join('\n')}\n}`;
}

function modelText(model: ModelShape): string {
  const { name, table, key, keyKind, uniques } = model;
  const list = (fields: readonly string[]) => `([${fields.join(', ')}])`;
  const lines = [
    ...scalarsIn(model).map((field) => scalarText(field, model)),
    ...relationsIn(model).map(relationText),
    ...(key.length > 1 ? [`  @@${keyKind}${list(key)}`] : []),
    ...uniques.filter((it) => it.length > 1).map((it) => `  @@unique${list(it)}`),
    ...(table === name ? [] : [`  @@map(${JSON.stringify(table)})`]),
  ];
  return `model ${name} {\n${lines.join('\n')}\n}`;
}

function scalarText(field: ScalarShape, { key, keyKind, uniques }: ModelShape): string {
  const alone = (fields: readonly string[]) => fields.length === 1 && fields[0] === field.name;
  const type = field.enum ?? (field.type === 'Date' ? 'DateTime' : field.type);
  const attributes = [
    alone(key) ? `@${keyKind}` : uniques.some(alone) ? '@unique' : '',
    field.column === field.name ? '' : `@map(${JSON.stringify(field.column)})`,
  ];
  const comment = field.type === 'Date' ? '  /// @date\n' : '';
  return `${comment}  ${[field.name, `${type}${field.required ? '' : '?'}`, ...attributes].filter(Boolean).join(' ')}`;
}

function relationText({ name, target, list, required, owning, relation, join }: RelationShape): string {
  const type = `${target}${list ? '[]' : required ? '' : '?'}`;
  if (!owning || join.kind !== 'columns') return `  ${name} ${type} @relation("${relation}")`;
  const columns = (side: 0 | 1) => join.pairs.map((pair) => pair[side]).join(', ');
  return `  ${name} ${type} @relation("${relation}", fields: [${columns(0)}], references: [${columns(1)}])`;
}
