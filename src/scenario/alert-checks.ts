/**
 * Alerts of the chain's operators as checks (blueprint.md sections 6.4 and 15.2): those that the probes can express.
 *
 * An alert fires once its value has been beyond the threshold for some time: as many evaluations in a row as that time has
 * intervals of 60 s. What has no probe is left out: height gaps and lags of single validators, votes, timetoke, uptime,
 * caches but that of proofs, transactions, snapshots, Firewood, RPC, and alerts after pruning.
 */
import { of } from './default-row.js';

export interface AlertCheck {
  readonly name: string;
  readonly severity: 'warning' | 'critical';
  /** A check as a file would write it. */
  readonly check: Readonly<Record<string, unknown>>;
  readonly sustain: number; // minutes
  readonly exported: boolean; // false: as built no code exports what it reads (section 15.1)
  readonly source: string;
}

/** Alerts look without acting unless a scenario says otherwise. */
export const ALERT_MODE = of('observe', 'assumption: an alert tells people, and no document lets it act by itself');

const reading = (metric: string, statistic: string, success: string) => ({ metric, statistic, window: '5m', success });
const blueprint = (row: string): string => `blueprint §15.2: ${row}`;
const LAG = blueprint('finality lag in slots, max over 5 m; §15.1: exported by no code');
const HEIGHT = 'reads chain_block_height; §15.1: exported under another name and kind';
const PRODUCTION = blueprint(`production ratio over 5 m; ${HEIGHT}`);
const MISSED = blueprint(`missed slots over 5 m; ${HEIGHT}`);
const FINALITY = blueprint('finality p95');
const LATENCY = 'blueprint §6: proof latency p95, recommended 5.5 s to warn and 8 s to page';

export const ALERT_CHECKS: readonly AlertCheck[] = [
  {
    name: 'alert-finality-lag-warning',
    severity: 'warning',
    check: reading('liveness.finalityLag', 'max', '<= 12'),
    sustain: 5,
    exported: false,
    source: LAG,
  },
  {
    name: 'alert-finality-lag-critical',
    severity: 'critical',
    check: reading('liveness.finalityLag', 'max', '<= 24'),
    sustain: 2,
    exported: false,
    source: LAG,
  },
  {
    name: 'alert-no-block',
    severity: 'critical',
    check: reading('liveness.production', 'mean', '> 0'),
    sustain: 10,
    exported: false,
    source: blueprint(`block height increase over 5 m; ${HEIGHT}`),
  },
  {
    name: 'alert-production-warning',
    severity: 'warning',
    check: reading('liveness.production', 'mean', '>= 90%'),
    sustain: 10,
    exported: false,
    source: PRODUCTION,
  },
  {
    name: 'alert-production-critical',
    severity: 'critical',
    check: reading('liveness.production', 'mean', '>= 75%'),
    sustain: 10,
    exported: false,
    source: PRODUCTION,
  },
  {
    name: 'alert-missed-slots-warning',
    severity: 'warning',
    check: reading('liveness.missedSlots', 'max', '<= 2'),
    sustain: 10,
    exported: false,
    source: MISSED,
  },
  {
    name: 'alert-missed-slots-critical',
    severity: 'critical',
    check: reading('liveness.missedSlots', 'max', '<= 4'),
    sustain: 5,
    exported: false,
    source: MISSED,
  },
  {
    name: 'alert-finality-warning',
    severity: 'warning',
    check: reading('liveness.finality', 'p95', '<= 180s'),
    sustain: 10,
    exported: true,
    source: FINALITY,
  },
  {
    name: 'alert-finality-critical',
    severity: 'critical',
    check: reading('liveness.finality', 'p95', '<= 300s'),
    sustain: 10,
    exported: true,
    source: FINALITY,
  },
  {
    name: 'alert-backlog',
    severity: 'critical',
    check: reading('proofs.backlog', 'mean', '<= 16'),
    sustain: 5,
    exported: true,
    source: blueprint('backlog blocks, mean'),
  },
  {
    name: 'alert-prover-queue',
    severity: 'warning',
    check: reading('proofs.queue', 'max', '<= 2'),
    sustain: 10,
    exported: true,
    source: blueprint('wallet-prover queue depth'),
  },
  {
    name: 'alert-prover-queue-with-lag',
    severity: 'warning',
    check: { when: 'max(liveness.finalityLag, 5m) <= 12 or max(proofs.queue, 5m) <= 2' },
    sustain: 5,
    exported: false,
    source: blueprint('prover queue with finality lag; §15.1: the lag is exported by no code'),
  },
  {
    name: 'alert-proof-latency-warning',
    severity: 'warning',
    check: reading('proofs.latency', 'p95', '<= 5.5s'),
    sustain: 2,
    exported: true,
    source: `${LATENCY}; 2 m of the runbook`,
  },
  {
    name: 'alert-proof-latency-critical',
    severity: 'critical',
    check: reading('proofs.latency', 'p95', '<= 8s'),
    sustain: 15,
    exported: true,
    source: LATENCY,
  },
  {
    name: 'alert-proof-cache',
    severity: 'warning',
    check: { when: 'mean(proofs.cacheHit, 5m) >= 50% or mean(proofs.cacheEvictions, 5m) <= 30' },
    sustain: 15,
    exported: true,
    source: blueprint('proof cache: hit and evictions'),
  },
  {
    name: 'alert-cache-hit',
    severity: 'warning',
    check: reading('proofs.cacheHit', 'mean', '>= 70%'),
    sustain: 10,
    exported: true,
    source: blueprint('any cache hit ratio'),
  },
  {
    name: 'alert-cache-evictions',
    severity: 'warning',
    check: reading('proofs.cacheEvictions', 'mean', '<= 50'),
    sustain: 10,
    exported: true,
    source: blueprint('cache evictions a minute'),
  },
];
