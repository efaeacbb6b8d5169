/**
 * Words of the field as this program uses them, and the exit codes it ends with. `explain` prints them; what a metric,
 * a key or a gate means stands with the metric, the key or the gate.
 */

export const TERMS: Readonly<Record<string, string>> = {
  channel: 'Where a release runs: development, testnet, canary, mainnet. Gossip has topics, not channels.',
  chain: 'Validators that agree on one sequence of blocks. Channels may share one: the canary runs beside production.',
  release: 'The version under rollout. Nodes run it from their upgrade on.',
  gate: 'A feature gate of the chain, switched on by the rollout; active per validator from a height. Promotions are guarded by checks.',
  misfire:
    'A gate that some nodes apply before or after the agreed height, or never: they compute another state than the rest.',
  phase: 'Gates that switch on together, at an epoch boundary.',
  check: 'A rule on telemetry that guards a promotion. Its outcome is success, failure, inconclusive or error.',
  probe:
    'A series that telemetry keeps. Checks and operators see the chain through probes only, with their delay and their blind spots.',
  'as built':
    'What the code of the chain does where its documents, or our recommendation, say otherwise: a switch of chain.asBuilt for each.',
  import:
    "Turns the chain's own files into a scenario: malachite.toml, a rollout bundle, node.toml, scenarios of upstream's simulators in TOML and RON. Of every key it says whether it is used, ignored and why, or unknown.",
  bundle:
    'A rollout as upstream writes it: stages, each with its channel and the gates that are on in it. import reads it.',
  readiness: 'Preparation evidence asked for before a channel may start.',
  expectation: 'A claim on estimates over all replications. Its verdict is pass, fail, inconclusive or error.',
  promotion: 'The step from one channel to the next.',
  dwell: 'Time to wait and watch before going on.',
  'gate rollback': 'Active gates are switched off again by restarting nodes. No finalized block is lost.',
  'state rollback': 'A snapshot is restored: finalized blocks are given up. Counted apart from gate rollbacks.',
  leader: 'The elected role that orders a block and earns a bonus. The order of leaders is drawn per epoch.',
  proposer: 'The node that proposes in a round: the r-th in the leader order.',
  witness: 'An external node that attests the proofs of a block.',
  slot: 'One block time.',
  epoch: 'A fixed number of blocks. Gates switch and payouts are reckoned at its end.',
  replication:
    'One simulated rollout, a pure function of scenario, seed and replication number. A run is a whole experiment.',
  cause: 'The fault behind an undoing, by name, or "unexplained".',
  fingerprint: 'A hash over the ordered facts of every replication: equal fingerprints mean equal runs.',
  distribution: 'A law of chance. A single value is a constant; { lognormal: { median: 40ms, p99: 400ms } } is a law.',
};

/** Exit codes, a promise to scripts and CI. */
export const EXIT_CODES: Readonly<Record<string, string>> = {
  0: 'Pass: every expectation holds.',
  1: 'Internal error: a bug of ours, with the command that replays it.',
  2: 'Bad usage, or unreadable or invalid input.',
  10: 'An expectation failed.',
  11: 'Inconclusive: the replications do not decide every expectation.',
  12: 'Regression against the baseline.',
  13: 'Mismatch of determinism, fidelity or conformance.',
  14: 'Incomplete: shards missing, a worker died, or the budget ended first.',
  130: 'Interrupted (SIGINT); what was done is kept and marked.',
  143: 'Terminated (SIGTERM); what was done is kept and marked.',
};
