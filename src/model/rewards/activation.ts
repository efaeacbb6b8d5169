/**
 * Which rule pays at which height.
 *
 * A rule needs a height that all agree on: one after the next epoch boundary, once every node that is to carry it has
 * restarted. Source: blueprint.md section 22, "Gate activation height".
 */
import { assert } from '#base/assert';
import type { PayoutTerms } from './payout.js';

/** From a height on these terms hold; null: nothing is paid. */
export interface RuleSpan {
  readonly from: number;
  readonly terms: PayoutTerms | null;
}

/**
 * The height at which a rule starts.
 *
 * @param height - last height decided when all nodes are ready, ≥ 0
 * @param epochBlocks - blocks per epoch, integer ≥ 1
 */
export function ruleStart(height: number, epochBlocks: number): number {
  assert(Number.isSafeInteger(epochBlocks) && epochBlocks >= 1, `an epoch of ${epochBlocks} blocks has at least one`);
  return (Math.floor(height / epochBlocks) + 1) * epochBlocks + 1;
}

/** The terms at a height: those of the last span that has begun; null before the first. Spans ascend by `from`. */
export function termsAt(spans: readonly RuleSpan[], height: number): PayoutTerms | null {
  return spans.findLast(({ from }) => from <= height)?.terms ?? null;
}
