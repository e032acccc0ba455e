import type { RelationShape } from '../shape.ts';
import type { Row } from '../world.ts';
import type { DataText } from '../write-text.ts';
import { Refusal } from './draft.ts';
import type { Wanted, Writer } from './write.ts';

/** Through a relation whose columns this row holds: what they become. */
export function writeNear(
  writer: Writer,
  { model, relation: { target, required, join } }: { readonly model: string; readonly relation: RelationShape },
  value: DataText,
  old: Row | undefined,
): { there: Row; after?: () => void } {
  const pairs = join.kind === 'columns' ? join.pairs : [];
  const [verb, item] = Object.entries(value)[0] as [string, DataText];
  const to = (far: Row) => ({ there: Object.fromEntries(pairs.map(([here, name]) => [here, far[name] ?? null])) });
  const wanted: Wanted = {
    tied: (far) => old !== undefined && pairs.every(([here, name]) => old[here] !== null && old[here] === far[name]),
  };
  const emptied = () => {
    if (required) throw new Refusal(model, { codes: ['BAD_INPUT'] });
    return Object.fromEntries(pairs.map(([here]) => [here, null]));
  };
  switch (verb) {
    case 'create':
      return to(writer.create(target, item));
    case 'connect':
      return to(writer.find(target, 'link', { where: item }));
    case 'connectOrCreate': {
      const { where, create } = item as { where: DataText; create: DataText };
      const known = writer.look(target, 'read', { where });
      return to(known ? writer.find(target, 'link', { where }) : writer.create(target, create));
    }
    case 'update':
      writer.updateNamed(target, wanted, item);
      return { there: {} };
    case 'upsert': {
      const { create, update } = item as { create: DataText; update: DataText };
      if (!writer.look(target, 'read', wanted)) return to(writer.create(target, create));
      writer.updateNamed(target, wanted, update);
      return { there: {} };
    }
    case 'delete': {
      const far = writer.find(target, 'delete', wanted);
      return { there: emptied(), after: () => writer.draft.delete(target, writer.draft.now(target, far)) };
    }
    case 'disconnect':
      return { there: emptied() };
    default:
      throw new Error(`The reference knows no ${verb} of a row that is pointed at.`);
  }
}
