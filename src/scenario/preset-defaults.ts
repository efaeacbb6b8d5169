/**
 * Defaults that depend on the engine whose timeouts and rules a chain takes, `chain.consensus.preset`.
 */
import type { TimeoutsPlan } from '#model/plan';
import { type Default, of } from './default-row.js';

/** Engines that a scenario may take its timeouts and rules from. */
export type Preset = 'blueprint' | 'malachite' | 'cometbft';

/** What depends on the preset; one without a wait lets heights follow the slots. */
export type PresetPath =
  | `chain.timeouts.${keyof TimeoutsPlan}`
  | 'chain.consensus.skip'
  | 'chain.consensus.locked'
  | 'chain.consensus.replayDelay';
export type PresetDefaults = Readonly<
  Record<PresetPath, Default> & Partial<Record<'chain.consensus.commitWait', Default>>
>;

const TIMEOUTS_SOURCE = 'consensus.md section 8';
const RULES_SOURCE = 'consensus.md section 18';
const DELTAS = {
  'chain.timeouts.proposeDelta': of('500ms', TIMEOUTS_SOURCE),
  'chain.timeouts.prevoteDelta': of('500ms', TIMEOUTS_SOURCE),
  'chain.timeouts.precommitDelta': of('500ms', TIMEOUTS_SOURCE),
} as const;

export const PRESET_DEFAULTS: Readonly<Record<Preset, PresetDefaults>> = {
  blueprint: {
    'chain.timeouts.propose': of('5s', '§2.1 round_timeout_ms: a silent proposer costs propose + precommit = 6s'),
    'chain.timeouts.proposeDelta': of('500ms', 'assumption: as the Malachite engine; §4.2 states no growth'),
    'chain.timeouts.prevote': of('1s', 'assumption: as the Malachite engine'),
    'chain.timeouts.prevoteDelta': of('500ms', 'assumption: as the Malachite engine'),
    'chain.timeouts.precommit': of('1s', '§2.1 round_timeout_ms: a silent proposer costs propose + precommit = 6s'),
    'chain.timeouts.precommitDelta': of('500ms', 'assumption: as the Malachite engine'),
    'chain.timeouts.rebroadcast': of('7s', 'assumption: the sum of the three timeouts, as the Malachite engine'),
    'chain.timeouts.rebroadcastDelta': of('1500ms', 'assumption: the sum of the three deltas'),
    'chain.consensus.skip': of('one-honest', 'assumption: as the Malachite engine (consensus.md section 18)'),
    'chain.consensus.locked': of('nil', 'assumption: as the Malachite engine (consensus.md section 18)'),
    'chain.consensus.replayDelay': of('5s', 'assumption: as the Malachite engine (consensus.md section 13)'),
  },
  malachite: {
    ...DELTAS,
    'chain.timeouts.propose': of('3s', TIMEOUTS_SOURCE),
    'chain.timeouts.prevote': of('1s', TIMEOUTS_SOURCE),
    'chain.timeouts.precommit': of('1s', TIMEOUTS_SOURCE),
    'chain.timeouts.rebroadcast': of('5s', `${TIMEOUTS_SOURCE}: the sum of the three timeouts`),
    'chain.timeouts.rebroadcastDelta': of('1500ms', `${TIMEOUTS_SOURCE}: the sum of the three deltas`),
    'chain.consensus.skip': of('one-honest', RULES_SOURCE),
    'chain.consensus.locked': of('nil', RULES_SOURCE),
    'chain.consensus.replayDelay': of('5s', 'consensus.md section 13: wal_replay_delay'),
  },
  cometbft: {
    ...DELTAS,
    'chain.timeouts.propose': of('3s', TIMEOUTS_SOURCE),
    'chain.timeouts.prevote': of('1s', TIMEOUTS_SOURCE),
    'chain.timeouts.precommit': of('1s', TIMEOUTS_SOURCE),
    'chain.timeouts.rebroadcast': of('2s', 'assumption: its majority queries run every 2s (consensus.md section 18)'),
    'chain.timeouts.rebroadcastDelta': of('0s', 'assumption: those queries do not slow down'),
    'chain.consensus.skip': of('quorum', RULES_SOURCE),
    'chain.consensus.locked': of('locked-value', RULES_SOURCE),
    'chain.consensus.replayDelay': of('0s', 'assumption: a node replays its log before it asks anybody'),
    'chain.consensus.commitWait': of('1s', `${RULES_SOURCE}: timeout_commit`),
  },
};
