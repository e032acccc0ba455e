import { p7, Refuted, type Case } from './case.ts';
import { ask, disagreementIn, type Asked, type Difference } from './check-answer.ts';
import { checkPages } from './check-pages.ts';
import type { Fitted } from './choose-operations.ts';
import { isOrdered, type Operation } from './operation.ts';
import { otherWorld } from './other-world.ts';
import { Places } from './places.ts';
import type { Plan } from './plan.ts';
import { Rights } from './reference/rights.ts';
import type { Service } from './service.ts';
import type { StoredWorld } from './stored-world.ts';
import type { Tally } from './tally.ts';

/** P1 to P3 of one service, and P7 of its engines. */
export class ServiceProof {
  private readonly plan: Plan;
  private readonly service: Service;
  private readonly tally: Tally;
  private readonly places: Places;
  private readonly rights: readonly Rights[];

  constructor(plan: Plan, service: Service, tally: Tally) {
    this.plan = plan;
    this.service = service;
    this.tally = tally;
    this.places = new Places(service, plan.world, plan.viewers);
    this.rights = plan.viewers.map((viewer) => new Rights(plan.world, service.policies, viewer));
  }

  async run(chosen: readonly Fitted[], stored: StoredWorld): Promise<void> {
    const ofEdited: { asked: Asked; operation: Operation }[] = [];
    for (const [at, fitted] of chosen.entries()) {
      // One operation for all viewers in turn: what is kept of it for one must not reach another.
      for (const [viewer, operation] of fitted.entries()) {
        if (!operation) continue;
        const asked = await this.proveAnswer(operation, viewer);
        if (viewer === this.plan.edited) ofEdited.push({ asked, operation });
        if ((at % 3 === 0 || isOrdered(operation)) && viewer === this.plan.edited)
          await this.provePages(operation, viewer);
      }
    }
    await this.proveSame(ofEdited, stored);
  }

  private async proveAnswer(operation: Operation, at: number): Promise<Asked> {
    const { world, viewers } = this.plan;
    const { service, places, tally } = this;
    const asked = await ask(operation, { world, service, places, viewer: viewers[at]!, rights: this.rights[at]! });
    if (asked.difference) throw this.refuted('P1: the answer is not the reference’s', operation, at, asked.difference);
    if (asked.disagreement) throw this.refuted(p7, operation, at, asked.disagreement);
    const { met, refused } = asked.expected;
    if (asked.tooDeep) tally.tooDeep++;
    else {
      tally.runs++;
      if (refused) tally.refused++;
      if (met.rows > 0 && met.fields > 0) tally.counted++;
    }
    return asked;
  }

  private async provePages(operation: Operation, at: number): Promise<void> {
    if (operation.kind !== 'list') return;
    const { world, viewers, pageSize } = this.plan;
    const options = { service: this.service, shape: world.shape, size: pageSize };
    const wrong = await checkPages(operation.list, viewers[at]!, options);
    if (wrong) throw this.refuted('P3: the pages are not the list', operation, at, wrong);
    this.tally.paged++;
  }

  /** P2: in a world that the viewer cannot tell from this one the answers are the same, byte by byte. */
  private async proveSame(before: readonly { asked: Asked; operation: Operation }[], stored: StoredWorld) {
    const { world, viewers, edits, edited } = this.plan;
    const other = otherWorld(world, edits, this.service.policies, viewers[edited]!);
    if (other.made === 0) return;
    await stored.write(other.world);
    for (const { asked, operation } of before) {
      const answer = await this.service.ask(asked.document, viewers[edited]!);
      const { text } = answer;
      const difference = { expected: asked.answer.text, actual: text };
      if (text !== asked.answer.text)
        throw this.refuted('P2: a hidden difference shows', operation, edited, difference, { other: other.world });
      const disagreement = asked.tooDeep ? undefined : disagreementIn(answer);
      if (disagreement) throw this.refuted(p7, operation, edited, disagreement, { world: other.world });
      this.tally.twice++;
    }
    await stored.write(world);
  }

  private refuted(
    property: string,
    operation: Operation,
    viewer: number,
    { expected, actual }: Difference,
    more: Partial<Case> = {},
  ): Refuted {
    const { world, viewers } = this.plan;
    return new Refuted(
      property,
      { world, policies: this.service.policies, viewers, viewer, operation, ...more },
      expected,
      actual,
    );
  }
}
