/**
 * The checks of a plan in a report: how their evaluations went, how often they acted or would have, and how often in vain.
 */
import type { Proportion, Summary } from '#experiment/result';
import type { Cell, Table } from './document.js';
import { formatInterval, formatNumber, formatShare, NO_DATA } from './number.js';

type CheckSummary = Summary['checks'][number];

export function writeChecks({ checks }: Summary): Table {
  return {
    kind: 'table',
    caption:
      'Checks. Observed ones say what they would have done; a false alarm came without a shown defect and an active fault.',
    columns: [
      { title: 'Check' },
      { title: 'Channel' },
      { title: 'Mode' },
      { title: 'Evaluations', isNumber: true },
      { title: 'Acted, or would have', isNumber: true },
      { title: 'False alarms', isNumber: true },
      { title: 'At the end of the channel' },
    ],
    rows: checks.map(writeCheck),
    empty: 'The plan has no checks.',
  };
}

function writeCheck(one: CheckSummary): Cell[] {
  const { success, failure, inconclusive } = one.outcomes;
  const counts = `${formatNumber(success)} successes, ${formatNumber(failure)} failures, ${formatNumber(inconclusive)} inconclusive`;
  const mode = one.mode === 'observe' ? `observe, would ${one.onFail}` : one.onFail;
  const { verdicts } = one;
  return [
    { text: one.check },
    { text: one.channel, note: `reached in ${formatNumber(one.reached)} of ${formatNumber(one.acted.n)} rollouts` },
    { text: one.blind ? 'blind' : mode },
    { text: formatNumber(one.evaluations), note: counts },
    shareCell(one.acted),
    shareCell(one.falseAlarms),
    {
      text: `${formatNumber(verdicts.success)} success, ${formatNumber(verdicts.failure)} failure, ${formatNumber(verdicts.inconclusive)} inconclusive`,
    },
  ];
}

function shareCell({ count, n, estimate, interval }: Proportion): Cell {
  if (n === 0) return { text: NO_DATA };
  return {
    text: formatShare(estimate),
    note: `${formatNumber(count)} of ${formatNumber(n)}, ${formatInterval(interval, 'share')}`,
  };
}
