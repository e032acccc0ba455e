/** Everything that can be done through each relation of home 1, which rights it takes, and what differs afterwards. */

interface Relation {
  readonly model: string;
  /** Who holds the columns. */
  readonly holder: 'near' | 'far' | 'table';
  /** To-one otherwise. */
  readonly list: boolean;
  readonly optional: boolean;
  /** A row that is tied to home 1, one that is not, and one to create. */
  readonly tied: object;
  readonly free: object;
  readonly fresh: object;
  /** What differs when the free row is tied, the new one, and when the tied one is not any more. */
  readonly tie: readonly string[];
  readonly tieFresh: readonly string[];
  readonly untie: readonly string[];
  /** The right on the relation's field at the far end. */
  readonly back?: string;
}

const one = (id: number) => ({ id });
const homes = { model: 'Home', fresh: { id: 9, street: { connect: { id: 2 } } }, free: one(4) };

// prettier-ignore
export const relations: Readonly<Record<string, Relation>> = {
  gate: { model: 'Gate', holder: 'near', list: false, optional: true, tied: one(1), free: one(2), fresh: one(9),
    tie: ['Home 1 gateId: 1 > 2'], tieFresh: ['+ Gate 9', 'Home 1 gateId: 1 > 9'], untie: ['Home 1 gateId: 1 > null'] },
  street: { model: 'Street', holder: 'near', list: false, optional: false, tied: one(1), free: one(2), fresh: one(9),
    tie: ['Home 1 streetId: 1 > 2'], tieFresh: ['+ Street 9', 'Home 1 streetId: 1 > 9'], untie: [] },
  shelf: { model: 'Shelf', holder: 'near', list: false, optional: true,
    tied: { room: 1, row: 1 }, free: { room: 1, row: 2 }, fresh: { room: 9, row: 8 },
    tie: ['Home 1 row: 1 > 2'], tieFresh: ['+ Shelf 9,8', 'Home 1 room: 1 > 9', 'Home 1 row: 1 > 8'],
    untie: ['Home 1 room: 1 > null', 'Home 1 row: 1 > null'] },
  parent: { ...homes, holder: 'near', list: false, optional: true, tied: one(2),
    tie: ['Home 1 parentId: 2 > 4'], tieFresh: ['+ Home 9', 'Home 1 parentId: 2 > 9'], untie: ['Home 1 parentId: 2 > null'] },
  roof: { model: 'Roof', holder: 'far', list: false, optional: true, tied: one(1), free: one(2), fresh: one(9),
    tie: ['Roof 1 homeId: 1 > null', 'Roof 2 homeId: null > 1'], tieFresh: ['+ Roof 9', 'Roof 1 homeId: 1 > null'],
    untie: ['Roof 1 homeId: 1 > null'] },
  rooms: { model: 'Room', holder: 'far', list: true, optional: true,
    tied: { floor: 1, number: 1 }, free: { floor: 2, number: 1 }, fresh: { floor: 9, number: 8 },
    tie: ['Room 2,1 homeId: null > 1'], tieFresh: ['+ Room 9,8'], untie: ['Room 1,1 homeId: 1 > null'] },
  doors: { model: 'Door', holder: 'far', list: true, optional: false, tied: one(1), free: one(3), fresh: one(9),
    tie: ['Door 3 homeId: 4 > 1'], tieFresh: ['+ Door 9'], untie: [] },
  children: { ...homes, holder: 'far', list: true, optional: true, tied: one(3), back: 'w',
    tie: ['Home 4 parentId: null > 1'], tieFresh: ['+ Home 9'], untie: ['Home 3 parentId: 1 > null'] },
  trees: { model: 'Tree', holder: 'table', list: true, optional: true,
    tied: { kind: 'oak' }, free: { kind: 'ash' }, fresh: { kind: 'fir' },
    tie: ['+ _HomeToTree 1,ash'], tieFresh: ['+ Tree fir', '+ _HomeToTree 1,fir'], untie: ['- _HomeToTree 1,oak'] },
  sees: { ...homes, holder: 'table', list: true, optional: true, tied: one(5),
    tie: ['+ _Sees 4,1'], tieFresh: ['+ Home 9', '+ _Sees 9,1'], untie: ['- _Sees 5,1'] },
  seenBy: { ...homes, holder: 'table', list: true, optional: true, tied: one(6),
    tie: ['+ _Sees 1,4'], tieFresh: ['+ Home 9', '+ _Sees 1,9'], untie: ['- _Sees 1,6'] },
};

export interface NestedCase {
  readonly relation: string;
  readonly model: string;
  readonly verb: string;
  /** What is said of the relation, where a row that is created has these rights. */
  readonly input: (may: string) => unknown;
  /** The rights that it takes on the home (besides `u` and `w`), on the row that is there, and on the one that is created. */
  readonly needs: { readonly near?: string; readonly far?: string; readonly new?: string };
  /** The row that is there. */
  readonly far: object;
  /** Where, below the relation, what concerns the other row stands; where the tie does. */
  readonly at: string;
  readonly tieAt?: string;
  /** A row that may not be read goes the way of one that is not there, so a new one is made under its key: here. */
  readonly createAt?: string;
  readonly changes: readonly string[];
}

/** As a `where` names the row. */
export function uniqueOf(key: object) {
  const names = Object.keys(key);
  return names.length === 1 ? key : { [names.join('_')]: key };
}

/** The table's name, and the key as `everything` writes it. */
const rowName = (model: string, key: object) => `${model} ${Object.values(key).join()}`;

const setNothing: Readonly<Record<string, readonly string[]>> = {
  rooms: ['Room 1,1 homeId: 1 > null', 'Room 1,2 homeId: 1 > null'],
  children: ['Home 3 parentId: 1 > null'],
  trees: ['- _HomeToTree 1,elm', '- _HomeToTree 1,oak'],
  sees: ['- _Sees 5,1'],
  seenBy: ['- _Sees 1,6'],
};

/** On a home that is there. */
export const updateCases: readonly NestedCase[] = Object.entries(relations).flatMap(([relation, it]) => {
  const { model, holder, list, optional, tied, free, fresh, tie, tieFresh, untie, back = 'b' } = it;
  const items = (item: unknown) => (list ? [item] : item);
  const [n, where] = list ? ['[0]', '.where'] : ['', ''];
  const row = (key: object, may: string) => ({ ...key, may });
  const again = { ...fresh, ...tied };
  // Whoever holds the columns is the one that is written: it must allow that, and the other one to be pointed at.
  const near = holder === 'far' ? { near: 'l' } : {};
  const tying = { ...near, far: holder === 'far' ? `ru${back}` : 'rl' };
  // A new home says on which street it stands, so its own relations must be writable too.
  const creating = { ...near, new: `c${holder === 'far' ? back : ''}${model === 'Home' ? 'w' : ''}` };
  const named = (data: object) => (list ? { where: uniqueOf(tied), ...data } : data);
  const renamed = [`${rowName(model, tied)} name:  > new`];
  const gone = [`- ${rowName(model, tied)}`, ...(holder === 'far' ? [] : untie)];
  const of = (verb: string, rest: Omit<NestedCase, 'relation' | 'model' | 'verb'>) => [
    { relation, model, verb, ...rest },
  ];
  const untied = optional && (list || holder !== 'far');
  return [
    ...of('create', {
      input: (may) => ({ create: items(row(fresh, may)) }),
      needs: creating,
      far: free,
      at: `create${n}`,
      changes: tieFresh,
    }),
    ...of('connect', {
      input: () => ({ connect: items(uniqueOf(free)) }),
      needs: tying,
      far: free,
      at: `connect${n}`,
      changes: tie,
    }),
    ...of('connectOrCreate, there', {
      input: () => ({ connectOrCreate: items({ where: uniqueOf(free), create: { ...fresh, ...free } }) }),
      needs: tying,
      far: free,
      at: `connectOrCreate${n}.where`,
      tieAt: `connectOrCreate${n}`,
      createAt: `connectOrCreate${n}.create`,
      changes: tie,
    }),
    ...of('connectOrCreate, absent', {
      input: (may) => ({ connectOrCreate: items({ where: uniqueOf(keyOf(fresh)), create: row(fresh, may) }) }),
      needs: creating,
      far: free,
      at: `connectOrCreate${n}.create`,
      // Where one row only fits, the one before is untied first.
      ...(holder === 'far' && !list && { tieAt: 'connectOrCreate' }),
      changes: tieFresh,
    }),
    ...of('update', {
      input: () => ({ update: items(list ? named({ data: { name: 'new' } }) : { name: 'new' }) }),
      needs: { far: 'ru' },
      far: tied,
      at: `update${n}${where}`,
      changes: renamed,
    }),
    ...of('upsert, there', {
      input: () => ({ upsert: items(named({ create: again, update: { name: 'new' } })) }),
      needs: { far: 'ru' },
      far: tied,
      at: `upsert${n}${where}`,
      createAt: `upsert${n}.create`,
      changes: renamed,
    }),
    ...(optional || holder === 'far'
      ? of('delete', {
          input: () => ({ delete: list ? [uniqueOf(tied)] : true }),
          needs: { far: 'rd' },
          far: tied,
          at: `delete${n}`,
          changes: gone,
        })
      : []),
    ...(optional
      ? of('disconnect', {
          input: () => ({ disconnect: list ? [uniqueOf(tied)] : true }),
          // Who holds the column itself empties it, whatever it points at.
          needs: holder === 'near' ? {} : tying,
          far: tied,
          at: `disconnect${n}`,
          changes: untie,
        })
      : []),
    ...(untied && list
      ? of('set', { input: () => ({ set: [] }), needs: near, far: free, at: 'set', changes: setNothing[relation]! })
      : []),
  ];
});

const keyOf = (row: object) => Object.fromEntries(Object.entries(row).filter(([name]) => name !== 'street'));
