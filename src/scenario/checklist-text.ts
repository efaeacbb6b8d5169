/**
 * The checklist and the briefing in words.
 */
import { formatDuration } from '#base/time';
import type { Plan } from '#model/plan';
import { describeLaw } from './law-text.js';
import { formatQuantity } from './quantity.js';

/** Lines on what is told before the rollout and looked at before each promotion; none where the file says nothing of it. */
export function describeChecklist({ briefing, checklist, telemetry }: Plan): string[] {
  const lines: string[] = [];
  if (briefing !== undefined) {
    const odds = briefing.missing === 0 ? '' : `, never with probability ${formatQuantity(briefing.missing, 'share')}`;
    const ahead = `${formatDuration(briefing.ahead)} ahead${odds}`;
    const need = `all are prepared with ${formatDuration(briefing.notice)} of notice, the others begin later by ${describeLaw(briefing.delay)}`;
    lines.push(`Briefing of the operators of ${briefing.channel} ${ahead}; ${need}.`);
  }
  if (checklist !== undefined) {
    const { parity, alerts, runbook, search, repair } = checklist;
    const parts = [
      parity === null
        ? 'configurations not compared'
        : `hashes of configurations compared, over ${formatQuantity(parity.covers, 'share')} of the parameters`,
      alerts ? 'every alert tested' : 'alerts not tested',
      runbook ? 'runbook linked' : `no runbook: the way back takes ${describeLaw(search)} longer`,
    ];
    lines.push(`Checklist before each step: ${parts.join('; ')}; what is found is mended in ${describeLaw(repair)}.`);
  }
  if (telemetry.missing !== undefined) lines.push(`No node exports ${telemetry.missing.join(', ')}.`);
  return lines;
}
