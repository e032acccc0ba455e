import { notFound } from '../../errors.ts';
import { keyOf, type Model } from '../../model/model.ts';
import { tupleText } from './row-finder.ts';
import type { Change, KeyValues } from './row-writer.ts';

interface Move {
  readonly model: Model;
  /** The text of the key that it had. */
  readonly from: string;
  /** Undefined: the row is deleted. */
  readonly to: KeyValues | undefined;
}

/**
 * Follows rows while a transaction writes. What is nested may change the key of a row that is being written, or has been:
 * under its old key nothing would be found then, or a row that has come there since.
 */
export function createWhereabouts() {
  const moves: Move[] = [];
  const textOf = (model: Model, key: KeyValues) => tupleText(model, keyOf(model).fields, key);

  function note({ model, verb, key, before }: Change): void {
    if (verb === 'delete') moves.push({ model, from: textOf(model, key), to: undefined });
    if (!before) return;
    const from = textOf(model, before);
    if (from !== textOf(model, key)) moves.push({ model, from, to: key });
  }

  /** How many moves there were: what `find` needs to know of a key besides its values. */
  const now = () => moves.length;

  /** The key today of the row that had this one at a time; undefined when the row is gone. */
  function find(model: Model, key: KeyValues, since: number): KeyValues | undefined {
    if (since === moves.length) return key;
    let current = key;
    let text = textOf(model, key);
    for (const { model: moved, from, to } of moves.slice(since)) {
      if (moved !== model || from !== text) continue;
      if (!to) return undefined;
      current = to;
      text = textOf(model, to);
    }
    return current;
  }

  /**
   * The row that stands under this key now, by the key that it has when asked.
   *
   * @throws NOT_FOUND when it is gone by then.
   */
  function follow(model: Model, key: KeyValues, path: string): () => KeyValues {
    const since = now();
    return () => {
      const there = find(model, key, since);
      if (!there) throw notFound(model.name, path);
      return there;
    };
  }

  return { note, now, find, follow };
}

export type Whereabouts = ReturnType<typeof createWhereabouts>;
