/** A plan of proving for tests; every part may be replaced. */
import { MILLISECOND, MINUTE, SECOND } from '#base/time';
import { type Distribution, lognormalFrom } from '#kernel/distribution';
import type { Circuit, CircuitPlan, ProofsPlan } from '#model/proof-plan';

export const constant = (value: number): Distribution => ({ kind: 'constant', value });

const MEDIANS: Readonly<Record<Circuit, number>> = {
  transaction: 400,
  identity: 600,
  uptime: 300,
  state: 900,
  pruning: 500,
  consensus: 3742,
  recursive: 1500,
};

function circuit(name: Circuit): CircuitPlan {
  const median = MEDIANS[name] * MILLISECOND;
  return { prove: lognormalFrom(median, { p95: 1.3 * median }), perBlock: 1 };
}

export function makeProofsPlan(over: Partial<ProofsPlan> = {}): ProofsPlan {
  const circuits = {
    transaction: circuit('transaction'),
    identity: circuit('identity'),
    uptime: circuit('uptime'),
    state: circuit('state'),
    pruning: circuit('pruning'),
    consensus: circuit('consensus'),
    recursive: circuit('recursive'),
  };
  return {
    workers: 2,
    circuits,
    referenceCommittee: 96,
    submissions: constant(0),
    batch: 64,
    verify: constant(2 * SECOND),
    lag: 2,
    failure: 0.005,
    attempts: 2,
    retryPause: MINUTE,
    gossip: constant(100 * MILLISECOND),
    cache: { entries: 1024, ttl: 15 * MINUTE },
    failover: { after: MINUTE, factor: 2 },
    warmUp: 35 * SECOND,
    newCircuits: false,
    ...over,
  };
}
