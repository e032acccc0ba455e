import { documentOf } from './document.ts';
import { listsOf, plainSelect, type ListText, type Operation, type PlaceText } from './operation.ts';
import type { ViewerText } from './policy-text.ts';
import { totalOrder } from './reference/order.ts';
import { refusalsOfOrder } from './reference/refusal.ts';
import { Rights } from './reference/rights.ts';
import { sightOf } from './reference/sight.ts';
import type { Service } from './service.ts';
import type { Value, World } from './world.ts';

export interface Place {
  readonly cursor: string;
  /** What the cursor stands for, by the reference. */
  readonly values: readonly Value[];
}

/** Cursors as clients come by them: from a list that somebody, not always the one who uses it, has read. */
export class Places {
  private readonly service: Service;
  private readonly world: World;
  private readonly viewers: readonly ViewerText[];
  private readonly known = new Map<string, Place | undefined>();

  constructor(service: Service, world: World, viewers: readonly ViewerText[]) {
    this.service = service;
    this.world = world;
    this.viewers = viewers;
  }

  async find(operation: Operation): Promise<void> {
    for (const list of listsOf(operation)) {
      const { from } = list.page;
      if (from && !this.known.has(keyOf(from, list))) this.known.set(keyOf(from, list), await this.look(from, list));
    }
  }

  get(from: PlaceText, list: ListText): Place | undefined {
    return this.known.get(keyOf(from, list));
  }

  private async look({ viewer: at, row }: PlaceText, { model, orderBy = [] }: ListText): Promise<Place | undefined> {
    const viewer = this.viewers[at % this.viewers.length]!;
    const { api, names, policies } = this.service;
    const { shape } = this.world;
    if (orderBy.some((term) => refusalsOfOrder(term, model, { shape, policies, viewer }).length > 0)) return undefined;
    const sight = sightOf(new Rights(this.world, policies, viewer));
    const order = totalOrder(orderBy, model, sight);
    const places = sight
      .readable(model)
      .map((it) => order.placeOf(it))
      .toSorted(order.compare);
    const parts = { rows: 'edges', total: false, info: false, cursors: true } as const;
    const list: ListText = {
      model,
      orderBy,
      page: { backwards: false, size: 100 },
      parts,
      select: plainSelect('__typename'),
    };
    const document = documentOf({ kind: 'list', list }, { shape, api, names, cursor: () => undefined });
    const { text } = await this.service.ask(document, viewer);
    const { data } = JSON.parse(text) as { data: { it: { edges: { cursor: string }[] } } | null };
    const edges = data?.it.edges ?? [];
    const index = row % Math.max(places.length, 1);
    const [values, edge] = [places[index], edges[index]];
    return values && edge ? { cursor: edge.cursor, values } : undefined;
  }
}

const keyOf = (from: PlaceText, { model, orderBy }: ListText) => JSON.stringify([from, model, orderBy]);
