import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as core from '#model/consensus/driver';
import { LINES } from '#model/consensus/round-machine';
import {
  createValidatorSet,
  hasOneHonestPower,
  hasQuorumPower,
  NIL,
  PRECOMMIT,
  PREVOTE,
  type VoteType,
} from '#model/consensus/vote';
import { addVote, createVoteKeeper, hasThreshold, powerOf, seenPower } from '#model/consensus/vote-keeper';
import { runNetwork } from './consensus-network.js';

/** Powers of 4 to 7 validators and a Byzantine part of less than a third. */
const chains = fc
  .record({
    powers: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 4, maxLength: 7 }),
    order: fc.array(fc.nat(), { minLength: 7, maxLength: 7 }),
    seed: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
    chaos: fc.integer({ min: 0, max: 900 }),
  })
  .map(({ powers, order, seed, chaos }) => {
    const total = powers.reduce((sum, power) => sum + power, 0);
    const byzantine: number[] = [];
    let bad = 0;
    for (const draw of order) {
      const one = draw % powers.length;
      if (byzantine.includes(one) || 3 * (bad + (powers[one] as number)) >= total) continue;
      byzantine.push(one);
      bad += powers[one] as number;
    }
    return { powers, byzantine, seed, chaos };
  });

test('with less than a third Byzantine, honest nodes agree, keep every invariant and decide once the network calms down', () => {
  const lines = new Array<number>(LINES.length).fill(0);
  let late = 0;
  fc.assert(
    fc.property(chains, (plan) => {
      const { decisions, violations, rounds, lineCounts } = runNetwork(core, plan);
      expect(violations).toEqual([]);
      expect(decisions).not.toContain(null);
      for (const [line, count] of lineCounts.entries()) lines[line] = (lines[line] as number) + count;
      if (rounds > 1) late += 1;
    }),
    { numRuns: 400, seed: 20_260_501 },
  );
  expect(late).toBeGreaterThan(50); // the schedules are no fair weather
  // Every rule fires but one: less than a third never makes a polka for an invalid value.
  expect(LINES.filter((_, line) => lines[line] === 0)).toEqual(['L32-invalid']);
});

test('with half of the power Byzantine, two honest nodes decide differently: the bound is no formality', () => {
  const set = createValidatorSet([1, 1, 1, 1]);
  const decided = [7, 8].map((value, self) => {
    const driver = core.createDriver(self, set);
    const outputs: core.DriverOutput[] = [];
    core.startRound(driver, 0, 2, outputs);
    core.receiveProposal(driver, { round: 0, value, validRound: -1, proposer: 2, valid: true }, outputs);
    for (const type of [PREVOTE, PRECOMMIT]) {
      for (const voter of [self, 2, 3]) core.receiveVote(driver, type, 0, value, voter, outputs);
    }
    return driver.state.decisionValue;
  });
  expect(decided).toEqual([7, 8]);
});

/** Votes of up to `n` validators: type, round 0 to 2, one of three values. */
const ballots = (n: number) =>
  fc.array(
    fc.record({
      type: fc.constantFrom<VoteType>(PREVOTE, PRECOMMIT),
      round: fc.nat(2),
      value: fc.constantFrom(NIL, 7, 8),
      voter: fc.nat(n - 1),
    }),
    { maxLength: 12 * n },
  );

test.each([3, 4, 6, 10, 100])('of %i equal validators a threshold holds exactly when its first votes pass it', (n) => {
  const set = createValidatorSet(new Array(n).fill(1));
  fc.assert(
    fc.property(ballots(n), (cast) => {
      const keeper = createVoteKeeper(set);
      const first = new Map<string, (typeof cast)[number]>();
      const pairs = new Set<string>();
      for (const vote of cast) {
        const key = `${vote.type}/${vote.round}/${vote.voter}`;
        const earlier = first.get(key);
        if (earlier === undefined) first.set(key, vote);
        else if (earlier.value !== vote.value) pairs.add(`${key}/${vote.value}`);
        addVote(keeper, vote.type, vote.round, vote.value, vote.voter, 0);
      }
      const counted = [...first.values()];
      for (const round of [0, 1, 2]) {
        for (const type of [PREVOTE, PRECOMMIT]) {
          for (const value of [NIL, 7, 8, 'any'] as const) {
            const votes = counted.filter(
              (vote) => vote.round === round && vote.type === type && (value === 'any' || vote.value === value),
            );
            expect(powerOf(keeper, round, type, value)).toBe(votes.length);
            expect(hasThreshold(keeper, round, type, value)).toBe(votes.length > (2 * n) / 3);
          }
        }
        const seen = new Set(counted.filter((vote) => vote.round === round).map((vote) => vote.voter));
        expect(seenPower(keeper, round)).toBe(seen.size);
      }
      expect(keeper.evidence).toHaveLength(pairs.size);
    }),
    { numRuns: n === 100 ? 20 : 60 },
  );
});

test('without double votes the tallies and the emitted outputs do not depend on the order of votes', () => {
  const set = createValidatorSet([5, 10, 15, 20, 50]);
  const fixed = fc.record({
    values: fc.array(fc.constantFrom(NIL, 7, 8), { minLength: 10, maxLength: 10 }),
    order: fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], { minLength: 10 }),
  });
  fc.assert(
    fc.property(fixed, ({ values, order }) => {
      const run = (sequence: readonly number[]) => {
        const keeper = createVoteKeeper(set);
        const emitted = new Set<string>();
        for (const i of [...sequence, ...sequence]) {
          const type = i < 5 ? PREVOTE : PRECOMMIT;
          const value = values[i] as number;
          const code = addVote(keeper, type, 0, value, i % 5, 0);
          if (code !== 0) emitted.add(`${code}`);
        }
        const tallies = [NIL, 7, 8].map((value) => [
          powerOf(keeper, 0, PREVOTE, value),
          powerOf(keeper, 0, PRECOMMIT, value),
        ]);
        // Whether a mixed quorum is noticed before one for a value depends on the order, and so may its output.
        const strong = [...emitted].filter((code) => code === '2' || code === '3' || code === '5').sort();
        return { tallies, strong };
      };
      expect(run(order)).toEqual(run([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
    }),
    { numRuns: 300 },
  );
});

test('power and its thresholds are exact for any powers', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 2 ** 44 }), { minLength: 1, maxLength: 50 }), (powers) => {
      const set = createValidatorSet(powers);
      const total = powers.reduce((sum, power) => sum + BigInt(power), 0n);
      for (const share of [total / 3n, total / 3n + 1n, (2n * total) / 3n, (2n * total) / 3n + 1n]) {
        expect(hasQuorumPower(set, Number(share))).toBe(3n * share > 2n * total);
        expect(hasOneHonestPower(set, Number(share))).toBe(3n * share > total);
      }
    }),
  );
});
