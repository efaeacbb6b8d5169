/**
 * What messages enable: proposals, vote thresholds and certificates become inputs of the round machine.
 *
 * Algorithm 1 allows any enabled rule; the order here is fixed, so that the same messages always bring the same outputs.
 * Reads the driver, changes nothing. Source: Malachite `code/crates/core-driver/src/mux.rs`.
 */
import type { Certificate } from './certificate.js';
import type { Driver, StoredProposal } from './driver.js';
import { type RoundInput, STEP_PREVOTE, STEP_PROPOSE } from './round-machine.js';
import { NIL, PRECOMMIT, PREVOTE, type ValueId } from './vote.js';
import {
  hasThreshold,
  VK_POLKA_ANY,
  VK_POLKA_NIL,
  VK_POLKA_VALUE,
  VK_PRECOMMIT_ANY,
  VK_PRECOMMIT_VALUE,
} from './vote-keeper.js';

/** What a proposal enables now, or null. */
export function inputOfProposal(driver: Driver, proposal: StoredProposal): RoundInput | null {
  const { round, step: now } = driver.state;
  const { value, validRound } = proposal;
  if (round === -1) return null;
  if (!proposal.valid) {
    if (now !== STEP_PROPOSE || proposal.round !== round) return null;
    if (validRound === -1) return { kind: 'invalid-proposal', round };
    return hasPolka(driver, validRound, value)
      ? { kind: 'invalid-proposal-and-polka-previous', round, validRound }
      : null;
  }
  if (driver.state.decisionRound === -1 && hasCommit(driver, proposal.round, value)) {
    return { kind: 'proposal-and-precommit-value', round: proposal.round, value };
  }
  if (proposal.round !== round) return null;
  if (now >= STEP_PREVOTE && hasPolka(driver, round, value))
    return { kind: 'proposal-and-polka-current', round, value };
  if (validRound === -1) return { kind: 'proposal', round, value };
  if (now === STEP_PROPOSE && validRound < round && hasPolka(driver, validRound, value)) {
    return { kind: 'proposal-and-polka-previous', round, value, validRound };
  }
  return null;
}

/** What a threshold that the vote keeper has emitted enables now. */
export function inputOfThreshold(driver: Driver, code: number, round: number, value: ValueId): RoundInput {
  switch (code) {
    case VK_POLKA_ANY:
      return { kind: 'polka-any', round };
    case VK_POLKA_NIL:
      return { kind: 'polka-nil', round };
    case VK_POLKA_VALUE:
      return inputOfPolka(driver, round, value) ?? { kind: 'polka-any', round };
    case VK_PRECOMMIT_ANY:
      return { kind: 'precommit-any', round };
    case VK_PRECOMMIT_VALUE:
      return inputOfCommit(driver, round, value);
    default:
      return { kind: 'skip-round', round };
  }
}

/** What a polka for `value` in `polkaRound` enables together with a proposal of the current round, or null. */
export function inputOfPolka(driver: Driver, polkaRound: number, value: ValueId): RoundInput | null {
  const { round } = driver.state;
  for (const proposal of driver.proposals) {
    if (proposal.round !== round || proposal.value !== value) continue;
    if (proposal.validRound === polkaRound && polkaRound < round) {
      return proposal.valid
        ? { kind: 'proposal-and-polka-previous', round, value, validRound: polkaRound }
        : { kind: 'invalid-proposal-and-polka-previous', round, validRound: polkaRound };
    }
    if (polkaRound === round && proposal.valid) return { kind: 'proposal-and-polka-current', round, value };
  }
  return null;
}

/** What a quorum of precommits for `value` in `round` enables now. */
export function inputOfCommit(driver: Driver, round: number, value: ValueId): RoundInput {
  for (const proposal of driver.proposals) {
    if (proposal.valid && proposal.round === round && proposal.value === value) {
      return { kind: 'proposal-and-precommit-value', round, value };
    }
  }
  return round > driver.state.round ? { kind: 'skip-round', round } : { kind: 'precommit-any', round };
}

/**
 * Looks again at what arrived before this step: without it a node that has votes before the proposal would wait for ever.
 * Taken from the stack: each proposal of the round as it arrived, then the polka for nil or any, then any precommits.
 */
export function pushFollowUps(driver: Driver, pending: RoundInput[]): void {
  const { proposals, keeper } = driver;
  const { round, step: now } = driver.state;
  if (hasThreshold(keeper, round, PRECOMMIT, 'any') || isOfRound(driver.commitCertificates, round)) {
    pending.push({ kind: 'precommit-any', round });
  }
  if (hasThreshold(keeper, round, PREVOTE, NIL)) pending.push({ kind: 'polka-nil', round });
  else if (hasThreshold(keeper, round, PREVOTE, 'any') || isOfRound(driver.polkaCertificates, round)) {
    pending.push({ kind: 'polka-any', round });
  }
  for (let i = proposals.length - 1; i >= 0; i -= 1) {
    const proposal = proposals[i] as StoredProposal;
    if (proposal.round !== round) continue;
    if (now === STEP_PROPOSE) {
      const input = inputOfProposal(driver, proposal);
      if (input !== null) pending.push(input);
    } else if (now === STEP_PREVOTE && proposal.valid && hasPolka(driver, round, proposal.value)) {
      pending.push({ kind: 'proposal-and-polka-current', round, value: proposal.value });
    }
  }
}

/** Whether a quorum of prevotes of `round` for `value` is known, by votes or by certificate. */
export function hasPolka(driver: Driver, round: number, value: ValueId): boolean {
  return hasThreshold(driver.keeper, round, PREVOTE, value) || isStored(driver.polkaCertificates, round, value);
}

/** Whether a quorum of precommits of `round` for `value` is known, by votes or by certificate. */
export function hasCommit(driver: Driver, round: number, value: ValueId): boolean {
  return hasThreshold(driver.keeper, round, PRECOMMIT, value) || isStored(driver.commitCertificates, round, value);
}

/** Whether a proposal of the current round for `value` is known. */
export function hasCurrentProposal(driver: Driver, value: ValueId): boolean {
  return driver.proposals.some((proposal) => proposal.round === driver.state.round && proposal.value === value);
}

/** Whether a certificate of `round` for `value` is among `certificates`. */
export function isStored(certificates: readonly Certificate[], round: number, value: ValueId): boolean {
  for (const certificate of certificates) {
    if (certificate.round === round && certificate.value === value) return true;
  }
  return false;
}

function isOfRound(certificates: readonly Certificate[], round: number): boolean {
  for (const certificate of certificates) if (certificate.round === round) return true;
  return false;
}
