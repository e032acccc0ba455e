import {
  getLocation,
  Kind,
  parse,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type SelectionSetNode,
  type SourceLocation,
} from 'graphql';
import type { Path } from './reference/answer.ts';

/** Where in a document the field at a path of its answer stands: in several places when selections are merged. */
export function locationsIn(text: string): (path: Path) => SourceLocation[] {
  const document = parse(text);
  const fragments = new Map(document.definitions.filter(isFragment).map((it) => [it.name.value, it.selectionSet]));
  const fieldsNamed = (key: string, { selections }: SelectionSetNode): FieldNode[] =>
    selections.flatMap((it) => {
      if (it.kind === Kind.FIELD) return (it.alias ?? it.name).value === key ? [it] : [];
      return fieldsNamed(key, it.kind === Kind.INLINE_FRAGMENT ? it.selectionSet : fragments.get(it.name.value)!);
    });
  return (path) => {
    let sets = [operationOf(document)];
    let fields: FieldNode[] = [];
    for (const key of path) {
      if (typeof key === 'number') continue;
      fields = sets.flatMap((it) => fieldsNamed(key, it));
      sets = fields.flatMap(({ selectionSet }) => selectionSet ?? []);
    }
    return fields.map(({ loc }) => getLocation(loc!.source, loc!.start));
  };
}

const isFragment = (it: DocumentNode['definitions'][number]): it is FragmentDefinitionNode =>
  it.kind === Kind.FRAGMENT_DEFINITION;

function operationOf({ definitions: [first] }: DocumentNode): SelectionSetNode {
  if (first?.kind !== Kind.OPERATION_DEFINITION) throw new Error('The document does not begin with its operation.');
  return first.selectionSet;
}
