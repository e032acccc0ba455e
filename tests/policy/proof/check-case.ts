import { Refuted, type Case } from './case.ts';
import { ask } from './check-answer.ts';
import { firstExcess, onlyShrinks } from './check-narrowed.ts';
import { checkPages } from './check-pages.ts';
import { turnsAround } from './arbitrary/edits.ts';
import { Places } from './places.ts';
import { Rights } from './reference/rights.ts';
import { viewOf } from './reference/view.ts';
import { designOf, openService } from './service.ts';
import { storeWorld } from './stored-world.ts';
import { isSound } from './world.ts';

/**
 * All properties of one case, on its own.
 *
 * @returns what is refuted. @throws Error for a case that is none: a document that is not valid, a world that no
 * database could hold, another world that the viewer can tell from the first.
 */
export async function checkCase(it: Case): Promise<Refuted | undefined> {
  const { world, other, policies, viewers, operation } = it;
  if (!isSound(world)) throw new Error('No database could hold this world.');
  const design = designOf(world.shape);
  await using stored = await storeWorld(world);
  await using service = await openService(stored.url, design, policies);
  const places = new Places(service, world, viewers);
  const rights = viewers.map((viewer) => new Rights(world, policies, viewer));
  for (const [index, viewer] of viewers.entries()) {
    const { difference, answer } = await ask(operation, {
      world,
      service,
      places,
      viewer,
      rights: rights[index]!,
      validate: true,
    });
    if (answer.errors.some(({ path }) => path.length === 0)) throw new Error('The variables do not fit the API.');
    if (difference)
      return new Refuted(
        'P1: the answer is not the reference’s',
        { ...it, viewer: index },
        difference.expected,
        difference.actual,
      );
  }
  const [viewer, mine] = [viewers[it.viewer]!, rights[it.viewer]!];
  const before = await ask(operation, { world, service, places, viewer, rights: mine });
  if (operation.kind === 'list') {
    for (const size of [1, 2, 3]) {
      const wrong = await checkPages(operation.list, viewer, { service, shape: world.shape, size });
      if (wrong) return new Refuted('P3: the pages are not the list', it, wrong.expected, wrong.actual);
    }
  }
  if (other) {
    if (!isSound(other) || viewOf(new Rights(other, policies, viewer)) !== viewOf(mine))
      throw new Error('The viewer can tell these worlds apart.');
    stored.write(other);
    const again = await ask(operation, { world, service, places, viewer, rights: mine });
    if (again.answer.text !== before.answer.text)
      return new Refuted('P2: a hidden difference shows', it, before.answer.text, again.answer.text);
    stored.write(world);
  }
  if (it.narrowed && onlyShrinks(operation, world.shape) && !turnsAround(policies, world.shape)) {
    await using fewer = await openService(stored.url, design, it.narrowed);
    const less = new Rights(world, it.narrowed, viewer);
    const after = await ask(operation, {
      world,
      service: fewer,
      places: new Places(fewer, world, viewers),
      viewer,
      rights: less,
    });
    const excess = firstExcess(after.answer.data, before.answer.data);
    if (excess !== undefined)
      return new Refuted(`P4: a right less shows more, at ${excess}`, it, before.answer.data, after.answer.data);
  }
  return undefined;
}
