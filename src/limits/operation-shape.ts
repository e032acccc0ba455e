import {
  Kind,
  OperationTypeNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';
import type { OperationLimits } from './operation-limits.ts';
import { tooComplex } from './too-complex.ts';

type ShapeLimits = Pick<OperationLimits, 'aliases' | 'directives' | 'depth' | 'rootMutations' | 'listEntries'>;

/**
 * What can be seen of a document without knowing the API or the variables. It comes before validation, some rules of
 * which compare every field with every other.
 *
 * @throws TOO_COMPLEX
 */
export function refuseLargeDocument(document: DocumentNode, limits: ShapeLimits): void {
  let [aliases, directives] = [0, 0];
  visit(document, {
    Field({ alias }) {
      if (alias && ++aliases > limits.aliases)
        throw tooComplex(`The document has more than ${limits.aliases} aliases.`);
    },
    Directive() {
      if (++directives > limits.directives)
        throw tooComplex(`The document has more than ${limits.directives} directives.`);
    },
    ListValue({ values }) {
      refuseLongList(values, limits);
    },
  });
  const fragments = new Map(
    document.definitions.flatMap((it) => (it.kind === Kind.FRAGMENT_DEFINITION ? [[it.name.value, it] as const] : [])),
  );
  const [depthOf, fieldsOf] = [measureDepth(fragments), countFields(fragments)];
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    if (depthOf(definition.selectionSet) > limits.depth)
      throw tooComplex(`The operation has fields nested deeper than ${limits.depth}.`);
    if (definition.operation === OperationTypeNode.MUTATION && fieldsOf(definition.selectionSet) > limits.rootMutations)
      throw tooComplex(`The mutation has more than ${limits.rootMutations} fields.`);
  }
}

/** @throws TOO_COMPLEX for variables with a list, at any level, that has too many entries. */
export function refuseLongLists(value: unknown, limits: Pick<OperationLimits, 'listEntries'>): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) refuseLongList(value, limits);
  for (const part of Object.values(value)) refuseLongLists(part, limits);
}

function refuseLongList({ length }: readonly unknown[], { listEntries }: Pick<OperationLimits, 'listEntries'>): void {
  if (length > listEntries) throw tooComplex(`A list has ${length} entries; ${listEntries} are allowed.`);
}

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

const measureDepth = (fragments: Fragments) =>
  onceForEachFragment(fragments, (children: readonly { own: number; within: number }[]) =>
    Math.max(0, ...children.map(({ own, within }) => own + within)),
  );

const countFields = (fragments: Fragments) =>
  onceForEachFragment(fragments, (children) =>
    children.reduce((sum, { own, within }) => sum + (own === 1 ? 1 : within), 0),
  );

/**
 * A figure of a selection set, made of those of what it holds: a field (own 1) with its selections, or a fragment
 * (own 0). Each fragment is looked at once: 18 of them that each spread the next twice are 2^18 ways to go.
 */
function onceForEachFragment(
  fragments: Fragments,
  combine: (children: readonly { own: number; within: number }[]) => number,
) {
  const known = new Map<string, number>();
  const ofSpread = (name: string): number => {
    const figure = known.get(name);
    if (figure !== undefined) return figure;
    // Also for the fragment that spreads itself: validation refuses it, after this has come to an end.
    known.set(name, 0);
    const fragment = fragments.get(name);
    const found = fragment ? of(fragment.selectionSet) : 0;
    known.set(name, found);
    return found;
  };
  const of = ({ selections }: SelectionSetNode): number =>
    combine(
      selections.map((selection) => {
        if (selection.kind === Kind.FRAGMENT_SPREAD) return { own: 0, within: ofSpread(selection.name.value) };
        const own = selection.kind === Kind.FIELD ? 1 : 0;
        return { own, within: selection.selectionSet ? of(selection.selectionSet) : 0 };
      }),
    );
  return of;
}
