import { describe, expect, test } from 'vitest';
import { HOUR, MINUTE, SECOND } from '#base/time';
import { slowestClass } from '#model/handlers/proving';
import type { FaultPlan, Plan } from '#model/plan';
import type { FailoverPlan } from '#model/proof-plan';
import { proofBacklog, proofReadyAt } from '#model/proofs/prover';
import { check } from '../../../fixtures/check.js';
import { gatedPlan, LAG, provers, quietPlan, SLOT } from './gated-run.js';
import { constant, faultOf, playUntil, runOnce } from './short-run.js';

const ALL = [0, 1, 2, 3];
const OUTAGE = 10 * MINUTE;
const SINCE = 10 * MINUTE;

const outage = (validators: readonly number[], over: object = {}): FaultPlan => {
  return faultOf('backend', validators, {
    trigger: { kind: 'at', time: SINCE },
    duration: constant(OUTAGE),
    ...over,
  });
};

/** The largest backlog of blocks that dashboards saw, and how long after a time it was back to what it was before. */
function backlogOf(plan: Plan): { worst: number; goneAt: number } {
  let worst = 0;
  let goneAt = 0;
  playUntil(plan, plan.horizon, 'seed', (world, { chain }) => {
    const backlog = proofBacklog(slowestClass(chain), world.now);
    worst = Math.max(worst, backlog);
    if (backlog > LAG) goneAt = world.now;
  });
  return { worst, goneAt };
}

describe('an outage of every backend before proofs are enforced', () => {
  const TIME = 2 * SECOND + SECOND / 2; // half a slot
  const plan = (failover: FailoverPlan | null, faults: readonly FaultPlan[] = [outage(ALL)]): Plan => {
    return quietPlan(4, HOUR, { faults, proofs: provers(TIME, { failover, warmUp: 30 * SECOND }) });
  };

  test('leaves a backlog of all its blocks, worked off in the time that is left beside new ones', () => {
    const { worst, goneAt } = backlogOf(plan(null));
    expect(worst).toBeGreaterThanOrEqual(OUTAGE / SLOT - 1);
    expect(worst).toBeLessThanOrEqual(OUTAGE / SLOT + 2);
    // each slot one block comes and two are proved: the backlog takes as long as it took to build up
    expect(goneAt).toBeGreaterThan(SINCE + 2 * OUTAGE - 6 * SLOT);
    expect(goneAt).toBeLessThan(SINCE + 2 * OUTAGE + 6 * SLOT);
  });

  test('with a failover leaves the blocks until the other backend is ready, and is over sooner', () => {
    const dead = 90 * SECOND;
    const { worst, goneAt } = backlogOf(plan({ after: MINUTE, factor: 1 }));
    expect(worst).toBeGreaterThanOrEqual(dead / SLOT - 1);
    expect(worst).toBeLessThanOrEqual(dead / SLOT + 2);
    expect(goneAt).toBeGreaterThan(SINCE + 2 * dead - 6 * SLOT);
    expect(goneAt).toBeLessThan(SINCE + 2 * dead + 6 * SLOT);
  });

  test('with a failover that is too slow goes on growing, and is worked off on the own backend', () => {
    const { worst, goneAt } = backlogOf(plan({ after: MINUTE, factor: 4 }));
    const dead = 90 * SECOND;
    // two slots for each block while on the other backend
    expect(worst).toBeGreaterThan((dead + (OUTAGE - dead) / 2) / SLOT - 3);
    expect(worst).toBeLessThan((dead + (OUTAGE - dead) / 2) / SLOT + 3);
    expect(goneAt).toBeGreaterThan(SINCE + OUTAGE + worst * SLOT - 6 * SLOT);
  });

  test('shows in the metrics, and nothing shows without it', () => {
    expect(runOnce(plan(null)).metrics['proofs.backlog']).toBeGreaterThan(OUTAGE / SLOT - 2);
    expect(runOnce(plan(null, [])).metrics['proofs.backlog']).toBeLessThanOrEqual(1);
    expect(runOnce(plan(null, [outage([0])])).metrics['proofs.backlog']).toBeLessThanOrEqual(1);
  });

  test('as slow provers do: what they leave is worked off, not forgotten', () => {
    const slow = faultOf('slow', ALL, {
      on: 'prove',
      factor: 4,
      trigger: { kind: 'at', time: SINCE },
      duration: constant(OUTAGE),
    });
    const { worst, goneAt } = backlogOf(plan(null, [slow]));
    expect(worst).toBeGreaterThan(OUTAGE / SLOT / 2 - 3);
    expect(worst).toBeLessThan(OUTAGE / SLOT / 2 + 3);
    expect(goneAt).toBeGreaterThan(SINCE + OUTAGE + (worst - 6) * SLOT);
  });
});

describe('an outage of every backend under enforcement', () => {
  const plan = (failover: FailoverPlan | null, faults: readonly FaultPlan[] = [outage(ALL)]): Plan => {
    return gatedPlan(4, { over: { faults, proofs: provers(SECOND, { failover, warmUp: 30 * SECOND }) } });
  };

  test('stops the chain until it is over: no block without the proof of an earlier one', () => {
    const { metrics, result } = runOnce(plan(null));
    expect(metrics['liveness.longestStall']).toBeGreaterThan(OUTAGE - (LAG + 1) * SLOT);
    expect(metrics['liveness.longestStall']).toBeLessThan(OUTAGE + MINUTE);
    expect([result, metrics['safety.forks']]).toEqual(['completed', 0]);
  });

  test('with a failover stops it until the other backend has its keys', () => {
    const { metrics, timeline = [] } = runOnce(plan({ after: MINUTE, factor: 1 }));
    expect(timeline.filter(({ kind }) => kind === 'proofs').map(({ subject, cause }) => [subject, cause])).toEqual([
      ['plonky3', 'takes over for 4 validators, not releasable'],
      ['stwo', 'proves again for 4 validators'],
    ]);
    expect([metrics['proofs.failovers'], runOnce(plan(null)).metrics['proofs.failovers']]).toEqual([4, 0]);
    const stall = metrics['liveness.longestStall'];
    expect(stall).toBeGreaterThan(90 * SECOND - (LAG + 1) * SLOT);
    expect(stall).toBeLessThan(90 * SECOND + MINUTE);
  });

  test('of a minority costs the rounds it leads, not the chain', () => {
    const { metrics } = runOnce(plan(null, [outage([0])]));
    expect(metrics['liveness.longestStall']).toBeLessThan(MINUTE);
    expect(metrics['liveness.slotShare']).toBeGreaterThan(0.8);
    expect(runOnce(plan(null, [])).metrics['liveness.longestStall']).toBeLessThan(30 * SECOND);
  });
});

describe('circuits of another version', () => {
  const WARM_UP = 2 * MINUTE;
  const crash = faultOf('crash', [0, 1], {
    trigger: { kind: 'at', time: 20 * MINUTE },
    duration: constant(10 * MINUTE),
  });
  const plan = (newCircuits: boolean, faults: readonly FaultPlan[] = [], n = 6): Plan => {
    return gatedPlan(n, {
      checks: [check({})],
      over: { faults, proofs: provers(SECOND, { newCircuits, warmUp: WARM_UP }) },
    });
  };

  test('a node proves once it has started and then made its keys', () => {
    const seen = new Map<number, number>();
    playUntil(plan(true), 10 * MINUTE, 'seed', (_, { chain }) => {
      for (const [node, since] of chain.provesSince.entries()) {
        if (chain.release[node] === 1 && chain.up[node] === 1)
          seen.set(node, since - (chain.startedUpAt[node] as number));
      }
    });
    expect([...seen.values()]).toEqual(Array.from({ length: 6 }, () => WARM_UP));
    const { chain } = playUntil(plan(false), 10 * MINUTE).run;
    expect([...chain.release]).toEqual(Array.from({ length: 6 }, () => 1));
    expect([...chain.provesSince]).toEqual(Array.from({ length: 6 }, () => 0));
  });

  test('on the way back of an enforced gate no version alone has a quorum for a while, and the chain stands', () => {
    // the outage is over when nodes go back, one in ten at a time
    const stood = (newCircuits: boolean): { blocks: number; mixed: number } => {
      let [blocks, mixed, tip] = [0, 0, 0];
      playUntil(plan(newCircuits, [crash]), 3 * HOUR, 'seed', ({ rollout }, { chain }) => {
        const released = chain.release.reduce((sum, one) => sum + one, 0);
        if (rollout.state === 'undoing' && released >= 2 && released <= 3 && chain.up.every((up) => up === 1)) {
          mixed += 1;
          if (tip > 0) blocks += chain.tip - tip;
          tip = chain.tip;
        } else tip = 0;
      });
      return { blocks, mixed };
    };
    const same = stood(false);
    const other = stood(true);
    expect([same.mixed > 0, other.mixed > 0]).toEqual([true, true]);
    expect(same.blocks).toBeGreaterThanOrEqual(0);
    expect(other.blocks).toBe(0);
    const slots = [false, true].map((newCircuits) => runOnce(plan(newCircuits, [crash])).metrics['rollback.slotsLost']);
    expect(slots[1]).toBeGreaterThan((slots[0] as number) + WARM_UP / SLOT);
  });

  test('whoever is on the other version refuses the proofs of blocks, and the log says so', () => {
    const outage = faultOf('crash', [0, 1, 2, 3], {
      trigger: { kind: 'at', time: 20 * MINUTE },
      duration: constant(4 * MINUTE), // over before the first node goes back
    });
    const runs = [false, true].map((newCircuits) => runOnce(plan(newCircuits, [outage], 10)));
    const told = runs.map(
      ({ timeline = [] }) => timeline.filter(({ subject }) => subject === 'VersionMismatch').length,
    );
    expect(runs.map(({ metrics }) => (metrics['proofs.refused'] as number) > 0)).toEqual([false, true]);
    expect([told[0], (told[1] as number) > 0]).toEqual([0, true]);
  });

  test('proofs made before are worth nothing after it: the latest blocks are proved anew, by new keys', () => {
    const waits = [false, true].map((newCircuits) => {
      let wait = Number.NaN;
      playUntil(plan(newCircuits, [crash]), 3 * HOUR, 'seed', ({ now, rollout }, { chain }) => {
        if (rollout.state !== 'recovering' || !Number.isNaN(wait)) return;
        wait = proofReadyAt(slowestClass(chain), chain.tip) - now;
      });
      return wait;
    });
    expect(waits[0]).toBeLessThanOrEqual(SECOND);
    expect(waits[1]).toBe(WARM_UP + LAG * SECOND); // the last of two blocks, one second each
  });
});
