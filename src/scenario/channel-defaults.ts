/**
 * Defaults that depend on what kind of channel it is, told by its name; and the checks of a channel that writes none.
 */
import type { CheckAction } from '#model/check-plan';
import { type Default, of } from './default-row.js';

/** Kinds of channels that differ in their defaults; a channel of any other name is an `other`. */
export type Profile = 'development' | 'testnet' | 'canary' | 'mainnet' | 'other';

export interface ChannelDefaults {
  readonly dwell: Default;
  readonly gateDwell: Default;
  readonly gates: Default; // `all`, or names of phases
  readonly batches: Default;
  readonly pause: Default;
  readonly maintenance: Default;
  readonly onFail: Default;
}

const BATCHES_LARGE = of('50%', 'assumption: a channel that may halt for a restart, in two halves');
const PAUSE_NONE = of('0s', 'assumption: nothing to watch between batches');
const ANNOUNCED = of(true, '§13.1, §15.2: its change windows are announced, and mute alerts on liveness');
const SHARED = of(false, 'assumption: users of production notice a restart, announced or not');
const GATE_DWELL = of('1 epoch', 'assumption: one epoch shows every rule at work');
const GATES_ALL = of('all', '§13.2, §17: every phase is rehearsed before mainnet');
const ABORT = of('abort' satisfies CheckAction, '§19: before mainnet a failure ends the promotion');
const ROLLBACK = of('rollback' satisfies CheckAction, '§19: mainnet recovery');

export const CHANNEL_DEFAULTS: Readonly<Record<Profile, ChannelDefaults>> = {
  development: {
    dwell: of('48h', '§17'),
    gateDwell: GATE_DWELL,
    gates: GATES_ALL,
    batches: BATCHES_LARGE,
    pause: PAUSE_NONE,
    maintenance: ANNOUNCED,
    onFail: ABORT,
  },
  testnet: {
    dwell: of('10 epochs', '§17'),
    gateDwell: GATE_DWELL,
    gates: GATES_ALL,
    batches: BATCHES_LARGE,
    pause: PAUSE_NONE,
    maintenance: ANNOUNCED,
    onFail: ABORT,
  },
  canary: {
    dwell: of('10 epochs', '§17: 3 epochs, then 7 with rewards'),
    gateDwell: GATE_DWELL,
    gates: of(['selection', 'rewards'], '§17: what the canary rehearses'),
    batches: of('100%', 'assumption: a subset too small to halt the chain, all at once'),
    pause: PAUSE_NONE,
    maintenance: SHARED,
    onFail: ABORT,
  },
  mainnet: {
    dwell: of('24h', '§17'),
    gateDwell: of('3 epochs', 'assumption: as the watch of §17 after a gate on the canary'),
    gates: GATES_ALL,
    batches: of('10%', '§22'),
    pause: of('30m', '§22: 2 epochs or 30 min; the epochs are waited for after each gate'),
    maintenance: SHARED,
    onFail: ROLLBACK,
  },
  other: {
    dwell: of('24h', 'assumption: as mainnet'),
    gateDwell: GATE_DWELL,
    gates: GATES_ALL,
    batches: BATCHES_LARGE,
    pause: PAUSE_NONE,
    maintenance: ANNOUNCED,
    onFail: ABORT,
  },
};

export const CANARY_SHARE = of('5%', '§22: 5 % of validators, at least 3');
export const CANARY_MIN = 3;
export const CANARY_CHAIN = of('mainnet', '§17: chosen validators of the production chain');
export const SHADOW_MODE = of('shadow', 'assumption: a part of a chain can compute a gate but not enforce it');
export const ENFORCE_MODE = of('enforce', 'assumption: the whole chain runs the release');

/** One of the checks of a channel that writes none, as a file would write it. */
export interface DefaultCheck {
  readonly profiles: readonly Profile[];
  readonly check: Readonly<Record<string, unknown>>;
}

const EVERY: readonly Profile[] = ['development', 'testnet', 'canary', 'mainnet', 'other'];

/**
 * `missedSlots` guards only where restarts never stop the chain: half a testnet restarting at once misses more slots
 * than its line allows. `crashes` on mainnet counts five, since single nodes crash there without any defect.
 */
export const DEFAULT_CHECKS: readonly DefaultCheck[] = [
  {
    profiles: EVERY,
    check: { name: 'production', metric: 'liveness.production', window: '30m', success: '>= 90%' },
  },
  {
    profiles: EVERY,
    check: { name: 'finality', metric: 'liveness.finality', statistic: 'p95', window: '30m', success: '<= 12s' },
  },
  {
    profiles: EVERY,
    check: { name: 'finality-lag', metric: 'liveness.finalityLag', statistic: 'max', window: '5m', success: '< 24' },
  },
  {
    profiles: ['canary', 'mainnet'],
    check: {
      name: 'missed-slots',
      metric: 'liveness.missedSlots',
      window: '5m',
      success: '<= 2',
      failure: '> 4',
      consecutiveFailures: 5,
    },
  },
  {
    profiles: ['development', 'testnet', 'canary', 'other'],
    check: { name: 'crashes', metric: 'release.crashes', window: '1h', success: '< 1' },
  },
  {
    profiles: ['mainnet'],
    check: { name: 'crashes', metric: 'release.crashes', window: '1h', success: '< 1', failure: '>= 5' },
  },
  {
    profiles: EVERY,
    check: { name: 'diverged', metric: 'validators.diverged', statistic: 'max', window: '5m', success: '< 1' },
  },
  {
    profiles: EVERY,
    check: { name: 'reward-mismatch', metric: 'rewards.mismatch', window: '1h', success: '<= 0' },
  },
  {
    profiles: EVERY,
    check: { name: 'proof-backlog', metric: 'proofs.backlog', statistic: 'mean', window: '5m', success: '< 16' },
  },
];
export const DEFAULT_CHECKS_SOURCE =
  'blueprint §15.2, §16, §22: critical alerts and service levels; crashes: assumption';

/** The statistic of a check that names none, by the unit of its metric. */
export const STATISTIC_OF_UNIT = { duration: 'p95', share: 'mean', count: 'max', units: 'sum', ratio: 'max' } as const;
export const STATISTIC_SOURCE = 'assumption: by the unit of the metric';
