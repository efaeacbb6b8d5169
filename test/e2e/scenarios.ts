/**
 * Small scenarios for the tests of the command line: one chain of four validators, minutes instead of weeks.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What becomes of the claims of a small scenario with eight replications or more. */
export const CLAIMS = {
  pass: 'P(rollout.completed) >= 20%',
  fail: 'P(rollout.completed) <= 20%',
  inconclusive: 'P(rollout.completed) >= 99.99%',
} as const;

/** A scenario whose rollout completes in every replication. */
export function smallScenario(claim: string, dwell = '10m', replications = 8): string {
  return `apiVersion: rollout-sim/v1
name: small
question: Does a small rollout complete?
seed: 7
replications: ${replications}
channels:
  - name: testnet
    validators: 4
    gates: []
    dwell: ${dwell}
    checks: []
expect:
  - ${JSON.stringify(claim)}
`;
}

/** Writes a file into a folder and gives its path. */
export function writeScenario(folder: string, text: string, name = 'small.yaml'): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}
