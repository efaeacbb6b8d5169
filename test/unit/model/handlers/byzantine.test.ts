import { describe, expect, test } from 'vitest';
import { MINUTE, SECOND } from '#base/time';
import { FLAW_CENSORED, FLAW_PAYLOAD, FLAW_PROOF } from '#model/chain';
import { divide, forgetLock, misdeed } from '#model/handlers/byzantine';
import type { Behaviour, FaultPlan, Plan } from '#model/plan';
import { provingIn } from '../../../fixtures/plan.js';
import { byzantine, constant, faultOf, playUntil, runOnce, type ShortPlan, SLOTS, shortPlan } from './short-run.js';

const LATE = 3 * SECOND;
const SOON = 5 * SECOND; // some heights after the faults have begun
const END = SLOTS * SECOND;
const MESSAGES = 10;

/** As many validators as are tolerated to be Byzantine, and `beyond` more. */
function faulty(n: number, beyond = 0): number[] {
  return Array.from({ length: Math.floor((n - 1) / 3) + beyond }, (_, i) => i + 1);
}

function planWith(n: number, faults: readonly FaultPlan[], more: ShortPlan = {}): Plan {
  return shortPlan(n, { ...more, faults });
}

function twoFaced(validators: readonly number[]): FaultPlan[] {
  return [byzantine('equivocate-proposal', validators), byzantine('equivocate-vote', validators)];
}

/** Blocks that each validator proposed, but for those of the last slots. */
function proposedIn(plan: Plan): number[] {
  return [...playUntil(plan, END - SECOND).run.proposed];
}

const SAFE = { 'safety.forks': 0, 'safety.violations': 0 };

describe.each([4, 7])('%i validators', (n) => {
  const most = faulty(n);
  const undisturbed = runOnce(shortPlan(n));

  test('without Byzantine ones finalize every slot and accuse nobody', () => {
    expect(undisturbed.blocks).toBe(SLOTS);
    expect(undisturbed.metrics).toMatchObject({ ...SAFE, 'safety.evidence': 0 });
  });

  test.each<Behaviour>(['equivocate-proposal', 'equivocate-vote'])(
    '%s by as many as are tolerated is evidence against them and no fork',
    (behaviour) => {
      const { metrics, blocks } = runOnce(planWith(n, [byzantine(behaviour, most)]));
      expect(metrics).toMatchObject({ ...SAFE, 'safety.evidence': most.length });
      expect(blocks).toBeGreaterThan(SLOTS / 2);
    },
  );

  test('two faces in every step, of as many as are tolerated, cost blocks and make no fork', () => {
    const plan = planWith(n, twoFaced(most));
    const { metrics, blocks } = runOnce(plan);
    expect(metrics).toMatchObject({ ...SAFE, 'safety.evidence': most.length });
    expect(blocks).toBeGreaterThan(SLOTS / 2);
    expect(blocks).toBeLessThan(undisturbed.blocks);
    const { chain } = playUntil(plan, END - SECOND).run;
    expect(Array.from({ length: n }, (_, i) => i).filter((i) => chain.accused[i] === 1)).toEqual(most);
  });

  test('two faces in every step, of one more, make a fork that is counted, and the run ends as any other', () => {
    const { metrics, blocks, result } = runOnce(planWith(n, twoFaced(faulty(n, 1))));
    expect(metrics['safety.forks']).toBeGreaterThan(0);
    expect(metrics['safety.violations']).toBeGreaterThanOrEqual(metrics['safety.forks'] as number);
    expect([result, blocks > 0]).toEqual(['completed', true]);
  });

  test('an invalid block is nobody’s decision: its round ends with nil and the next one decides', () => {
    const plan = planWith(n, [byzantine('invalid-payload', most)]);
    const { metrics, blocks } = runOnce(plan);
    expect(metrics).toMatchObject(SAFE);
    expect(metrics['liveness.finality']).toBeGreaterThan(1.2 * (undisturbed.metrics['liveness.finality'] as number));
    expect(blocks).toBeGreaterThan(SLOTS / 2);
    const proposed = proposedIn(plan);
    for (const node of most) expect(proposed[node]).toBe(0);
  });

  test('a proof that does not verify matters only where proofs are asked for', () => {
    const free = planWith(n, [byzantine('invalid-proof', most)]);
    expect(runOnce(free).metrics).toEqual(undisturbed.metrics);
    const enforced = playUntil(withProofs(free), 4 * MINUTE).run;
    const before = playUntil(withProofs(planWith(n, [])), 4 * MINUTE).run;
    const activation = enforced.chain.gates.find((gate) => gate.phase === 'proofs')?.activation as number;
    expect(enforced.chain.tip).toBeGreaterThan(activation + 2 * n);
    for (let height = 1; height <= enforced.chain.tip; height += 1) {
      const value = enforced.chain.decided[height - enforced.chain.decidedFrom] as number;
      const flawed = ((enforced.chain.values.flaws[value] as number) & FLAW_PROOF) !== 0;
      if (flawed) expect(height).toBeLessThan(activation);
    }
    expect(before.chain.tip).toBeGreaterThan(enforced.chain.tip);
  });

  test.each<[Behaviour, object]>([
    ['withhold', {}],
    ['drop', { share: 1 }],
    ['delay', { delay: constant(LATE) }],
  ])('a proposer that does %s costs a round', (behaviour, over) => {
    const plan = planWith(n, [byzantine(behaviour, most, over)]);
    const { metrics, blocks } = runOnce(plan);
    expect(metrics).toMatchObject({ ...SAFE, 'safety.evidence': 0 });
    expect(blocks).toBeGreaterThan(SLOTS / 2);
    expect(blocks).toBeLessThan(0.9 * SLOTS);
    const proposed = proposedIn(plan);
    for (const node of most) expect(proposed[node]).toBe(0);
  });

  test('nil votes are missing in the commits, and no blocks are', () => {
    const { metrics, blocks } = runOnce(planWith(n, [byzantine('nil', most)]));
    expect(metrics).toMatchObject({ ...SAFE, 'safety.evidence': 0 });
    expect(metrics['liveness.participation']).toBeCloseTo((n - most.length) / n, 2);
    expect(blocks).toBe(SLOTS);
  });

  test.each<Behaviour>(['nil', 'withhold'])('%s of one more than is tolerated stops the chain', (behaviour) => {
    const { metrics, blocks } = runOnce(planWith(n, [byzantine(behaviour, faulty(n, 1))]));
    expect(blocks).toBe(0);
    expect(metrics).toMatchObject(SAFE);
  });

  test('messages that some miss cost blocks and no agreement', () => {
    const { metrics, blocks } = runOnce(planWith(n, [byzantine('drop', most, { share: 0.4 })]));
    expect(metrics).toMatchObject({ ...SAFE, 'safety.evidence': 0 });
    expect(blocks).toBeGreaterThan(SLOTS / 3);
    expect(blocks).toBeLessThan(SLOTS);
  });

  test('forged votes are refused, each by everybody it reaches, and count for nothing', () => {
    const plan = planWith(n, [byzantine('forge', most, { perHeight: MESSAGES })]);
    const { metrics } = runOnce(plan);
    expect(metrics).toEqual(undisturbed.metrics);
    const { chain } = playUntil(plan, SOON).run;
    expect(chain.tip).toBeGreaterThan(4);
    expect(chain.forgeries).toBe(chain.tip * most.length * MESSAGES * (n - 1));
    expect(playUntil(shortPlan(n), SOON).run.chain.forgeries).toBe(0);
  });

  test.each<Behaviour>(['spam', 'replay'])('%s makes work and changes nothing', (behaviour) => {
    const plan = planWith(n, [byzantine(behaviour, most, { perHeight: MESSAGES })]);
    const { metrics, messageEvents } = runOnce(plan);
    expect(metrics).toEqual(undisturbed.metrics);
    const noisy = (SLOTS - 2) * most.length * MESSAGES * (n - 1); // nothing old at the first height
    expect(messageEvents - undisturbed.messageEvents).toBeGreaterThanOrEqual(noisy);
  });

  test('amnesia of as many as are tolerated breaks nothing, even with equivocation and loss', () => {
    const faults = [byzantine('amnesia', most), ...twoFaced(most), faultOf('loss', [0, 3], { loss: 0.1 })];
    for (const seed of ['a', 'b', 'c']) {
      const { metrics, blocks } = runOnce(planWith(n, faults, { network: { retransmit: 0 } }), seed);
      expect(metrics).toMatchObject(SAFE);
      expect(blocks).toBeGreaterThan(0);
    }
  });

  test('censored blocks are decided and known for what they are', () => {
    const { chain, proposed } = playUntil(planWith(n, [byzantine('censor', most)]), END - SECOND).run;
    for (const node of most) expect(proposed[node]).toBeGreaterThan(0);
    for (let value = 0; value < chain.values.count; value += 1) {
      const censored = most.includes(chain.values.proposer[value] as number);
      expect(chain.values.flaws[value]).toBe(censored ? FLAW_CENSORED : 0);
    }
  });

  test('who acts seldom, at some heights or in some rounds only does no harm elsewhere', () => {
    const blocksOf = (over: object) => proposedIn(planWith(n, [byzantine('invalid-payload', most, over)]));
    const own = (proposed: readonly number[]) => most.reduce((sum, node) => sum + (proposed[node] as number), 0);
    const honest = own(proposedIn(shortPlan(n)));
    expect(own(blocksOf({ acts: 0 }))).toBe(honest);
    expect(own(blocksOf({ acts: 0.5 }))).toBeGreaterThan(0);
    expect(own(blocksOf({ acts: 0.5 }))).toBeLessThan(honest);
    expect(own(blocksOf({ rounds: [1, 9] }))).toBe(honest);
    expect(own(blocksOf({ heights: [SLOTS * 2, SLOTS * 3] }))).toBe(honest);
    expect(own(blocksOf({ heights: [0, SLOTS / 2] }))).toBeGreaterThan(honest / 4);
    expect(own(blocksOf({ heights: [0, SLOTS / 2] }))).toBeLessThan((3 * honest) / 4);
  });
});

/** The release goes out and asks for proofs at once; epochs are short. */
function withProofs(plan: Plan): Plan {
  const name = 'mainnet';
  const [channel] = plan.channels;
  const gate = (phase: string) =>
    ({ kind: 'gate', phase, batchShare: 0.5, pause: 0, mode: 'enforce', needs: [] }) as const;
  return {
    ...plan,
    horizon: 30 * MINUTE,
    chain: { ...plan.chain, epochBlocks: 10 },
    proofs: { ...plan.proofs, ...provingIn(constant(SECOND / 10)), verify: constant(SECOND / 100), failure: 0 },
    operations: { ...plan.operations, restart: constant(SECOND) },
    channels: [
      {
        ...(channel as NonNullable<typeof channel>),
        name,
        steps: [
          { kind: 'upgrade', batchShare: 0.25, pause: 0 },
          gate('selection'),
          gate('proofs'),
          { kind: 'dwell', time: 10 * MINUTE, epochs: 0 },
        ],
      },
    ],
  };
}

test('a validator misbehaves at the heights and rounds that its fault names, by its own luck', () => {
  const over = { heights: [3, 5], rounds: [1, 2] } as const;
  const { chain } = playUntil(planWith(4, [byzantine('nil', [1], over)]), SOON).run;
  const acts = (height: number, round: number, node = 1, behaviour: Behaviour = 'nil') => {
    chain.height[node] = height;
    return misdeed(chain, node, round, behaviour) !== undefined;
  };
  expect([2, 3, 5, 6].map((height) => acts(height, 1))).toEqual([false, true, true, false]);
  expect([0, 1, 2, 3].map((round) => acts(4, round))).toEqual([false, true, true, false]);
  expect([acts(4, 1, 2), acts(4, 1, 1, 'withhold')]).toEqual([false, false]);
  const often = playUntil(planWith(4, [byzantine('nil', [1], { acts: 0.3 })]), SOON).run.chain;
  let acted = 0;
  for (let height = 1; height <= 1000; height += 1) {
    often.height[1] = height;
    if (misdeed(often, 1, 0, 'nil') !== undefined) acted += 1;
  }
  expect(acted).toBeGreaterThan(250);
  expect(acted).toBeLessThan(350);
});

test('amnesia forgets the lock before a round, and only where it acts', () => {
  const { chain } = playUntil(planWith(4, [byzantine('amnesia', [1], { rounds: [2, 9] })]), SOON).run;
  const lockedOn = { lockedValue: 7, lockedRound: 0, validValue: 7, validRound: 0 };
  const afterRound = (node: number, round: number) => {
    const driver = chain.drivers[node] as (typeof chain.drivers)[number];
    driver.state = { ...driver.state, ...lockedOn };
    forgetLock(chain, node, round);
    const { lockedRound, validRound } = driver.state;
    return [lockedRound, validRound];
  };
  expect([afterRound(1, 1), afterRound(1, 2), afterRound(0, 2)]).toEqual([
    [0, 0],
    [-1, -1],
    [0, 0],
  ]);
});

test('one value may be spoilt in several ways', () => {
  const faults = [byzantine('invalid-payload', [1]), byzantine('invalid-proof', [1])];
  const { values } = playUntil(planWith(4, faults), SOON).run.chain;
  const own = Array.from({ length: values.count }, (_, i) => i).filter((value) => values.proposer[value] === 1);
  expect(own.map((value) => values.flaws[value])).toEqual(own.map(() => FLAW_PAYLOAD | FLAW_PROOF));
  expect(own.length).toBeGreaterThan(0);
});

test('the honest validators are divided into halves of about equal power', () => {
  const { chain } = playUntil(planWith(7, [byzantine('equivocate-vote', [0])]), SECOND / 2).run;
  divide(chain, [100, 5, 4, 3, 3, 2, 1]);
  const powers = [5, 4, 3, 3, 2, 1];
  const first = powers.reduce((sum, power, i) => sum + (chain.half[i + 1] === 0 ? power : 0), 0);
  expect([first, chain.half[0]]).toEqual([9, 0]);
});

test('a validator that reforms is honest again and stays accused', () => {
  const over = { duration: constant(10 * SECOND) };
  const plan = planWith(
    4,
    twoFaced([1]).map((fault) => ({ ...fault, ...over })),
  );
  const { run } = playUntil(plan, END - SECOND);
  expect([run.chain.misconducts, run.chain.everFaulty[1], run.chain.accused[1]]).toEqual([0, 1, 1]);
  expect(run.proposed[1]).toBeGreaterThan(8);
  expect(runOnce(plan).metrics).toMatchObject(SAFE);
});
