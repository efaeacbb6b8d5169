/**
 * The first thing a reader sees: the verdict as one sentence, and what speaks against a go.
 */
import type { ExpectationResult, Summary } from '#experiment/result';
import { formatCount, formatNumber } from './number.js';

type ClaimVerdict = ExpectationResult['verdict'];

function countClaims(summary: Summary, verdict: ClaimVerdict): number {
  return summary.expectations.filter((one) => one.verdict === verdict).length;
}

/** The verdict as a sentence, such as `No-go: 1 of 6 expectations fails.` */
export function writeHeadline(summary: Summary): string {
  const total = summary.expectations.length;
  const failed = countClaims(summary, 'fail');
  const undecided = countClaims(summary, 'inconclusive');
  const broken = countClaims(summary, 'error');
  const all = ` of ${formatCount(total, 'expectation')}`;
  const parts: string[] = [];
  const add = (count: number, one: string, many: string): void => {
    if (count > 0) parts.push(`${formatNumber(count)}${parts.length === 0 ? all : ''} ${count === 1 ? one : many}`);
  };
  add(failed, 'fails', 'fail');
  add(undecided, 'is undecided', 'are undecided');
  add(broken, 'could not be evaluated', 'could not be evaluated');
  const reasons = parts.length === 0 ? holds(summary) : parts.join(', ');
  return `${VERDICT_WORD[summary.verdict]}: ${reasons}.`;
}

function holds(summary: Summary): string {
  const total = summary.expectations.length;
  if (summary.replications === 0) return 'no rollout was simulated';
  if (total === 0) return `no expectation was stated over ${formatCount(summary.replications, 'simulated rollout')}`;
  if (!summary.complete)
    return `only ${formatNumber(summary.replications)} of ${formatCount(summary.requested, 'rollout')} were simulated`;
  const claims = total === 1 ? 'the expectation holds' : `all ${formatNumber(total)} expectations hold`;
  return `${claims} over ${formatCount(summary.replications, 'simulated rollout')}`;
}

export const VERDICT_WORD: Readonly<Record<Summary['verdict'], string>> = {
  go: 'Go',
  'no-go': 'No-go',
  inconclusive: 'Inconclusive',
};

/** What makes the result incomplete, or null. */
export function writeWarning(summary: Summary): string | null {
  if (summary.complete && summary.replications === summary.requested) return null;
  return `Incomplete: ${formatNumber(summary.replications)} of ${formatCount(summary.requested, 'rollout')} were simulated. Run the same command again for all of them.`;
}

/** Claims that do not pass, the gravest first. */
export function listConcerns(summary: Summary): ExpectationResult[] {
  const order: readonly ClaimVerdict[] = ['fail', 'error', 'inconclusive'];
  return order.flatMap((verdict) => summary.expectations.filter((one) => one.verdict === verdict));
}
