import { describe, expect, test } from 'vitest';
import { HOUR, MINUTE, SECOND } from '#base/time';
import type { Outcome } from '#model/outcome';
import type { FaultPlan, Plan } from '#model/plan';
import { check } from '../../../fixtures/check.js';
import { gatedPlan, LAG, provers } from './gated-run.js';
import { constant, faultOf, runOnce } from './short-run.js';

const ALL = [0, 1, 2, 3];
const HEADROOM = check({
  name: 'headroom',
  metric: 'proofs.backlog',
  statistic: 'max',
  success: { comparator: '<=', value: LAG },
  onFail: 'hold',
  consecutiveFailures: 1_000, // it only has to succeed before the gate
});

const plan = (needs: readonly string[], faults: readonly FaultPlan[], prove: number): Plan => {
  const checks = [{ ...HEADROOM, window: MINUTE }];
  return gatedPlan(4, {
    before: 5 * MINUTE,
    after: 20 * MINUTE,
    step: { needs },
    checks,
    over: { faults, proofs: provers(prove) },
  });
};

/** When the gate's step begins, and when it is active. */
function gateOf({ timeline }: Outcome): { begun: number; active: number; held: boolean } {
  const when = (kind: string, subject: string): number => {
    return timeline?.find((one) => one.kind === kind && one.subject === subject)?.at ?? Number.NaN;
  };
  const held = timeline?.some(({ kind, subject }) => kind === 'hold' && subject === 'headroom') ?? false;
  return { begun: when('step', 'gate proofs'), active: when('gate-active', 'proofs'), held };
}

describe('a gate that needs headroom', () => {
  const END = 8 * MINUTE;
  const outage = faultOf('backend', ALL, { trigger: { kind: 'at', time: MINUTE }, duration: constant(END - MINUTE) });

  test('waits until the backlog of an outage is worked off', () => {
    const { begun, active, held } = gateOf(runOnce(plan(['headroom'], [outage], 2.5 * SECOND)));
    expect(held).toBe(true);
    // two blocks are proved in the slot in which one comes: as long as the outage, and the window of the check
    expect(begun).toBeGreaterThan(END + (END - MINUTE));
    expect(begun).toBeLessThan(END + (END - MINUTE) + 4 * MINUTE);
    expect(active).toBeGreaterThan(begun);
  });

  test('does not wait where there is headroom, nor one that does not need it', () => {
    const ready = gateOf(runOnce(plan(['headroom'], [], 2.5 * SECOND)));
    expect([ready.held, ready.begun]).toEqual([false, 5 * MINUTE]);
    const bold = gateOf(runOnce(plan([], [outage], 2.5 * SECOND)));
    expect([bold.held, bold.begun]).toEqual([false, 5 * MINUTE]);
  });

  test('is held for ever by provers that never keep up, and aborted in the end', () => {
    const never = plan(['headroom'], [], 6 * SECOND);
    const operations = { ...never.operations, holdLimit: 10 * MINUTE };
    const outcome = runOnce({ ...never, horizon: HOUR, operations });
    expect(outcome.undone).toMatchObject([{ kind: 'abort', check: 'headroom' }]);
    expect(gateOf(outcome).begun).toBeNaN();
  });
});

describe('the headroom that a check saw', () => {
  const slow = (factor: number): FaultPlan => {
    return faultOf('slow', ALL, {
      on: 'prove',
      factor,
      trigger: { kind: 'after', channel: 'mainnet', step: 'proofs', delay: 0 },
      duration: constant(HOUR),
    });
  };
  const misjudged = (needs: readonly string[], faults: readonly FaultPlan[]): number | null | undefined => {
    return runOnce(plan(needs, faults, SECOND)).metrics['proofs.headroomMisjudged'];
  };

  test('was misjudged where provers no longer keep up once proofs are enforced', () => {
    expect(misjudged(['headroom'], [slow(20)])).toBe(1);
  });

  test('was there where they do', () => {
    expect(misjudged(['headroom'], [])).toBe(0);
    expect(misjudged(['headroom'], [slow(3)])).toBe(0);
  });

  test('is not blamed for an outage of the nodes themselves', () => {
    const { active } = gateOf(runOnce(plan(['headroom'], [], SECOND)));
    const down = (over: object): FaultPlan => faultOf('crash', [0, 1, 2], { duration: constant(6 * MINUTE), ...over });
    const cut = down({ trigger: { kind: 'at', time: active + SECOND } });
    const { metrics } = runOnce(plan(['headroom'], [cut], SECOND));
    expect(metrics['liveness.longestStall']).toBeGreaterThan(6 * MINUTE); // of twelve minutes that are judged at most
    expect(metrics['proofs.headroomMisjudged']).toBe(0);
    const forGood = {
      ...plan(['headroom'], [{ ...cut, duration: constant(3 * HOUR) } as FaultPlan], SECOND),
      horizon: HOUR,
    };
    expect(runOnce(forGood).metrics['proofs.headroomMisjudged']).toBe(0);
  });

  test('is not judged where no check stood for it', () => {
    expect(misjudged([], [slow(20)])).toBe(0);
  });

  test('is judged at the end where hardly a block follows', () => {
    const { active } = gateOf(runOnce(plan(['headroom'], [], SECOND)));
    const outage = faultOf('backend', ALL, {
      trigger: { kind: 'at', time: active + SECOND },
      duration: constant(3 * HOUR),
    });
    const { metrics, timeline } = runOnce({ ...plan(['headroom'], [outage], SECOND), horizon: HOUR });
    expect(timeline?.some(({ kind }) => kind === 'gate-active')).toBe(true);
    expect(metrics['liveness.longestStall']).toBeGreaterThan(30 * MINUTE);
    expect(metrics['proofs.headroomMisjudged']).toBe(1);
  });
});
