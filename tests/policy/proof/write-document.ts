import type { Document } from './document.ts';
import { root } from './operation.ts';
import type { Service } from './service.ts';
import type { Value } from './world.ts';
import type { WriteText } from './write-text.ts';

/** The mutation in GraphQL; its inputs travel as variables. */
export function documentOfWrite(
  { kind, model, ...inputs }: WriteText,
  { api, names }: Pick<Service, 'api' | 'names'>,
): Document {
  const name = names.models.get(model)![kind];
  const field = api.getMutationType()?.getFields()[name];
  if (!field) throw new Error(`The API has no ${name}.`);
  const given = Object.entries(inputs as Readonly<Record<string, Value>>);
  const declared = given.map(([it]) => `$${it}: ${String(field.args.find((arg) => arg.name === it)!.type)}`);
  const args = given.map(([it]) => `${it}: $${it}`);
  const selection = kind.endsWith('Many') ? '{ created updated deleted same denied }' : '{ nodeId }';
  return {
    text: `mutation(${declared.join(', ')}) { ${root}: ${name}(${args.join(', ')}) ${selection} }`,
    variables: Object.fromEntries(given),
  };
}
