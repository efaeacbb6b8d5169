/**
 * Proving: which circuits a block asks for, who proves them how fast, and how proofs travel.
 */
import { z } from 'zod';
import type { Circuit } from '#model/proof-plan';
import type { BackendName } from '#model/proofs/backend';
import { defaulted } from './chain-schema.js';
import { amountDistribution, durationDistribution } from './distribution.js';
import { decimal, duration, flag, oneOf, positiveDuration, quote, say, section, share, whole } from './value.js';

/** What each circuit proves (§6.1). */
export const CIRCUIT_TEXTS: Readonly<Record<Circuit, string>> = {
  transaction: 'That a transaction is valid; wallets prove what they submit.',
  identity: 'That an identity is genuine; wallets prove what they submit.',
  uptime: 'That a validator was up; each proves its own uptime.',
  state: 'That a block leads from one state to the next.',
  pruning: 'That a payload may be removed; asked for while the gate pruning is active.',
  consensus: 'That the committee decided a block; its time grows with the committee.',
  recursive: 'That all proofs of a block hold, and those of the block before.',
};

const prove = durationDistribution.optional().describe('Time of one job.');

function circuit(name: Circuit) {
  const jobs = decimal(0, 'a number of jobs')
    .max(10_000, { error: say('is too many jobs', 'Write at most 10000.') })
    .optional();
  return section({ prove, perBlock: jobs.describe('Jobs that a block asks a node for, on average.') })
    .optional()
    .describe(CIRCUIT_TEXTS[name]);
}

const circuits = section({
  transaction: circuit('transaction'),
  identity: circuit('identity'),
  uptime: circuit('uptime'),
  state: circuit('state'),
  pruning: circuit('pruning'),
  consensus: circuit('consensus'),
  recursive: section({ prove }).optional().describe(CIRCUIT_TEXTS.recursive),
});

const cache = section({
  entries: defaulted(
    whole(0, 'a number of entries'),
    'proofs.cache.entries',
    'Verified proofs that a node remembers, first in first out.',
  ),
  ttl: defaulted(duration, 'proofs.cache.ttl', 'Time after which it forgets one.'),
});

/** What each proof system is for, and whether a release may be built with it (§6.2). */
export const BACKEND_TEXTS: Readonly<Record<BackendName, string>> = {
  stwo: 'The production prover: nodes prove with it while it works.',
  plonky3: 'The prover that takes over. Not releasable: it is simulated, and the build of a release refuses it.',
  'rpp-stark': 'The verifier; it proves nothing.',
  mock: 'A stand-in for tests, forbidden in production.',
};

const failover = z.union([
  section({
    backend: oneOf(Object.keys(BACKEND_TEXTS) as BackendName[])
      .optional()
      .describe('The backend that takes over; only plonky3 can, and no release can be built with it.'),
    after: duration
      .optional()
      .describe('Time from the outage until the other backend takes over; its warm-up is extra.'),
    factor: decimal(0.01, 'a factor').optional().describe('How many times longer the other backend proves.'),
  }),
  z.literal(false, {
    error: ({ input }) =>
      input === undefined
        ? undefined
        : say(`${quote(input)} is neither false nor a map`, 'Write false, or { after: 5m, factor: 1 }.'),
  }),
]);

export const proofsSchema = section({
  workers: defaulted(whole(1, 'a number of jobs'), 'proofs.workers', 'Prover jobs a node runs side by side.'),
  prove: durationDistribution
    .optional()
    .describe('Short form, in place of circuits: time of proving one block, all circuits together, in one job.'),
  circuits: circuits.optional().describe('How long the jobs of each circuit take, and how many a block asks for.'),
  referenceCommittee: whole(0, 'a number of validators')
    .optional()
    .describe('Committee that the consensus circuit was measured with; its time is in proportion. 0: it never grows.'),
  submissions: amountDistribution
    .optional()
    .describe('Proofs that come with what wallets submit, for each block; a node only aggregates them.'),
  batch: defaulted(whole(1, 'a number of proofs'), 'proofs.batch', 'Proofs that one recursive job aggregates at most.'),
  verify: defaulted(durationDistribution, 'proofs.verify', 'Time of verifying the proofs of one block.'),
  lag: defaulted(whole(1, 'a number of blocks'), 'proofs.lag', 'Blocks after which a block must carry the proof.'),
  failure: defaulted(share, 'proofs.failure', 'Probability that one attempt at a proof fails and is repeated.'),
  attempts: defaulted(
    whole(1, 'a number of attempts'),
    'proofs.attempts',
    'Attempts at one job in a row, before it waits for retryPause.',
  ),
  retryPause: defaulted(positiveDuration, 'proofs.retryPause', 'Wait after so many failed attempts.'),
  gossip: defaulted(
    durationDistribution,
    'proofs.gossip',
    'Time until a proof that is ready has reached another node.',
  ),
  cache: cache.prefault({}).describe('Verified proofs that a node need not verify again.'),
  failover: defaulted(
    failover,
    'proofs.failover',
    'The backend that takes over when another fails, one that no release can be built with; false: none does.',
  ),
  warmUp: defaulted(
    duration,
    'proofs.warmUp',
    'Time of loading circuits and generating keys, after a start with circuits that the node has no keys for.',
  ),
  newCircuits: defaulted(
    flag,
    'proofs.newCircuits',
    'The release brings circuits of another version; proofs of the one are refused by the other.',
  ),
});
