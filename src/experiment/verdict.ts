/**
 * From the verdicts of single claims to the verdict on the plan, and to the exit code of the command.
 */
import type { ExpectationResult, Summary } from './result.js';

/**
 * `no-go` if any claim failed, `go` if all passed, `inconclusive` otherwise: without claims, nothing was asked, and
 * nothing is promised.
 */
export function verdictOf(expectations: readonly ExpectationResult[]): Summary['verdict'] {
  if (expectations.some(({ verdict }) => verdict === 'fail')) return 'no-go';
  const passed = expectations.length > 0 && expectations.every(({ verdict }) => verdict === 'pass');
  return passed ? 'go' : 'inconclusive';
}

/** 10: a claim failed, however many replications were left; 14: incomplete; 11: inconclusive; 0: all passed. */
export function exitCodeOf(summary: Pick<Summary, 'verdict' | 'complete'>): 0 | 10 | 11 | 14 {
  if (summary.verdict === 'no-go') return 10;
  if (!summary.complete) return 14;
  return summary.verdict === 'go' ? 0 : 11;
}
