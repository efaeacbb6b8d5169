import { describe, expect, test } from 'vitest';
import { createDetector, DETECTOR_RULES, endRound, forgetMember, type RoundSeen } from '#model/slashing/detector';
import { MONITOR } from '#model/slashing/evidence';

const QUIRK = { ...DETECTOR_RULES, proofToNextRound: true };

/** A round of validators 0 … 2 in which the silent send nothing. */
function seen(round: number, leader: number, silent: readonly number[], changes: Partial<RoundSeen> = {}): RoundSeen {
  const members = [0, 1, 2].map((validator) => {
    const speaks = !silent.includes(validator);
    return { validator, prevote: speaks, precommit: speaks, message: speaks };
  });
  return { height: 7, round, committed: false, leader, proof: !silent.includes(leader), members, ...changes };
}

describe('section 9.2', () => {
  test('a node silent for 4 rounds: prevote and precommit censorship at round 3, inactivity at round 4', () => {
    const detector = createDetector(3);
    const found = [1, 2, 3, 4].map((round) => endRound(detector, seen(round, 0, [1])).map(({ kind }) => kind));
    expect(found).toEqual([[], [], ['missed-prevote', 'missed-precommit'], ['silence']]);
  });

  test('the reporter is the monitor, the accused the one that missed', () => {
    const detector = createDetector(3);
    const found = [1, 2, 3].flatMap((round) => endRound(detector, seen(round, 0, [2])));
    expect(found[0]).toEqual({ kind: 'missed-prevote', accused: 2, reporter: MONITOR, height: 7, round: 3 });
  });

  test('a leader without a proof fires after 2 rounds that it led; rounds of others do not count', () => {
    const detector = createDetector(3);
    const leaders = [1, 0, 1, 1, 1];
    const fired = leaders.map((leader, round) => {
      return endRound(detector, seen(round, leader, [], { proof: leader !== 1 })).map(({ kind }) => kind);
    });
    expect(fired).toEqual([[], [], ['missed-proof'], [], ['missed-proof']]);
  });

  test('a counter starts again at 0 when it fires, and when something comes', () => {
    const detector = createDetector(3);
    const fires = (rounds: readonly boolean[]): number[] =>
      rounds.flatMap((prevote, round) => {
        const members = [{ validator: 0, prevote, precommit: true, message: true }];
        return endRound(detector, seen(round, 1, [], { members })).length > 0 ? [round] : [];
      });
    expect(fires([false, false, false, false, false, false])).toEqual([2, 5]);
    expect(fires([false, false, true, false, false, false])).toEqual([5]);
  });

  test('prevotes and precommits are counted apart', () => {
    const detector = createDetector(1);
    const members = [{ validator: 0, prevote: true, precommit: false, message: true }];
    const found = [0, 1, 2].flatMap((round) => endRound(detector, seen(round, 1, [], { members })));
    expect(found.map(({ kind }) => kind)).toEqual(['missed-precommit']);
  });

  test('as built a proof that commits counts for the next round: rotating honest leaders are accused', () => {
    const run = (rules: typeof QUIRK, leaderOf: (round: number) => number): number[] => {
      const detector = createDetector(3, rules);
      return Array.from({ length: 6 }, (_, round) => round).flatMap((round) =>
        endRound(detector, seen(round, leaderOf(round), [], { committed: true })).map(({ accused }) => accused),
      );
    };
    expect(run(DETECTOR_RULES, (round) => round % 3)).toEqual([]);
    expect(run(QUIRK, (round) => round % 3)).toEqual([0, 1, 2]);
    expect(run(QUIRK, () => 0)).toEqual([]); // the same leader is credited one round late
  });

  test('as built a proof of a round that fails counts at once', () => {
    const detector = createDetector(3, QUIRK);
    expect([0, 1, 2, 3].flatMap((round) => endRound(detector, seen(round, round % 2, [])))).toEqual([]);
  });
});

test('a validator that leaves the committee starts anew', () => {
  const detector = createDetector(3);
  for (const round of [1, 2]) endRound(detector, seen(round, 0, [1]));
  forgetMember(detector, 1);
  expect(endRound(detector, seen(3, 0, [1]))).toEqual([]);
});
