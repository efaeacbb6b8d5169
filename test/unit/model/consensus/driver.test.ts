import { describe, expect, test } from 'vitest';
import {
  createDriver,
  type Driver,
  type DriverOutput,
  decideBySync,
  MALACHITE_RULES,
  proposeValue,
  receiveCommitCertificate,
  receivePolkaCertificate,
  receiveProposal,
  receiveRoundCertificate,
  receiveVote,
  startHeight,
  startRound,
  timeoutElapsed,
} from '#model/consensus/driver';
import { STEP_COMMIT, STEP_PRECOMMIT, STEP_PREVOTE, STEP_PROPOSE } from '#model/consensus/round-machine';
import { TIMEOUT_PRECOMMIT, TIMEOUT_PREVOTE, TIMEOUT_PROPOSE } from '#model/consensus/timeouts';
import { createValidatorSet, NIL, PRECOMMIT, PREVOTE, type VoteType } from '#model/consensus/vote';
import { powerOf } from '#model/consensus/vote-keeper';
import type { ConsensusRules } from '#model/plan';

const SELF = 3;

const COMETBFT: ConsensusRules = { skip: 'quorum', locked: 'locked-value' };

/** Validator 3 of 4 in round 0, which another proposes. */
function start(self = SELF, rules = MALACHITE_RULES): Driver {
  const driver = createDriver(self, createValidatorSet([1, 1, 1, 1]), rules);
  startHeight(driver, 1);
  startRound(driver, 0, 0, []);
  return driver;
}

/** What a call puts out. */
function out(call: (outputs: DriverOutput[]) => void): DriverOutput[] {
  const outputs: DriverOutput[] = [];
  call(outputs);
  return outputs;
}

const votes = (driver: Driver, type: VoteType, round: number, value: number, voters: number[]) =>
  out((o) => {
    for (const voter of voters) receiveVote(driver, type, round, value, voter, o);
  });
const proposal = (driver: Driver, round: number, value: number, validRound = -1, valid = true) =>
  out((o) => receiveProposal(driver, { round, value, validRound, proposer: round % 4, valid }, o));
const enter = (driver: Driver, round: number, proposer = round % 4) =>
  out((o) => startRound(driver, round, proposer, o));
const timeout = (driver: Driver, kind: 0 | 1 | 2, round: number) => out((o) => timeoutElapsed(driver, kind, round, o));

const vote = (type: VoteType, round: number, value: number) => ({ kind: 'vote', type, round, value });
const scheduled = (kind: 0 | 1 | 2, round: number) => ({ kind: 'schedule-timeout', timeout: kind, round });

/** Locks validator 3 on `value` in the round it is in. */
function lock(driver: Driver, value: number): void {
  const { round } = driver.state;
  proposal(driver, round, value);
  votes(driver, PREVOTE, round, value, [0, 1, 2]);
  expect(driver.state).toMatchObject({ lockedValue: value, lockedRound: round });
}

/** Moves validator 3 to the next round by its precommit timeout. */
function next(driver: Driver): DriverOutput[] {
  const { round } = driver.state;
  timeout(driver, TIMEOUT_PRECOMMIT, round);
  return enter(driver, round + 1);
}

describe('a round without trouble', () => {
  test('goes from proposal to prevote, precommit and decision', () => {
    const driver = start();
    expect(proposal(driver, 0, 7)).toEqual([vote(PREVOTE, 0, 7)]);
    expect(votes(driver, PREVOTE, 0, 7, [SELF, 0])).toEqual([]);
    expect(votes(driver, PREVOTE, 0, 7, [1])).toEqual([vote(PRECOMMIT, 0, 7)]);
    expect(votes(driver, PRECOMMIT, 0, 7, [SELF, 0, 1])).toEqual([{ kind: 'decide', round: 0, value: 7 }]);
    expect(driver.state).toMatchObject({ step: STEP_COMMIT, decisionValue: 7, decisionRound: 0 });
    expect(votes(driver, PRECOMMIT, 0, 7, [2])).toEqual([]);
  });
  test('a proposer schedules its timeout, asks for a value and proposes it', () => {
    const driver = createDriver(SELF, createValidatorSet([1, 1, 1, 1]));
    expect(enter(driver, 0, SELF)).toEqual([scheduled(TIMEOUT_PROPOSE, 0), { kind: 'get-value', round: 0 }]);
    expect(out((o) => proposeValue(driver, 0, 7, o))).toEqual([
      { kind: 'propose', round: 0, value: 7, validRound: -1 },
    ]);
    expect(proposal(driver, 0, 7)).toEqual([vote(PREVOTE, 0, 7)]);
    expect(out((o) => proposeValue(driver, 0, 8, o))).toEqual([]);
  });
  test('a node outside the set follows to the decision and casts no vote', () => {
    const driver = start(-1);
    expect(proposal(driver, 0, 7)).toEqual([]);
    expect(votes(driver, PREVOTE, 0, 7, [0, 1, 2])).toEqual([]);
    expect(driver.state.step).toBe(STEP_PRECOMMIT);
    expect(votes(driver, PRECOMMIT, 0, 7, [0, 1, 2])).toEqual([{ kind: 'decide', round: 0, value: 7 }]);
    const other = createDriver(-1, createValidatorSet([1]));
    expect(enter(other, 0, -1)).toEqual([scheduled(TIMEOUT_PROPOSE, 0)]);
  });
});

describe('what came before its time is found again after a step change', () => {
  test('votes of all kinds before the proposal decide with it', () => {
    const driver = start();
    votes(driver, PREVOTE, 0, 7, [0, 1, 2]);
    expect(votes(driver, PRECOMMIT, 0, 7, [0, 1, 2])).toEqual([scheduled(TIMEOUT_PRECOMMIT, 0)]);
    expect(proposal(driver, 0, 7)).toEqual([{ kind: 'decide', round: 0, value: 7 }]);
  });
  test('prevotes before the proposal precommit with it', () => {
    const driver = start();
    expect(votes(driver, PREVOTE, 0, 7, [0, 1, 2])).toEqual([]);
    expect(proposal(driver, 0, 7)).toEqual([vote(PREVOTE, 0, 7), vote(PRECOMMIT, 0, 7)]);
  });
  test('a nil polka before the propose timeout precommits nil with it', () => {
    const driver = start();
    votes(driver, PREVOTE, 0, NIL, [0, 1, 2]);
    expect(timeout(driver, TIMEOUT_PROPOSE, 0)).toEqual([vote(PREVOTE, 0, NIL), vote(PRECOMMIT, 0, NIL)]);
  });
  test('mixed votes before the propose timeout schedule the later timeouts with it', () => {
    const driver = start();
    [7, 8, NIL].map((value, voter) => votes(driver, PREVOTE, 0, value, [voter]));
    expect(timeout(driver, TIMEOUT_PROPOSE, 0)).toEqual([vote(PREVOTE, 0, NIL), scheduled(TIMEOUT_PREVOTE, 0)]);
    [7, 8, NIL].map((value, voter) => votes(driver, PRECOMMIT, 0, value, [voter]));
    expect(timeout(driver, TIMEOUT_PREVOTE, 0)).toEqual([vote(PRECOMMIT, 0, NIL)]);
    expect(timeout(driver, TIMEOUT_PRECOMMIT, 0)).toEqual([{ kind: 'new-round', round: 1 }]);
  });
  test('a proposal of a later round waits for it', () => {
    const driver = start();
    expect(proposal(driver, 1, 7)).toEqual([]);
    expect(votes(driver, PREVOTE, 1, 7, [0, 1])).toEqual([{ kind: 'new-round', round: 1 }]);
    expect(votes(driver, PREVOTE, 1, 7, [2])).toEqual([]); // the polka, before the round starts
    expect(enter(driver, 1)).toEqual([scheduled(TIMEOUT_PROPOSE, 1), vote(PREVOTE, 1, 7), vote(PRECOMMIT, 1, 7)]);
  });
  test('a proposal that still waits for its polka enables nothing when its round starts', () => {
    const driver = start();
    proposal(driver, 1, 7, 0);
    expect(next(driver)).toEqual([scheduled(TIMEOUT_PROPOSE, 1)]);
  });
  test('a quorum of precommits of the round schedules its timeout when the round starts', () => {
    const driver = start();
    votes(driver, PRECOMMIT, 1, NIL, [0, 1, 2]);
    expect(enter(driver, 1)).toEqual([scheduled(TIMEOUT_PROPOSE, 1)]); // scheduled by the third vote already
    expect(driver.state.scheduled & (1 << TIMEOUT_PRECOMMIT)).not.toBe(0);
    const weighted = createDriver(0, createValidatorSet([1, 3]));
    startRound(weighted, 0, 0, []);
    expect(votes(weighted, PRECOMMIT, 1, NIL, [1])).toEqual([{ kind: 'new-round', round: 1 }]);
    expect(enter(weighted, 1, 1)).toEqual([scheduled(TIMEOUT_PROPOSE, 1), scheduled(TIMEOUT_PRECOMMIT, 1)]);
  });
  test('a polka is no ground to lock without the proposal of its round', () => {
    const driver = start();
    proposal(driver, 0, 7);
    next(driver);
    votes(driver, PREVOTE, 1, 7, [0, 1, 2]);
    expect(timeout(driver, TIMEOUT_PROPOSE, 1)).toEqual([vote(PREVOTE, 1, NIL), scheduled(TIMEOUT_PREVOTE, 1)]);
    expect(proposal(driver, 1, 7)).toEqual([vote(PRECOMMIT, 1, 7)]);
  });
  test('a polka is no ground to lock on another value than the proposed', () => {
    const driver = start();
    proposal(driver, 0, 8);
    expect(votes(driver, PREVOTE, 0, 7, [0, 1, 2])).toEqual([scheduled(TIMEOUT_PREVOTE, 0)]);
    expect(driver.state.lockedRound).toBe(-1);
  });
  test('what came before the height started decides at its start, not before', () => {
    const driver = createDriver(SELF, createValidatorSet([1, 1, 1, 1]));
    driver.commitCertificates.push({ round: 2, value: 7, voters: [0, 1, 2] });
    expect([...proposal(driver, 1, 8), ...proposal(driver, 2, 7)]).toEqual([]);
    expect(enter(driver, 0)).toEqual([scheduled(TIMEOUT_PROPOSE, 0), { kind: 'decide', round: 2, value: 7 }]);
  });
});

describe('an invalid proposal', () => {
  test('gets a nil prevote, and is no ground to lock', () => {
    const driver = start();
    votes(driver, PREVOTE, 0, 7, [0, 1, 2]);
    expect(proposal(driver, 0, 7, -1, false)).toEqual([vote(PREVOTE, 0, NIL), scheduled(TIMEOUT_PREVOTE, 0)]);
    expect(driver.state.lockedRound).toBe(-1);
  });
  test('of another round is no ground to vote in this one', () => {
    const driver = start();
    expect(proposal(driver, 1, 7, -1, false)).toEqual([]);
    expect(driver.state.step).toBe(STEP_PROPOSE);
  });
  test('proposed again with a polka gets a nil prevote; without one it waits', () => {
    const driver = start();
    next(driver);
    expect(proposal(driver, 1, 7, 0, false)).toEqual([]);
    expect(votes(driver, PREVOTE, 0, 7, [0, 1, 2])).toEqual([vote(PREVOTE, 1, NIL)]);
  });
  test('never decides', () => {
    const driver = start();
    proposal(driver, 0, 7, -1, false);
    expect(votes(driver, PRECOMMIT, 0, 7, [0, 1, 2])).toEqual([scheduled(TIMEOUT_PRECOMMIT, 0)]);
  });
  test('may turn out valid and decide, but not the other way', () => {
    const driver = start();
    proposal(driver, 0, 7, -1, false);
    proposal(driver, 0, 7, -1, false);
    votes(driver, PRECOMMIT, 0, 7, [0, 1, 2]);
    expect(proposal(driver, 0, 7, -1, true)).toEqual([{ kind: 'decide', round: 0, value: 7 }]);
    expect(driver.proposals).toHaveLength(1);
    const other = start();
    proposal(other, 0, 7, -1, true);
    proposal(other, 0, 7, -1, false);
    expect(votes(other, PREVOTE, 0, 7, [0, 1, 2])).toEqual([vote(PRECOMMIT, 0, 7)]);
  });
});

describe('locks', () => {
  test('a locked node refuses another new value and takes its own', () => {
    const driver = start();
    lock(driver, 7);
    next(driver);
    expect(proposal(driver, 1, 8)).toEqual([vote(PREVOTE, 1, NIL)]);
    timeout(driver, TIMEOUT_PREVOTE, 1);
    next(driver);
    expect(proposal(driver, 2, 7)).toEqual([vote(PREVOTE, 2, 7)]);
  });
  test('a polka since the lock opens it, whether it comes before the proposal or after', () => {
    for (const order of ['before', 'after']) {
      const driver = start();
      lock(driver, 7);
      next(driver);
      next(driver);
      const polka = () => votes(driver, PREVOTE, 1, 8, [0, 1, 2]);
      const again = () => proposal(driver, 2, 8, 1);
      const outputs = order === 'before' ? [...polka(), ...again()] : [...again(), ...polka()];
      expect(outputs).toEqual([vote(PREVOTE, 2, 8)]);
    }
  });
  test('a value proposed again waits for the polka of its valid round, no other', () => {
    const driver = start();
    next(driver);
    next(driver);
    next(driver);
    expect(proposal(driver, 3, 7, 2)).toEqual([]);
    expect(votes(driver, PREVOTE, 1, 7, [0, 1, 2])).toEqual([]);
    expect(votes(driver, PREVOTE, 2, 7, [0, 1, 2])).toEqual([vote(PREVOTE, 3, 7)]);
  });
  test('a proposal whose valid round is its own gets no prevote, and its polka locks as any', () => {
    const driver = start();
    expect(proposal(driver, 0, 7, 0)).toEqual([]);
    timeout(driver, TIMEOUT_PROPOSE, 0);
    expect(votes(driver, PREVOTE, 0, 7, [0, 1, 2])).toEqual([vote(PRECOMMIT, 0, 7)]);
  });
  test('a polka before the lock does not open it', () => {
    const driver = start();
    votes(driver, PREVOTE, 0, 8, [0, 1, 2]);
    next(driver);
    lock(driver, 7);
    next(driver);
    receivePolkaCertificate(driver, { round: 0, value: 8, voters: [0, 1, 2] }, []);
    expect(proposal(driver, 2, 8, 0)).toEqual([vote(PREVOTE, 2, NIL)]);
  });
  test('a late polka moves the valid value, which this node then proposes again', () => {
    const driver = start();
    proposal(driver, 0, 7);
    [7, 7, NIL].map((value, voter) => votes(driver, PREVOTE, 0, value, [voter]));
    expect(timeout(driver, TIMEOUT_PREVOTE, 0)).toEqual([vote(PRECOMMIT, 0, NIL)]);
    expect(votes(driver, PREVOTE, 0, 7, [SELF])).toEqual([]);
    expect(driver.state).toMatchObject({ lockedRound: -1, validValue: 7, validRound: 0 });
    timeout(driver, TIMEOUT_PRECOMMIT, 0);
    expect(enter(driver, 1, SELF)).toEqual([{ kind: 'propose', round: 1, value: 7, validRound: 0 }]);
  });
  test('a lock prunes the votes and polka certificates of earlier rounds, not the commit certificates', () => {
    const driver = start();
    votes(driver, PREVOTE, 0, 8, [0, 1, 2]);
    receivePolkaCertificate(driver, { round: 0, value: 9, voters: [0, 1, 2] }, []);
    receiveCommitCertificate(driver, { round: 0, value: 9, voters: [0, 1, 2] }, []);
    next(driver);
    receivePolkaCertificate(driver, { round: 1, value: 9, voters: [0, 1, 2] }, []);
    proposal(driver, 1, 7);
    expect(driver.state.step).toBe(STEP_PREVOTE);
    expect([driver.keeper.count, driver.polkaCertificates.length]).toEqual([1, 2]); // a prevote drops nothing
    lock(driver, 7);
    expect([driver.keeper.count, driver.polkaCertificates.length, driver.commitCertificates.length]).toEqual([1, 1, 1]);
    expect(driver.keeper.rounds[0]?.round).toBe(1);
    expect(proposal(driver, 0, 9)).toEqual([{ kind: 'decide', round: 0, value: 9 }]);
  });
});

describe('quorums of precommits', () => {
  test('decide for an earlier round', () => {
    const driver = start();
    proposal(driver, 0, 7);
    next(driver);
    expect(votes(driver, PRECOMMIT, 0, 7, [0, 1, 2])).toEqual([{ kind: 'decide', round: 0, value: 7 }]);
    expect(driver.state).toMatchObject({ round: 1, decisionRound: 0 });
  });
  test('decide for a later round', () => {
    const driver = createDriver(0, createValidatorSet([1, 3]));
    startRound(driver, 0, 0, []);
    proposal(driver, 2, 7);
    expect(votes(driver, PRECOMMIT, 2, 7, [1])).toEqual([{ kind: 'decide', round: 2, value: 7 }]);
  });
  test('of a later round without its proposal skip to it', () => {
    const driver = createDriver(0, createValidatorSet([1, 3]));
    startRound(driver, 0, 0, []);
    expect(votes(driver, PRECOMMIT, 2, 7, [1])).toEqual([{ kind: 'new-round', round: 2 }]);
  });
  test('for a proposal that no prevote of this node is for decide all the same', () => {
    const driver = start();
    lock(driver, 7);
    next(driver);
    proposal(driver, 1, 8);
    expect(votes(driver, PRECOMMIT, 1, 8, [0, 1, 2])).toEqual([{ kind: 'decide', round: 1, value: 8 }]);
  });
});

describe('certificates', () => {
  const voters = [0, 1, 2];
  test('a commit certificate decides with the proposal, before or after it', () => {
    const before = start();
    const after = start();
    expect(out((o) => receiveCommitCertificate(before, { round: 0, value: 7, voters }, o))).toEqual([
      scheduled(TIMEOUT_PRECOMMIT, 0),
    ]);
    receiveCommitCertificate(before, { round: 0, value: 7, voters }, []);
    expect(before.commitCertificates).toHaveLength(1);
    expect(proposal(before, 0, 7)).toEqual([{ kind: 'decide', round: 0, value: 7 }]);
    proposal(after, 0, 7);
    const outputs = out((o) => receiveCommitCertificate(after, { round: 0, value: 7, voters }, o));
    expect(outputs).toEqual([{ kind: 'decide', round: 0, value: 7 }]);
  });
  test('a commit certificate of a later round skips to it', () => {
    const driver = start();
    const outputs = out((o) => receiveCommitCertificate(driver, { round: 2, value: 7, voters }, o));
    expect(outputs).toEqual([{ kind: 'new-round', round: 2 }]);
    expect(enter(driver, 2)).toEqual([scheduled(TIMEOUT_PROPOSE, 2), scheduled(TIMEOUT_PRECOMMIT, 2)]);
    expect(proposal(driver, 2, 7)).toEqual([{ kind: 'decide', round: 2, value: 7 }]);
  });
  test('a polka certificate locks with the proposal, counts as mixed prevotes without it, and is taken once', () => {
    const driver = start();
    timeout(driver, TIMEOUT_PROPOSE, 0);
    const polka = { round: 0, value: 7, voters };
    expect(out((o) => receivePolkaCertificate(driver, polka, o))).toEqual([scheduled(TIMEOUT_PREVOTE, 0)]);
    expect(out((o) => receivePolkaCertificate(driver, polka, o))).toEqual([]);
    expect(driver.polkaCertificates).toHaveLength(1);
    expect(proposal(driver, 0, 7)).toEqual([vote(PRECOMMIT, 0, 7)]);
  });
  test('a polka certificate for the proposal of the round says nothing new if it is invalid', () => {
    const driver = start();
    proposal(driver, 0, 7, -1, false);
    const polka = (value: number) => ({ round: 0, value, voters });
    expect(out((o) => receivePolkaCertificate(driver, polka(7), o))).toEqual([]);
    expect(out((o) => receivePolkaCertificate(driver, polka(8), o))).toEqual([scheduled(TIMEOUT_PREVOTE, 0)]);
    const later = start();
    proposal(later, 0, 7);
    next(later);
    timeout(later, TIMEOUT_PROPOSE, 1);
    expect(out((o) => receivePolkaCertificate(later, { ...polka(7), round: 1 }, o))).toEqual([
      scheduled(TIMEOUT_PREVOTE, 1),
    ]);
  });
  test('a polka certificate before the prevote is found again after it', () => {
    const driver = start();
    const polka = { round: 0, value: 7, voters };
    expect(out((o) => receivePolkaCertificate(driver, polka, o))).toEqual([]);
    expect(timeout(driver, TIMEOUT_PROPOSE, 0)).toEqual([vote(PREVOTE, 0, NIL), scheduled(TIMEOUT_PREVOTE, 0)]);
    const other = start();
    receivePolkaCertificate(other, polka, []);
    expect(proposal(other, 0, 7)).toEqual([vote(PREVOTE, 0, 7), vote(PRECOMMIT, 0, 7)]);
  });
  test('a value proposed again is accepted by the certificate of its valid round', () => {
    const driver = start();
    next(driver);
    proposal(driver, 1, 7, 0);
    expect(out((o) => receivePolkaCertificate(driver, { round: 0, value: 7, voters }, o))).toEqual([
      vote(PREVOTE, 1, 7),
    ]);
    const invalid = start();
    next(invalid);
    proposal(invalid, 1, 7, 0, false);
    const outputs = out((o) => receivePolkaCertificate(invalid, { round: 0, value: 7, voters }, o));
    expect(outputs).toEqual([vote(PREVOTE, 1, NIL)]);
  });
  test('a certificate counts votes that were ignored as equivocation', () => {
    const driver = start();
    proposal(driver, 0, 7);
    votes(driver, PREVOTE, 0, 8, [0]);
    votes(driver, PREVOTE, 0, 7, [0, 1]);
    expect(driver.keeper.evidence).toHaveLength(1);
    const outputs = out((o) => receivePolkaCertificate(driver, { round: 0, value: 7, voters: [0, 1, SELF] }, o));
    expect(outputs).toEqual([vote(PRECOMMIT, 0, 7)]);
  });
  test.each([[[0, 1]], [[0, 1, 1]], [[0, 1, 2, 9]]])('signers %j reject the whole of it', (signers) => {
    const driver = start();
    proposal(driver, 0, 7);
    const certificate = { round: 0, value: 7, voters: signers };
    expect(out((o) => receivePolkaCertificate(driver, certificate, o))).toEqual([]);
    expect(out((o) => receiveCommitCertificate(driver, certificate, o))).toEqual([]);
    expect([driver.polkaCertificates, driver.commitCertificates]).toEqual([[], []]);
  });
  test('a round certificate moves a node on, unless it is of the past', () => {
    const precommits = voters.map((voter) => ({ type: PRECOMMIT, value: NIL, voter }));
    const skip = [0, 1].map((voter) => ({ type: PREVOTE, value: NIL, voter }));
    const one = start();
    expect(out((o) => receiveRoundCertificate(one, { round: 0, kind: 'precommit', votes: precommits }, o))).toEqual([
      scheduled(TIMEOUT_PRECOMMIT, 0),
    ]);
    const two = start();
    expect(out((o) => receiveRoundCertificate(two, { round: 2, kind: 'skip', votes: skip }, o))).toEqual([
      { kind: 'new-round', round: 2 },
    ]);
    enter(two, 2);
    const other = [0, 2].map((voter) => ({ type: PREVOTE, value: NIL, voter }));
    expect(out((o) => receiveRoundCertificate(two, { round: 2, kind: 'skip', votes: other }, o))).toEqual([]);
    expect(powerOf(two.keeper, 2, PREVOTE, NIL)).toBe(2); // of the present: not counted
    receiveRoundCertificate(two, { round: 1, kind: 'precommit', votes: precommits }, []);
    expect(two.keeper.rounds.slice(0, two.keeper.count).map((entry) => entry.round)).toEqual([2]);
    receiveRoundCertificate(two, { round: 3, kind: 'precommit', votes: precommits.slice(1) }, []);
    expect(two.keeper.count).toBe(1); // too little power: none of its votes counts
  });
  test('a value from synchronization decides at once, in any step but commit', () => {
    const driver = start();
    expect(out((o) => decideBySync(driver, 3, 7, o))).toEqual([{ kind: 'decide', round: 3, value: 7 }]);
    expect(out((o) => decideBySync(driver, 3, 8, o))).toEqual([]);
    expect(enter(driver, 1)).toEqual([]);
  });
});

describe('the output guard', () => {
  test('holds back a vote that contradicts or precedes one that has left, and lets a repeat through', () => {
    const contradicting = start();
    contradicting.prevoteRound = 0;
    contradicting.prevoteValue = 8;
    expect(proposal(contradicting, 0, 7)).toEqual([]);
    const repeating = start();
    repeating.prevoteRound = 0;
    repeating.prevoteValue = 7;
    expect(proposal(repeating, 0, 7)).toEqual([vote(PREVOTE, 0, 7)]);
    repeating.precommitRound = 1;
    expect(votes(repeating, PREVOTE, 0, 7, [0, 1, 2])).toEqual([]);
    const twice = start();
    proposal(twice, 0, 7);
    twice.precommitRound = 0;
    twice.precommitValue = NIL;
    expect(votes(twice, PREVOTE, 0, 7, [0, 1, 2])).toEqual([]);
    const again = start();
    proposal(again, 0, 7);
    again.precommitRound = 0;
    again.precommitValue = 7;
    expect(votes(again, PREVOTE, 0, 7, [0, 1, 2])).toEqual([vote(PRECOMMIT, 0, 7)]);
  });
  test('knows the last vote of each type', () => {
    const driver = start();
    lock(driver, 7);
    const last = { prevoteRound: 0, prevoteValue: 7, precommitRound: 0, precommitValue: 7 };
    expect(driver).toMatchObject(last);
    next(driver);
    timeout(driver, TIMEOUT_PROPOSE, 1);
    expect(driver).toMatchObject({ ...last, prevoteRound: 1, prevoteValue: NIL });
  });
});

test('two proposals of one proposer are evidence, and both stay usable', () => {
  const driver = start();
  proposal(driver, 0, 7);
  proposal(driver, 0, 7, 0); // the same value is no contradiction
  proposal(driver, 0, 8);
  expect(driver.proposalEvidence).toEqual([{ proposer: 0, round: 0, first: 7, second: 8 }]);
  expect(votes(driver, PREVOTE, 0, 8, [0, 1, 2])).toEqual([vote(PRECOMMIT, 0, 8)]);
});

test('without a quorum online the round number stops too', () => {
  const driver = start();
  timeout(driver, TIMEOUT_PROPOSE, 0);
  votes(driver, PREVOTE, 0, NIL, [SELF, 0]);
  expect([0, 1, 2].map((kind) => timeout(driver, kind as 0 | 1 | 2, 1))).toEqual([[], [], []]);
  expect(driver.state).toMatchObject({ round: 0, step: STEP_PREVOTE });
});

test('a new height remembers nothing of the last', () => {
  const driver = start();
  const fresh = createDriver(SELF, driver.set);
  lock(driver, 7);
  proposal(driver, 0, 8);
  votes(driver, PREVOTE, 0, 8, [0]);
  receivePolkaCertificate(driver, { round: 2, value: 7, voters: [0, 1, 2] }, []);
  receiveCommitCertificate(driver, { round: 2, value: 8, voters: [0, 1, 2] }, []);
  votes(driver, PRECOMMIT, 0, 7, [0, 1, 2]);
  const { proposalEvidence, keeper } = driver;
  const { evidence } = keeper;
  startHeight(driver, 2);
  startHeight(fresh, 2);
  expect({ ...driver, keeper: null, lineCounts: null }).toEqual({ ...fresh, keeper: null, lineCounts: null });
  expect([keeper.count, keeper.evidence, keeper.dropped]).toEqual([0, [], 0]);
  expect([proposalEvidence.length, evidence.length]).toEqual([1, 1]); // the host keeps what it was handed
  enter(driver, 0);
  expect(driver.state.step).toBe(STEP_PROPOSE);
  expect(proposal(driver, 0, 9)).toEqual([vote(PREVOTE, 0, 9)]);
});

test('a new height may have other validators', () => {
  const driver = start();
  startHeight(driver, 2, createValidatorSet([1, 1, 1, 1, 1, 1, 1]));
  enter(driver, 0);
  proposal(driver, 0, 7);
  expect(votes(driver, PREVOTE, 0, 7, [0, 1, 2, 3])).toEqual([]);
  const polka = { round: 0, value: 7, voters: [0, 1, 2, 3] };
  expect(out((o) => receivePolkaCertificate(driver, polka, o))).toEqual([]);
  expect(votes(driver, PREVOTE, 0, 7, [6])).toEqual([vote(PRECOMMIT, 0, 7)]);
});

test('a structured clone goes its own way', () => {
  const driver = start();
  proposal(driver, 0, 7);
  const copy = structuredClone(driver);
  expect(votes(copy, PREVOTE, 0, 7, [0, 1, 2])).toEqual([vote(PRECOMMIT, 0, 7)]);
  expect(driver.state.step).toBe(STEP_PREVOTE);
});

describe('by the rules of CometBFT', () => {
  const comet = () => start(SELF, COMETBFT);
  test('a node skips to a later round on a quorum of its prevotes or precommits, not on one honest vote', () => {
    for (const type of [PREVOTE, PRECOMMIT]) {
      const driver = comet();
      expect(votes(driver, type, 2, NIL, [0, 1])).toEqual([]);
      expect(votes(start(), type, 2, NIL, [0, 1])).toEqual([{ kind: 'new-round', round: 2 }]);
      expect(votes(driver, type, 2, NIL, [2])).toEqual([{ kind: 'new-round', round: 2 }]);
    }
  });
  test('prevotes and precommits of a later round together are no quorum', () => {
    const driver = comet();
    votes(driver, PREVOTE, 2, NIL, [0, 1]);
    expect(votes(driver, PRECOMMIT, 2, NIL, [2])).toEqual([]);
    expect(driver.state.round).toBe(0);
  });
  test('a locked node prevotes its locked value where Algorithm 1 prevotes nil', () => {
    const cases: [string, (driver: Driver) => DriverOutput[]][] = [
      ['another value', (driver) => proposal(driver, 1, 8)],
      ['an invalid value', (driver) => proposal(driver, 1, 8, -1, false)],
      ['nothing in time', (driver) => timeout(driver, TIMEOUT_PROPOSE, 1)],
    ];
    for (const [, refuse] of cases) {
      for (const [driver, value] of [
        [comet(), 7],
        [start(), NIL],
      ] as const) {
        lock(driver, 7);
        next(driver);
        expect(refuse(driver)).toEqual([vote(PREVOTE, 1, value)]);
      }
    }
  });
  test('a node that is locked on nothing prevotes nil', () => {
    expect(timeout(comet(), TIMEOUT_PROPOSE, 0)).toEqual([vote(PREVOTE, 0, NIL)]);
    expect(proposal(comet(), 0, 8, -1, false)).toEqual([vote(PREVOTE, 0, NIL)]);
  });
  test('a later polka lets it go', () => {
    const driver = comet();
    lock(driver, 7);
    next(driver);
    votes(driver, PREVOTE, 1, 8, [0, 1, 2]);
    expect(proposal(driver, 1, 8)).toEqual([vote(PREVOTE, 1, 7), vote(PRECOMMIT, 1, 8)]);
    next(driver);
    expect(proposal(driver, 2, 8, 1)).toEqual([vote(PREVOTE, 2, 8)]);
  });
});
