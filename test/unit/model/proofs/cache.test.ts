import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MINUTE, SECOND } from '#base/time';
import type { ProofCachePlan } from '#model/proof-plan';
import {
  cacheEvictions,
  cacheOccupancy,
  createProofFlow,
  noteProofs,
  type ProofFlow,
  proofState,
  proofWait,
} from '#model/proofs/cache';

const PLAN: ProofCachePlan = { entries: 10, ttl: 15 * MINUTE };

/** Blocks 1, 2, …, one every five seconds, with so many proofs each. */
function flowOf(plan: ProofCachePlan, proofs: readonly number[]): ProofFlow {
  const flow = createProofFlow(plan);
  for (const [i, count] of proofs.entries()) noteProofs(flow, i + 1, 5 * SECOND * (i + 1), count);
  return flow;
}

describe('what a node knows of the proofs of a block', () => {
  const flow = flowOf(PLAN, [3, 3, 3, 3]);
  const visit = { height: 4, arrived: 20 * SECOND, verify: 2 * SECOND, started: 0 };

  test('before they arrive nothing, then a part, then all', () => {
    const seen = [19, 20, 21, 22].map((at) => [
      proofState(flow, PLAN, visit, at * SECOND),
      proofWait(flow, PLAN, visit, at * SECOND) / SECOND,
    ]);
    expect(seen).toEqual([
      ['absent', 2],
      ['under way', 2],
      ['under way', 1],
      ['verified', 0],
    ]);
  });

  test('a restart loses them', () => {
    expect(proofState(flow, PLAN, { ...visit, started: 20 * SECOND }, 30 * SECOND)).toBe('verified');
    expect(proofState(flow, PLAN, { ...visit, started: 20 * SECOND + 1 }, 30 * SECOND)).toBe('absent');
    expect(proofWait(flow, PLAN, { ...visit, started: 25 * SECOND }, 30 * SECOND)).toBe(2 * SECOND);
  });

  test('they expire', () => {
    const end = visit.arrived + PLAN.ttl;
    expect(proofState(flow, PLAN, visit, end - 1)).toBe('verified');
    expect(proofState(flow, PLAN, visit, end)).toBe('absent');
  });

  test('later proofs push them out once the first of them has no place', () => {
    const second = { ...visit, height: 2, arrived: 10 * SECOND };
    expect(proofState(flow, PLAN, second, 19 * SECOND)).toBe('verified'); // 6 of 10
    expect(proofState(flow, PLAN, second, 20 * SECOND)).toBe('verified'); // 9 of 10
    noteProofs(flow, 5, 25 * SECOND, 1);
    expect(proofState(flow, PLAN, second, 25 * SECOND)).toBe('verified'); // 10 of 10
    noteProofs(flow, 6, 30 * SECOND, 1);
    expect(proofState(flow, PLAN, second, 30 * SECOND - 1)).toBe('verified');
    expect(proofState(flow, PLAN, second, 30 * SECOND)).toBe('absent');
  });

  test('what never arrives is absent', () => {
    const never = { ...visit, arrived: Number.POSITIVE_INFINITY };
    expect(proofState(flow, PLAN, never, 1e12)).toBe('absent');
    expect(proofWait(flow, PLAN, never, 1e12)).toBe(2 * SECOND);
  });

  test('proofs of a block that is not noted yet have just arrived', () => {
    const early = { ...visit, height: 100, arrived: 50 * SECOND };
    expect(proofState(flow, PLAN, early, 50 * SECOND)).toBe('under way');
  });
});

/** A cache as a list, told entry by entry. */
function tellCache(
  plan: ProofCachePlan,
  blocks: readonly { at: number; proofs: number }[],
  started: number,
  now: number,
) {
  let held: { height: number; at: number }[] = [];
  let evicted = 0;
  const expire = (time: number): void => {
    held = held.filter((entry) => entry.at + plan.ttl > time);
  };
  for (const [height, { at, proofs }] of blocks.entries()) {
    if (at < started || at > now) continue;
    expire(at);
    for (let i = 0; i < proofs; i += 1) held.push({ height, at });
    while (held.length > plan.entries) {
      held.shift();
      if (at > now - MINUTE) evicted += 1;
    }
  }
  expire(now);
  const whole = blocks.map(({ proofs }, i) => held.filter((entry) => entry.height === i).length === proofs);
  return { held: held.length, evicted, whole };
}

test('the rule says what a list of entries says: what is held, how many, how many were pushed out', () => {
  const course = fc.record({
    blocks: fc.array(fc.record({ gap: fc.nat(20), proofs: fc.integer({ min: 1, max: 9 }) }), {
      minLength: 1,
      maxLength: 60,
    }),
    entries: fc.integer({ min: 0, max: 40 }),
    ttl: fc.integer({ min: 1, max: 200 }),
    started: fc.nat(300),
    now: fc.nat(700),
  });
  fc.assert(
    fc.property(course, ({ blocks, ...seconds }) => {
      const plan = { entries: seconds.entries, ttl: seconds.ttl * SECOND };
      const [started, now] = [seconds.started * SECOND, Math.max(seconds.now, seconds.started) * SECOND];
      const flow = createProofFlow(plan);
      let at = 0;
      const told = blocks.map(({ gap, proofs }, height) => {
        at += gap * SECOND;
        noteProofs(flow, height, at, proofs);
        return { at, proofs };
      });
      const list = tellCache(plan, told, started, now);
      expect(cacheOccupancy(flow, plan, started, now)).toBeLessThanOrEqual(plan.entries);
      if (!isKept(flow, blocks.length, now, plan.ttl)) return;
      expect(cacheOccupancy(flow, plan, started, now)).toBe(list.held);
      expect(cacheEvictions(flow, plan, started, now)).toBe(list.evicted);
      for (const [height, block] of told.entries()) {
        const state = proofState(flow, plan, { height, arrived: block.at, verify: 0, started }, now);
        expect(state === 'verified').toBe(list.whole[height]);
      }
    }),
    { numRuns: 500 },
  );

  /** A look far back finds the flow's first blocks overwritten; a running simulation only looks at the present. */
  function isKept(flow: ProofFlow, blocks: number, now: number, ttl: number): boolean {
    const first = Math.max(0, blocks - flow.at.length + 1);
    return first === 0 || (flow.at[first & (flow.at.length - 1)] as number) <= now - ttl - 2 * MINUTE;
  }
});

test('at the present no block is missed: the flow remembers all that a cache can hold', () => {
  const plan = { entries: 30, ttl: 1000 * SECOND };
  const flow = createProofFlow(plan);
  const told: { at: number; proofs: number }[] = [];
  for (let height = 0; height < 200; height += 1) {
    const at = height * 5 * SECOND;
    const proofs = 1 + (height % 4 === 0 ? 2 : 0);
    noteProofs(flow, height, at, proofs);
    told.push({ at, proofs });
    const list = tellCache(plan, told, 0, at);
    expect(cacheOccupancy(flow, plan, 0, at)).toBe(list.held);
    expect(cacheEvictions(flow, plan, 0, at)).toBe(list.evicted);
    for (const early of [0, height - 25, height - 12, height - 1, height]) {
      const visit = { height: early, arrived: early * 5 * SECOND, verify: 0, started: 0 };
      if (early >= 0) expect(proofState(flow, plan, visit, at) === 'verified').toBe(list.whole[early]);
    }
  }
});

test('the defaults hold a quarter of an hour: 1 080 proofs at six a block do not fit, 900 at five do', () => {
  const plan = { entries: 1024, ttl: 15 * MINUTE };
  const at = 400 * 5 * SECOND;
  const six = flowOf(plan, new Array<number>(400).fill(6));
  const five = flowOf(plan, new Array<number>(400).fill(5));
  expect([cacheOccupancy(six, plan, 0, at), cacheEvictions(six, plan, 0, at)]).toEqual([1024, 72]);
  expect([cacheOccupancy(five, plan, 0, at), cacheEvictions(five, plan, 0, at)]).toEqual([900, 0]);
  expect(cacheOccupancy(six, plan, at - MINUTE, at)).toBe(13 * 6); // restarted a minute ago
});

test('blocks come one after the other and bring proofs', () => {
  const flow = flowOf(PLAN, [1]);
  expect(() => noteProofs(flow, 3, 0, 1)).toThrow('block 3 is noted right after block 1');
  expect(() => noteProofs(flow, 2, 0, 0)).toThrow('block 2 brings 0 ≥ 1 proofs');
});
