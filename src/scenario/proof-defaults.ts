/**
 * Defaults of `proofs`. Of all circuits only the consensus circuit was measured; the others stand in a ratio to it.
 */
import { type Default, lognormal, of } from './default-row.js';

export const PROOF_DEFAULTS: Readonly<Record<string, Default>> = {
  'proofs.workers': of(2, '§22: concurrency of the production prover'),
  'proofs.batch': of(64, '§2.1 proof.proof_batch_size, §6.1: proofs of an aggregation at most'),
  'proofs.verify': of(lognormal('1982ms', '2641ms', '3239ms'), '§6.3: consensus circuit, measured; cut at 1.1 × max'),
  'proofs.lag': of(2, 'assumption: the finality envelope of 12s is 2.4 slots (§16, §22)'),
  'proofs.failure': of('0.5%', '§22: transient failures'),
  'proofs.attempts': of(2, '§22: retry once'),
  'proofs.retryPause': of('5s', 'assumption: a slot, in which whatever was in the way is over'),
  'proofs.gossip': of(lognormal('250ms', '500ms'), '§16: p95 of gossip 500 ms; the median is an assumption'),
  'proofs.cache.entries': of(1024, '§2.1 proof_cache.default_retain, §6.4'),
  'proofs.cache.ttl': of('15m', '§2.1 proof.proof_cache_ttl_secs, §6.4'),
  'proofs.failover': of(false, '§6.2: a release with a second backend enabled cannot be built'),
  'proofs.warmUp': of('35s', '§6.4, §22: circuits load in 5 s, keys take 30 s'),
  'proofs.newCircuits': of(false, 'assumption: a release that brings other circuits says so'),
};

const RATIO = '§22: in a ratio to the measured consensus circuit; p95 = 1.3 × p50';
const WALLETS = '§6.1: these proofs arrive with what wallets submit';

/** Those of the circuits hold only where `proofs.prove` does not stand for all of them. */
export const PROOF_CONDITIONAL_DEFAULTS: Readonly<Record<string, Default>> = {
  'proofs.circuits.transaction.prove': of(lognormal('400ms', '520ms'), RATIO),
  'proofs.circuits.transaction.perBlock': of(0, WALLETS),
  'proofs.circuits.identity.prove': of(lognormal('600ms', '780ms'), RATIO),
  'proofs.circuits.identity.perBlock': of(0, WALLETS),
  'proofs.circuits.uptime.prove': of(lognormal('300ms', '390ms'), RATIO),
  'proofs.circuits.uptime.perBlock': of(
    'chain.blockTime / validators.uptimeProofs',
    '§3.2: a node proves its own uptime only, and others bring theirs with what they submit',
  ),
  'proofs.circuits.state.prove': of(lognormal('900ms', '1170ms'), RATIO),
  'proofs.circuits.state.perBlock': of(1, '§6.1: one for each block'),
  'proofs.circuits.pruning.prove': of(lognormal('500ms', '650ms'), RATIO),
  'proofs.circuits.pruning.perBlock': of(1, '§6.1: one for each block'),
  'proofs.circuits.consensus.prove': of(
    lognormal('3742ms', '4836ms', '5806ms'),
    '§6.3: measured with 96 validators; cut at 1.1 × max',
  ),
  'proofs.circuits.consensus.perBlock': of(1, '§6.1: one for each block'),
  'proofs.circuits.recursive.prove': of(lognormal('1500ms', '1950ms'), RATIO),
  'proofs.referenceCommittee': of(96, '§6.3: the committee of the measurement, scaled by committee / 96'),
  'proofs.submissions': of(
    { normal: { mean: 100, deviation: 10 } },
    '§22: 20 transactions a second, over a block of 5s; spread as a Poisson count',
  ),
  'proofs.failover.backend': of(
    'plonky3',
    '§6.2: it takes over in simulation only; not releasable, since the build of a release refuses it',
  ),
  'proofs.failover.after': of('5m', '§18: after a verifier outage the other backend accepts proofs within 5 min'),
  'proofs.failover.factor': of(1, 'assumption: §6.3 measured the backend that takes over; the other is as fast'),
};
