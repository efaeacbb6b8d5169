import { expect, test } from 'vitest';
import { createValidatorSet, NIL, PRECOMMIT, PREVOTE } from '#model/consensus/vote';
import {
  addVote,
  createVoteKeeper,
  FUTURE_ROUNDS_PER_VOTER,
  hasThreshold,
  powerOf,
  prune,
  resetVoteKeeper,
  seenPower,
  VK_NONE,
  VK_POLKA_ANY,
  VK_POLKA_NIL,
  VK_POLKA_VALUE,
  VK_PRECOMMIT_ANY,
  VK_PRECOMMIT_VALUE,
  VK_SKIP,
  voteOf,
  votesFor,
} from '#model/consensus/vote-keeper';

const equal = (n: number) => createVoteKeeper(createValidatorSet(new Array(n).fill(1)));

test('the vote that completes a quorum of prevotes for a value emits the polka, once', () => {
  const keeper = equal(4);
  expect(addVote(keeper, PREVOTE, 0, 7, 0, 0)).toBe(VK_NONE);
  expect(addVote(keeper, PREVOTE, 0, 7, 1, 0)).toBe(VK_NONE);
  expect(addVote(keeper, PREVOTE, 0, 7, 2, 0)).toBe(VK_POLKA_VALUE);
  expect(addVote(keeper, PREVOTE, 0, 7, 3, 0)).toBe(VK_NONE);
  expect(hasThreshold(keeper, 0, PREVOTE, 7)).toBe(true);
  expect(hasThreshold(keeper, 0, PRECOMMIT, 7)).toBe(false);
});

test('quorums of prevotes for nil, mixed prevotes, mixed precommits and precommits for nil have their own outputs', () => {
  const keeper = equal(4);
  const votes = (type: 0 | 1, round: number, values: number[]) =>
    values.map((value, voter) => addVote(keeper, type, round, value, voter, 9));
  expect(votes(PREVOTE, 0, [NIL, NIL, NIL])).toEqual([0, 0, VK_POLKA_NIL]);
  expect(votes(PREVOTE, 1, [NIL, 7, 8])).toEqual([0, 0, VK_POLKA_ANY]);
  expect(votes(PRECOMMIT, 0, [7, 8, NIL])).toEqual([0, 0, VK_PRECOMMIT_ANY]);
  expect(votes(PRECOMMIT, 1, [NIL, NIL, NIL])).toEqual([0, 0, VK_PRECOMMIT_ANY]);
  expect(votes(PRECOMMIT, 2, [7, 7, 7])).toEqual([0, 0, VK_PRECOMMIT_VALUE]);
});

test('a mixed quorum and a quorum for a value may both be emitted, in either order', () => {
  const anyFirst = equal(5);
  expect([7, 8, 7, 7, 7].map((value, voter) => addVote(anyFirst, PREVOTE, 0, value, voter, 0))).toEqual([
    0,
    0,
    0,
    VK_POLKA_ANY,
    VK_POLKA_VALUE,
  ]);
  const valueFirst = equal(5);
  expect([7, 7, 7, 7, 8].map((value, voter) => addVote(valueFirst, PREVOTE, 0, value, voter, 0))).toEqual([
    0,
    0,
    0,
    VK_POLKA_VALUE,
    VK_POLKA_ANY,
  ]);
});

test('one-honest power in a future round skips, both types together and each validator once', () => {
  const keeper = equal(4);
  expect(addVote(keeper, PREVOTE, 2, 7, 0, 0)).toBe(VK_NONE);
  expect(addVote(keeper, PRECOMMIT, 2, 7, 0, 0)).toBe(VK_NONE); // the same validator again
  expect(seenPower(keeper, 2)).toBe(1);
  expect(addVote(keeper, PRECOMMIT, 2, NIL, 1, 0)).toBe(VK_SKIP);
  expect(addVote(keeper, PREVOTE, 2, NIL, 2, 0)).toBe(VK_NONE); // once
  expect(seenPower(keeper, 2)).toBe(3);
});

test('the current round is not skipped to', () => {
  const keeper = equal(4);
  expect([0, 1, 2].map((voter) => addVote(keeper, PREVOTE, 2, voter, voter, 2))).toEqual([0, 0, VK_POLKA_ANY]);
});

test('a quorum of precommits for a value outranks the skip', () => {
  const keeper = createVoteKeeper(createValidatorSet([3, 1]));
  expect(addVote(keeper, PRECOMMIT, 5, 7, 0, 0)).toBe(VK_PRECOMMIT_VALUE);
  const mixed = createVoteKeeper(createValidatorSet([3, 1]));
  expect(addVote(mixed, PREVOTE, 5, 7, 0, 0)).toBe(VK_SKIP);
});

test('a polka that a skip outranked is emitted by a repeated vote once its round is current', () => {
  const keeper = createVoteKeeper(createValidatorSet([3, 1]));
  expect(addVote(keeper, PREVOTE, 5, 7, 0, 0)).toBe(VK_SKIP);
  expect(addVote(keeper, PREVOTE, 5, 7, 0, 5)).toBe(VK_POLKA_VALUE);
  expect(powerOf(keeper, 5, PREVOTE, 7)).toBe(3);
});

test('a second vote for another value is evidence, kept once, and counts nothing', () => {
  const keeper = equal(4);
  addVote(keeper, PREVOTE, 0, 7, 0, 0);
  addVote(keeper, PREVOTE, 0, 7, 1, 0);
  expect(addVote(keeper, PREVOTE, 0, 8, 1, 0)).toBe(VK_NONE);
  expect(addVote(keeper, PREVOTE, 0, 8, 1, 0)).toBe(VK_NONE);
  expect(addVote(keeper, PREVOTE, 0, NIL, 1, 0)).toBe(VK_NONE);
  addVote(keeper, PREVOTE, 0, 7, 1, 0); // an exact repeat is none
  expect(keeper.evidence).toEqual([
    { voter: 1, type: PREVOTE, round: 0, first: 7, second: 8 },
    { voter: 1, type: PREVOTE, round: 0, first: 7, second: NIL },
  ]);
  expect([powerOf(keeper, 0, PREVOTE, 7), powerOf(keeper, 0, PREVOTE, 8), powerOf(keeper, 0, PREVOTE, 'any')]).toEqual([
    2, 0, 2,
  ]);
});

test('evidence is of one voter, type and round each', () => {
  const keeper = equal(4);
  const cast = [
    [PREVOTE, 0, 1],
    [PREVOTE, 0, 2],
    [PRECOMMIT, 0, 1],
    [PREVOTE, 1, 1],
  ] as const;
  for (const [type, round, voter] of cast) {
    for (const value of [7, 8]) addVote(keeper, type, round, value, voter, 9);
  }
  expect(keeper.evidence.map(({ type, round, voter }) => [type, round, voter])).toEqual(cast);
});

test('an unknown validator is ignored', () => {
  const keeper = equal(4);
  expect(addVote(keeper, PREVOTE, 3, 7, 4, 0)).toBe(VK_NONE);
  expect(addVote(keeper, PREVOTE, 3, 7, -1, 0)).toBe(VK_NONE);
  expect([keeper.count, keeper.dropped]).toEqual([0, 0]);
});

test('a vote weighs the power of its voter', () => {
  const keeper = createVoteKeeper(createValidatorSet([5, 10, 15, 20, 50]));
  expect(addVote(keeper, PREVOTE, 0, 7, 4, 0)).toBe(VK_NONE);
  expect(addVote(keeper, PREVOTE, 0, 7, 2, 0)).toBe(VK_NONE); // 65 of 100
  expect(addVote(keeper, PREVOTE, 0, 7, 0, 0)).toBe(VK_POLKA_VALUE); // 70
  expect(powerOf(keeper, 0, PREVOTE, 7)).toBe(70);
});

test('votes are found again: the signers of a certificate, by index', () => {
  const keeper = equal(4);
  for (const voter of [3, 0, 2]) addVote(keeper, PRECOMMIT, 1, 7, voter, 1);
  addVote(keeper, PRECOMMIT, 1, NIL, 1, 1);
  expect(votesFor(keeper, 1, PRECOMMIT, 7)).toEqual([0, 2, 3]);
  expect(votesFor(keeper, 1, PRECOMMIT, NIL)).toEqual([1]);
  expect(votesFor(keeper, 1, PREVOTE, 7)).toEqual([]);
  expect(votesFor(keeper, 2, PREVOTE, 7)).toEqual([]);
  expect([voteOf(keeper, 1, PRECOMMIT, 1), voteOf(keeper, 1, PREVOTE, 1), voteOf(keeper, 2, PREVOTE, 1)]).toEqual([
    NIL,
    undefined,
    undefined,
  ]);
});

test('a round may hold more values than there are rows at first', () => {
  const keeper = equal(40);
  for (let voter = 0; voter < 40; voter += 1) addVote(keeper, PREVOTE, 0, 1_000 + voter, voter, 0);
  for (let voter = 0; voter < 40; voter += 1) expect(votesFor(keeper, 0, PREVOTE, 1_000 + voter)).toEqual([voter]);
  expect(powerOf(keeper, 0, PREVOTE, 'any')).toBe(40);
});

test('pruning drops the rounds below and keeps the others', () => {
  const keeper = equal(4);
  for (const round of [2, 0, 1, 3]) addVote(keeper, PREVOTE, round, round, 0, 9);
  prune(keeper, 2);
  expect([0, 1, 2, 3].map((round) => powerOf(keeper, round, PREVOTE, 'any'))).toEqual([0, 0, 1, 1]);
  addVote(keeper, PREVOTE, 1, 8, 1, 9); // late: of a round that was dropped
  expect([voteOf(keeper, 1, PREVOTE, 0), voteOf(keeper, 1, PREVOTE, 1)]).toEqual([undefined, 8]);
  addVote(keeper, PREVOTE, 5, 7, 0, 9); // reuses a record
  expect(votesFor(keeper, 5, PREVOTE, 7)).toEqual([0]);
  expect([2, 3, 5].map((round) => voteOf(keeper, round, PREVOTE, 0))).toEqual([2, 3, 7]);
});

test('one validator opens a bounded number of future rounds; what is refused is counted', () => {
  const keeper = equal(4);
  for (let round = 1; round <= FUTURE_ROUNDS_PER_VOTER; round += 1) addVote(keeper, PREVOTE, round * 100, 7, 0, 0);
  expect(keeper.dropped).toBe(0);
  addVote(keeper, PREVOTE, 1_000_000, 7, 0, 0);
  expect(keeper.dropped).toBe(1);
  expect(addVote(keeper, PREVOTE, 3, 7, 1, 0)).toBe(VK_NONE); // others are not affected
  expect(addVote(keeper, PREVOTE, 3, 7, 0, 0)).toBe(VK_SKIP); // and its votes for their rounds count
  addVote(keeper, PREVOTE, 2, 7, 0, 2); // and those for the present and the past
  expect([keeper.dropped, powerOf(keeper, 2, PREVOTE, 7)]).toEqual([1, 1]);
  addVote(keeper, PREVOTE, 1_000_001, 7, 0, 100); // one of its rounds is no longer in the future
  expect(keeper.dropped).toBe(1);
});

test('a keeper of a new height remembers nothing, with the same validators or others', () => {
  const keeper = equal(4);
  for (let voter = 0; voter < 4; voter += 1) addVote(keeper, PREVOTE, 0, 7, voter, 0);
  addVote(keeper, PREVOTE, 0, 8, 0, 0);
  const evidence = keeper.evidence;
  resetVoteKeeper(keeper);
  expect(keeper.evidence).toEqual([]);
  expect(evidence).toHaveLength(1);
  expect(powerOf(keeper, 0, PREVOTE, 7)).toBe(0);
  expect([0, 1, 2].map((voter) => addVote(keeper, PREVOTE, 0, 7, voter, 0))).toEqual([0, 0, VK_POLKA_VALUE]);
  for (let round = 1; round <= FUTURE_ROUNDS_PER_VOTER + 1; round += 1) addVote(keeper, PREVOTE, round, 7, 0, 0);
  expect(keeper.dropped).toBe(1);
  resetVoteKeeper(keeper, createValidatorSet([1, 1, 1, 1, 1, 1]));
  expect(keeper.dropped).toBe(0);
  expect([0, 1, 2, 3, 4].map((voter) => addVote(keeper, PRECOMMIT, 0, 7, voter, 0))).toEqual([
    0,
    0,
    0,
    0,
    VK_PRECOMMIT_VALUE,
  ]);
  expect([3, 4, 5].map((voter) => addVote(keeper, PRECOMMIT, 1, 7, voter, 0))).toEqual([0, 0, VK_SKIP]);
});

test('a structured clone is a keeper of its own', () => {
  const keeper = equal(4);
  for (const voter of [0, 1]) addVote(keeper, PREVOTE, 0, 7, voter, 0);
  const copy = structuredClone(keeper);
  expect(addVote(copy, PREVOTE, 0, 7, 2, 0)).toBe(VK_POLKA_VALUE);
  expect(powerOf(keeper, 0, PREVOTE, 7)).toBe(2);
  expect(addVote(keeper, PREVOTE, 0, 7, 2, 0)).toBe(VK_POLKA_VALUE);
});

test('with skips by quorum, one-honest power of a later round is not enough, and types do not add up', () => {
  const skipping = (skip: 'one-honest' | 'quorum') => createVoteKeeper(createValidatorSet([1, 1, 1, 1]), skip);
  const cast = (skip: 'one-honest' | 'quorum', votes: readonly (readonly [0 | 1, number])[]) => {
    const keeper = skipping(skip);
    return votes.map(([type, value], voter) => addVote(keeper, type, 3, value, voter, 0));
  };
  const prevotes = [7, NIL, 8].map((value) => [PREVOTE, value] as const);
  expect(cast('one-honest', prevotes)).toEqual([VK_NONE, VK_SKIP, VK_NONE]);
  expect(cast('quorum', prevotes)).toEqual([VK_NONE, VK_NONE, VK_SKIP]);
  const precommits = [NIL, NIL, NIL].map((value) => [PRECOMMIT, value] as const);
  expect(cast('quorum', precommits)).toEqual([VK_NONE, VK_NONE, VK_SKIP]);
  const mixed = [
    [PREVOTE, 7],
    [PREVOTE, 7],
    [PRECOMMIT, 7],
  ] as const;
  expect(cast('quorum', mixed)).toEqual([VK_NONE, VK_NONE, VK_NONE]);
  const committed = [7, 7, 7].map((value) => [PRECOMMIT, value] as const);
  expect(cast('quorum', committed).at(-1)).toBe(VK_PRECOMMIT_VALUE); // a decision needs no skip
});
