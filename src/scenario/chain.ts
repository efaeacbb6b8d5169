/**
 * The chain: what a file writes, and for the rest the timeouts and rules of an engine.
 */

import type { ChainPlan, ConsensusRules, TimeoutsPlan } from '#model/plan';
import { resolveAsBuilt } from './as-built.js';
import { addProblem, assume, type Findings } from './findings.js';
import { PRESET_DEFAULTS, type PresetPath } from './preset-defaults.js';
import type { Sections } from './schema.js';
import { parseDuration } from './units.js';

/** As many parts has the largest block of CometBFT: 100 MiB in parts of 64 KiB, and one more (types/params.go). */
const PARTS_MAX = 1_601;

export function resolveChain(input: Sections['chain'], findings: Findings): ChainPlan {
  const { blockSize, voteSize, partSize, timeouts, consensus, asBuilt, ...times } = input;
  const preset = PRESET_DEFAULTS[consensus.preset];
  const rule = <T>(path: PresetPath): T => assume<T>(findings, path, preset[path]);
  const time = (key: keyof TimeoutsPlan): number => timeouts[key] ?? parseDuration(rule(`chain.timeouts.${key}`));
  const parts = Math.ceil(blockSize / partSize);
  if (parts > PARTS_MAX) {
    const what = `a block of ${blockSize} bytes would travel in ${parts} parts`;
    addProblem(findings, ['chain', 'partSize'], what, `Let it be at most ${PARTS_MAX} parts: choose larger ones.`);
  }
  if (asBuilt.leaderHighestVrf === true && input.leaderOrder === 'doc') {
    const what = 'is another order than chain.asBuilt.leaderHighestVrf';
    addProblem(findings, ['chain', 'leaderOrder'], what, 'Keep one of them.');
  }
  return {
    ...times,
    blockBytes: blockSize,
    voteBytes: voteSize,
    partBytes: partSize,
    timeouts: {
      propose: time('propose'),
      proposeDelta: time('proposeDelta'),
      prevote: time('prevote'),
      prevoteDelta: time('prevoteDelta'),
      precommit: time('precommit'),
      precommitDelta: time('precommitDelta'),
      rebroadcast: time('rebroadcast'),
      rebroadcastDelta: time('rebroadcastDelta'),
    },
    rules: {
      skip: consensus.skip ?? rule<ConsensusRules['skip']>('chain.consensus.skip'),
      locked: consensus.locked ?? rule<ConsensusRules['locked']>('chain.consensus.locked'),
    },
    commitWait: consensus.commitWait ?? presetWait(),
    asBuilt: resolveAsBuilt(asBuilt, findings),
    replayDelay: consensus.replayDelay ?? parseDuration(rule('chain.consensus.replayDelay')),
  };

  function presetWait(): number | null {
    const row = preset['chain.consensus.commitWait'];
    return row === undefined ? null : parseDuration(assume(findings, 'chain.consensus.commitWait', row));
  }
}
