/**
 * Certificates: votes of one round under one roof, verified and applied as a whole.
 *
 * One unknown signer, one repeated signer or too little power rejects all of it. The signatures are the host's affair.
 * Source: Malachite `code/crates/signing/src/ext.rs`, `docs/` on the liveness protocol.
 */
import {
  hasOneHonestPower,
  hasQuorumPower,
  PRECOMMIT,
  PREVOTE,
  type ValidatorSet,
  type ValueId,
  type VoteType,
} from './vote.js';
import { seenPower, type VoteKeeper, voteOf, votesFor } from './vote-keeper.js';

/** A quorum of prevotes (polka) or of precommits (commit) of `round` for `value`; which of them, its receiver knows. */
export interface Certificate {
  readonly round: number;
  readonly value: ValueId; // never NIL
  readonly voters: Int32Array | readonly number[]; // each once
}

/**
 * What brought a node into a round: a quorum of any precommits of `round` (kind `precommit`, it justifies `round` + 1),
 * or one-honest power of any votes of `round` (kind `skip`, it justifies `round` itself).
 */
export interface RoundCertificate {
  readonly round: number;
  readonly kind: 'precommit' | 'skip';
  readonly votes: readonly { readonly type: VoteType; readonly value: ValueId; readonly voter: number }[]; // each voter once
}

/** Whether `certificate` stands: known voters, each once, a quorum together, for a value. */
export function isCertificate(set: ValidatorSet, certificate: Certificate): boolean {
  return certificate.value >= 0 && hasQuorumPower(set, jointPower(set, certificate.voters));
}

/** Whether `certificate` stands: known voters, each once, with the power and the types its kind asks for. */
export function isRoundCertificate(set: ValidatorSet, certificate: RoundCertificate): boolean {
  const { kind, votes } = certificate;
  const power = jointPower(
    set,
    votes.map(({ voter }) => voter),
  );
  if (kind === 'skip') return hasOneHonestPower(set, power);
  return hasQuorumPower(set, power) && votes.every(({ type }) => type === PRECOMMIT);
}

/** The certificate that the counted votes make, or null if they are no quorum. */
export function certificateFor(keeper: VoteKeeper, round: number, type: VoteType, value: ValueId): Certificate | null {
  const certificate = { round, value, voters: votesFor(keeper, round, type, value) };
  return isCertificate(keeper.set, certificate) ? certificate : null;
}

/** The certificate that the counted votes make for entering `round`, or null if they justify nothing. */
export function roundCertificateFor(keeper: VoteKeeper, round: number): RoundCertificate | null {
  const precommits: RoundCertificate = {
    round: round - 1,
    kind: 'precommit',
    votes: collectVotes(keeper, round - 1, [PRECOMMIT]),
  };
  if (isRoundCertificate(keeper.set, precommits)) return precommits;
  if (!hasOneHonestPower(keeper.set, seenPower(keeper, round))) return null;
  return { round, kind: 'skip', votes: collectVotes(keeper, round, [PRECOMMIT, PREVOTE]) };
}

/** One counted vote of each voter, of the first of `types` it has cast. */
function collectVotes(keeper: VoteKeeper, round: number, types: readonly VoteType[]): RoundCertificate['votes'] {
  const votes: { type: VoteType; value: ValueId; voter: number }[] = [];
  for (let voter = 0; voter < keeper.set.powers.length; voter += 1) {
    for (const type of types) {
      const value = voteOf(keeper, round, type, voter);
      if (value === undefined) continue;
      votes.push({ type, value, voter });
      break;
    }
  }
  return votes;
}

/** Power of `voters` together; 0 if one of them is unknown or repeated. */
function jointPower(set: ValidatorSet, voters: Int32Array | readonly number[]): number {
  const seen = new Uint8Array(set.powers.length);
  let power = 0;
  for (const voter of voters) {
    if (seen[voter] !== 0) return 0; // undefined for an unknown one
    seen[voter] = 1;
    power += set.powers[voter] as number;
  }
  return power;
}
