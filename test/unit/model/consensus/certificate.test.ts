import { expect, test } from 'vitest';
import { certificateFor, isCertificate, isRoundCertificate, roundCertificateFor } from '#model/consensus/certificate';
import { createValidatorSet, NIL, PRECOMMIT, PREVOTE } from '#model/consensus/vote';
import { addVote, createVoteKeeper } from '#model/consensus/vote-keeper';

const SET = createValidatorSet([1, 1, 1, 1]);

test.each([
  ['a quorum', [0, 1, 3], 7, true],
  ['typed voters', Int32Array.of(3, 1, 0), 7, true],
  ['too little power', [0, 1], 7, false],
  ['a repeated signer', [0, 1, 3, 1], 7, false],
  ['an unknown signer', [0, 1, 3, 4], 7, false],
  ['a negative signer', [0, 1, 3, -1], 7, false],
  ['no value', [0, 1, 3], NIL, false],
])('a certificate of %s', (_, voters, value, stands) => {
  expect(isCertificate(SET, { round: 0, value, voters })).toBe(stands);
});

test('a round certificate of precommits needs a quorum of precommits, of whatever values', () => {
  const vote = (voter: number, type: 0 | 1 = PRECOMMIT) => ({ type, value: voter === 0 ? NIL : 7, voter });
  const kind = 'precommit';
  expect(isRoundCertificate(SET, { round: 0, kind, votes: [0, 1, 2].map((voter) => vote(voter)) })).toBe(true);
  expect(isRoundCertificate(SET, { round: 0, kind, votes: [vote(0), vote(1)] })).toBe(false);
  expect(isRoundCertificate(SET, { round: 0, kind, votes: [vote(0), vote(1), vote(2, PREVOTE)] })).toBe(false);
  expect(isRoundCertificate(SET, { round: 0, kind, votes: [vote(0), vote(1), vote(2), vote(2)] })).toBe(false);
});

test('a round certificate of a skip needs one-honest power of any votes', () => {
  const vote = (voter: number, type: 0 | 1) => ({ type, value: NIL, voter });
  const kind = 'skip';
  expect(isRoundCertificate(SET, { round: 2, kind, votes: [vote(0, PREVOTE), vote(1, PRECOMMIT)] })).toBe(true);
  expect(isRoundCertificate(SET, { round: 2, kind, votes: [vote(0, PREVOTE)] })).toBe(false);
  expect(isRoundCertificate(SET, { round: 2, kind, votes: [vote(0, PREVOTE), vote(0, PRECOMMIT)] })).toBe(false);
});

test('the votes of a keeper make the certificates that they justify', () => {
  const keeper = createVoteKeeper(SET);
  addVote(keeper, PREVOTE, 1, 7, 0, 0);
  expect(certificateFor(keeper, 1, PREVOTE, 7)).toBeNull();
  expect(roundCertificateFor(keeper, 1)).toBeNull();
  addVote(keeper, PRECOMMIT, 1, NIL, 0, 0);
  addVote(keeper, PREVOTE, 1, 7, 2, 0);
  expect(roundCertificateFor(keeper, 1)).toEqual({
    round: 1,
    kind: 'skip',
    votes: [
      { type: PRECOMMIT, value: NIL, voter: 0 },
      { type: PREVOTE, value: 7, voter: 2 },
    ],
  });
  addVote(keeper, PREVOTE, 1, 7, 3, 1);
  expect(certificateFor(keeper, 1, PREVOTE, 7)).toEqual({ round: 1, value: 7, voters: [0, 2, 3] });
  for (const voter of [1, 2, 3]) addVote(keeper, PRECOMMIT, 0, voter, voter, 1);
  const made = roundCertificateFor(keeper, 1);
  expect(made).toMatchObject({ round: 0, kind: 'precommit' });
  expect(made?.votes).toHaveLength(3);
});
