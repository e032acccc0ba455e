import { parse, validate } from 'graphql';
import { turnsAround } from './arbitrary/edits.ts';
import { p7, Refuted, type Case } from './case.ts';
import { ask, type Difference } from './check-answer.ts';
import { checkNarrowed, shrinking } from './check-narrowed.ts';
import { checkPages } from './check-pages.ts';
import { openEngine } from './engine-service.ts';
import { Places } from './places.ts';
import { Rights } from './reference/rights.ts';
import { viewOf } from './reference/view.ts';
import { designOf } from './service.ts';
import { storeWorld } from './stored-world.ts';
import { isSound } from './world.ts';

/**
 * All properties of one case, on its own.
 *
 * @returns what is refuted.
 * @throws Error for a case that is none: a document that is not valid, a world that no database could hold, another
 * world that the viewer can tell from the first.
 */
export async function checkCase(it: Case, open = openEngine): Promise<Refuted | undefined> {
  const { world, other, policies, narrowed, viewers, operation } = it;
  if (!isSound(world)) throw new Error('No database could hold this world.');
  const design = designOf(world.shape);
  await using stored = await storeWorld(world);
  await using service = await open(stored.urls, design, policies);
  const places = new Places(service, world, viewers);
  const rights = viewers.map((viewer) => new Rights(world, policies, viewer));
  const askAs = (at: number) => ask(operation, { world, service, places, viewer: viewers[at]!, rights: rights[at]! });
  const refuted = (property: string, { expected, actual }: Difference, viewer = it.viewer) =>
    new Refuted(property, { ...it, viewer }, expected, actual);

  // Those before have asked before: what is kept of their questions must not show.
  for (const [at] of viewers.entries()) {
    const { difference, disagreement, document, answer } = await askAs(at);
    const [invalid] = validate(service.api, parse(document.text));
    if (invalid) throw invalid;
    if (answer.text.includes('BAD_REQUEST')) throw new Error('The variables do not fit the API.');
    if (difference) return refuted('P1: the answer is not the reference’s', difference, at);
    if (disagreement) return refuted(p7, disagreement, at);
  }
  const [viewer, mine] = [viewers[it.viewer]!, rights[it.viewer]!];
  const { document, answer } = await askAs(it.viewer);
  for (const size of operation.kind === 'list' ? [1, 2, 3] : []) {
    if (operation.kind !== 'list') continue;
    const wrong = await checkPages(operation.list, viewer, { service, shape: world.shape, size });
    if (wrong) return refuted('P3: the pages are not the list', wrong);
  }
  if (other) {
    if (!isSound(other) || viewOf(new Rights(other, policies, viewer)) !== viewOf(mine))
      throw new Error('The viewer can tell these worlds apart.');
    await stored.write(other);
    const { text } = await service.ask(document, viewer);
    await stored.write(world);
    if (text !== answer.text) return refuted('P2: a hidden difference shows', { expected: answer.text, actual: text });
  }
  const narrower = narrowed && !turnsAround(policies, narrowed) && shrinking(operation, world.shape);
  if (narrower) {
    await using fewer = await open(stored.urls, design, narrowed);
    const wrong = await checkNarrowed(narrower, viewer, { shape: world.shape, services: [service, fewer] });
    if (wrong) return refuted('P4: a right less shows more', wrong);
  }
  return undefined;
}
