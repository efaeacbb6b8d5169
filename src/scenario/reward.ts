/**
 * Rewards: the rule, and the bug with what a file leaves out of it.
 */
import type { RewardBug, RewardsPlan } from '#model/plan';
import { conditionalAt } from './defaults.js';
import { addWarning, assume, type Findings } from './findings.js';
import type { RewardBugInput } from './reward-schema.js';
import type { Sections } from './schema.js';
import { parsePercent } from './units.js';

export function resolveRewards(input: Sections['rewards'], findings: Findings): RewardsPlan {
  const bug = input.bug === undefined ? null : resolveBug(input.bug, findings);
  if (bug?.kind === 'missing-epoch' && bug.epoch > input.auditEpochs) {
    const what = `the books are audited after ${input.auditEpochs} epochs, and epoch ${bug.epoch} comes later`;
    addWarning(findings, ['rewards', 'bug'], what, 'Choose an earlier epoch, or raise rewards.auditEpochs.');
  }
  if (bug?.kind === 'wrong-bonus' && bug.bonus === input.leaderBonus) {
    const what = 'the wrong bonus is the right one, so nothing is wrong';
    addWarning(findings, ['rewards', 'bug'], what, 'Choose a bonus that differs from rewards.leaderBonus.');
  }
  return { ...input, bug };
}

function resolveBug(written: RewardBugInput, findings: Findings): RewardBug {
  const used = <T>(key: 'epoch' | 'bonus' | 'share'): T =>
    assume<T>(findings, `rewards.bug.${key}`, conditionalAt(`rewards.bug.${key}`));
  if (written.kind === 'missing-epoch') {
    const { epoch } = 'epoch' in written ? written : {};
    return { kind: written.kind, epoch: epoch ?? used('epoch') };
  }
  if (written.kind === 'wrong-bonus') {
    const { bonus, share } = 'bonus' in written || 'share' in written ? written : {};
    return {
      kind: written.kind,
      bonus: bonus ?? Math.round(parsePercent(used('bonus')) * 10_000),
      share: share ?? parsePercent(used('share')),
    };
  }
  return { kind: written.kind };
}
