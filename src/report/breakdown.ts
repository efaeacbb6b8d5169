/**
 * The risk of being undone by where, when and why: the breakdowns of a summary and their order.
 */
import type { Summary } from '#experiment/result';

type Shares = Summary['breakdown']['byChannel'];

export const BREAKDOWNS = [
  { key: 'byChannel', title: 'By channel', noun: 'Channel', text: 'Where the plan was undone.' },
  {
    key: 'byGate',
    title: 'By gate',
    noun: 'Gate',
    text: 'The gate that was activated last before the plan was undone; none is before the first.',
  },
  { key: 'byCause', title: 'By cause', noun: 'Cause', text: 'The fault behind it; unexplained where none is known.' },
  { key: 'byCheck', title: 'By check', noun: 'Check', text: 'The check that demanded it.' },
  { key: 'byFailure', title: 'No way back', noun: 'Reason', text: 'Why the plan could not be undone.' },
] as const;

/** The largest risk first; equal ones stay in order. */
export function sortShares(shares: Shares): [string, Shares[string]][] {
  return Object.entries(shares).sort(([, a], [, b]) => b.any.count - a.any.count);
}
