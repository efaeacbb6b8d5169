/**
 * Rewards: the rule with its numbers, and the bug with what a file leaves out of it.
 */
import type { RewardBug, RewardsPlan, RuleTerms } from '#model/plan';
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
  const right = input.rule === 'A' ? (input.ledger.leaderBonus ?? 2_000) : input.leaderBonus;
  if (bug?.kind === 'wrong-bonus' && bug.bonus === right) {
    const what = 'the wrong bonus is the right one, so nothing is wrong';
    addWarning(findings, ['rewards', 'bug'], what, 'Choose a bonus that differs from rewards.leaderBonus.');
  }
  const { ledger: _ledger, engine: _engine, pools: _pools, ...shared } = input;
  return { ...shared, terms: resolveTerms(input, findings), bug };
}

/** The section of each rule that has numbers of its own. */
const OWN_SECTION = { ledger: 'A', engine: 'B', pools: 'D' } as const;

function resolveTerms(input: Sections['rewards'], findings: Findings): RuleTerms {
  for (const [key, rule] of Object.entries(OWN_SECTION) as [keyof typeof OWN_SECTION, RewardsPlan['rule']][]) {
    if (input.rule === rule || Object.values(input[key]).every((value) => value === undefined)) continue;
    const what = `only rule ${rule} looks at it, and the chain pays by rule ${input.rule}`;
    addWarning(findings, ['rewards', key], what, `Leave it out, or write rewards.rule: ${rule}.`);
  }
  const { ledger, engine, pools } = input;
  const orDefault = <Key extends string>(
    written: number | undefined,
    path: `rewards.${keyof typeof OWN_SECTION}.${Key}`,
    read: (value: unknown) => number,
  ): number => {
    if (written !== undefined) return written;
    const row = conditionalAt(path);
    const isUsed = OWN_SECTION[path.split('.')[1] as keyof typeof OWN_SECTION] === input.rule;
    return read(isUsed ? assume(findings, path, row) : row.value);
  };
  const points = (value: unknown): number => Math.round(parsePercent(String(value)) * 10_000);
  return {
    ledgerBase: orDefault(ledger.base, 'rewards.ledger.base', Number),
    ledgerBonus: orDefault(ledger.leaderBonus, 'rewards.ledger.leaderBonus', points),
    witnessReward: orDefault(engine.witnessReward, 'rewards.engine.witnessReward', () => Math.floor(input.base / 2)),
    leaderPool: orDefault(pools.leaders, 'rewards.pools.leaders', points),
    witnessPool: orDefault(pools.witnesses, 'rewards.pools.witnesses', points),
    minHours: orDefault(pools.minHours, 'rewards.pools.minHours', Number),
  };
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
