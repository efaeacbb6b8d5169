/**
 * The scenario that `rollout-sim init` writes: short, complete, commented, and answered within seconds.
 */

export const TEMPLATE = `# yaml-language-server: $schema=./scenario.schema.json
# A rehearsal of a rollout. "rollout-sim explain" lists every key, "rollout-sim plan" shows what this file means.
apiVersion: rollout-sim/v1
question: Does the chain keep finalizing while the release is promoted?

# How often the rollout is rehearsed, and where all chance comes from.
replications: 40
seed: 1

# Short epochs of 60 blocks (5 min), so that waits counted in epochs take minutes.
chain: { blockTime: 5s, epochBlocks: 60 }

# Where the release runs, in order of promotion. Steps and checks that are left out come from defaults.
channels:
  - { name: testnet, validators: 4, dwell: 1h }
  - { name: mainnet, validators: 7, dwell: 2h, gateDwell: 1 epoch }

# What goes wrong.
faults:
  - name: power-cut
    kind: crash
    when: { channel: mainnet, after: 90m }
    for: { lognormal: { median: 3m, p95: 8m } }
    targets: { count: 1 }

# What has to hold over all replications; the exit code tells whether it does.
expect:
  - { that: 'P(state rollback) <= 20%', confidence: 95% }
  - { that: 'mean(liveness.slotShare) >= 80%', confidence: 95% }
`;
