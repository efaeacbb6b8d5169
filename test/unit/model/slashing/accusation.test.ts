import { describe, expect, test } from 'vitest';
import {
  ACCUSATION_RULES,
  type ArrivingProposal,
  type ArrivingVote,
  judgeProposal,
  judgeVote,
  type RoundView,
} from '#model/slashing/accusation';

const BUILT = { slashOnReorder: true, framing: true };
const REORDER = { slashOnReorder: true, framing: false };
const FRAMING = { slashOnReorder: false, framing: true };
const VOTE: ArrivingVote = { height: 5, round: 1, kind: 'prevote', voter: 3, relay: 8, signed: true };
const VIEW: RoundView = {
  height: 5,
  round: 1,
  members: new Set([1, 2, 3]),
  prevoted: new Set([1]),
  precommitted: new Set(),
};
const BLAMED = { kind: 'refused-vote', accused: 3, height: 5, round: 1 };

describe('section 4.2: refused votes', () => {
  test('a precommit before its prevote is taken; with slashOnReorder it is refused and slashed', () => {
    const early: ArrivingVote = { ...VOTE, kind: 'precommit' };
    expect(judgeVote(ACCUSATION_RULES, early, VIEW)).toEqual({ refusal: null, accused: null, peer: null });
    expect(judgeVote(REORDER, early, VIEW)).toEqual({ refusal: 'order', accused: BLAMED, peer: null });
    expect(judgeVote(REORDER, { ...early, voter: 1 }, VIEW).refusal).toBeNull(); // its prevote is there
  });

  test.each<[string, Partial<ArrivingVote>]>([
    ['round', { round: 2 }],
    ['round', { height: 6 }],
    ['member', { voter: 9 }],
  ])('a vote of another %s is refused, and slashed only with slashOnReorder', (refusal, change) => {
    const vote = { ...VOTE, ...change };
    expect(judgeVote(ACCUSATION_RULES, vote, VIEW)).toEqual({ refusal, accused: null, peer: null });
    expect(judgeVote(REORDER, vote, VIEW).accused).toEqual({
      kind: 'refused-vote',
      accused: vote.voter,
      height: vote.height,
      round: vote.round,
    });
  });

  test('duplicates are ignored and blamed on nobody', () => {
    for (const rules of [ACCUSATION_RULES, BUILT]) {
      expect(judgeVote(rules, { ...VOTE, voter: 1 }, VIEW)).toEqual({
        refusal: 'duplicate',
        accused: null,
        peer: null,
      });
    }
  });
});

describe('section 9.1: framing', () => {
  test('a badly signed vote is the relaying peer’s; with framing the named voter pays and the peer does not', () => {
    const forged = { ...VOTE, signed: false };
    expect(judgeVote(ACCUSATION_RULES, forged, VIEW)).toEqual({ refusal: 'signature', accused: null, peer: 8 });
    expect(judgeVote(REORDER, forged, VIEW)).toEqual({ refusal: 'signature', accused: null, peer: 8 });
    expect(judgeVote(FRAMING, forged, VIEW)).toEqual({ refusal: 'signature', accused: BLAMED, peer: null });
  });

  test('the signature is looked at before anything else', () => {
    const forged = { ...VOTE, signed: false, voter: 9, round: 7 };
    expect(judgeVote(REORDER, forged, VIEW).accused).toBeNull();
  });

  const BLOCK: ArrivingProposal = { height: 5, round: 1, proposer: 2, relay: 8, signed: true, fault: 'block' };

  test('a bad block with a good signature is its proposer’s, whatever the switches', () => {
    const accused = { kind: 'invalid-proposal', accused: 2, height: 5, round: 1 };
    expect(judgeProposal(ACCUSATION_RULES, BLOCK)).toEqual({ refusal: 'invalid', accused, peer: 8 });
    expect(judgeProposal(ACCUSATION_RULES, { ...BLOCK, relay: 2 }).peer).toBeNull();
    expect(judgeProposal(FRAMING, BLOCK)).toEqual({ refusal: 'invalid', accused, peer: null });
  });

  test('a bad block that its proposer never signed frames it only as built', () => {
    const forged: ArrivingProposal = { ...BLOCK, signed: false, fault: 'proof' };
    expect(judgeProposal(ACCUSATION_RULES, forged)).toEqual({ refusal: 'signature', accused: null, peer: 8 });
    expect(judgeProposal(FRAMING, forged)).toMatchObject({ accused: { kind: 'false-proof', accused: 2 }, peer: null });
  });

  test('a good block is taken; proofs and double spends have kinds of their own', () => {
    expect(judgeProposal(BUILT, { ...BLOCK, fault: 'none' }).refusal).toBeNull();
    expect(judgeProposal(BUILT, { ...BLOCK, fault: 'proof' }).accused?.kind).toBe('false-proof');
    expect(judgeProposal(BUILT, { ...BLOCK, fault: 'double-spend' }).accused?.kind).toBe('double-spend-proposal');
  });
});
