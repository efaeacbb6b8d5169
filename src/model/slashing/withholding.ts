/**
 * What witnesses say of members of the committee whose votes do not come.
 *
 * A witness that has missed a member's votes for three blocks in a row reports it, once while it stays away. Reports of
 * enough different witnesses are evidence of vote withholding; the count then begins anew. A witness cannot tell a member
 * that withholds from one that is down or cut off. Sources: blueprint.md section 9.2 (class Witness, three in a row as the
 * detectors) and 22 ("report needs 1 proof of fault"); how many reports are enough is the plan's.
 */
import type { Evidence } from './evidence.js';

/** Blocks in a row without a member's votes before it is reported. */
export const WITHHOLDING_BLOCKS = 3;

export interface WithholdingWatch {
  readonly missed: Int32Array; // by validator: blocks in a row
  readonly said: Map<number, Set<number>>; // by validator: witnesses that have sent their report
  readonly heard: Map<number, Set<number>>; // by validator: witnesses whose report came through
}

export function createWithholdingWatch(n: number): WithholdingWatch {
  return { missed: new Int32Array(n), said: new Map(), heard: new Map() };
}

/** A member's votes of a block came, or did not; returns whether witnesses report it now. */
export function seeVotes(watch: WithholdingWatch, validator: number, came: boolean): boolean {
  const before = watch.missed[validator] as number;
  if (came && before === 0) return false;
  watch.missed[validator] = came ? 0 : before + 1;
  if (came) forgetReports(watch, validator);
  return !came && before + 1 >= WITHHOLDING_BLOCKS;
}

/** Of some witnesses those that have not reported a validator since its votes stopped; they do so now. */
export function sendReports(watch: WithholdingWatch, validator: number, witnesses: readonly number[]): number[] {
  const said = watch.said.get(validator) ?? new Set();
  watch.said.set(validator, said);
  const fresh = witnesses.filter((witness) => !said.has(witness));
  for (const witness of fresh) said.add(witness);
  return fresh;
}

/**
 * A report has come through.
 *
 * @param needed - reports of different witnesses that are evidence, integer ≥ 1
 * @param height - of the block that is judged now
 * @returns the evidence, or null; a report about one whose votes have come again is void
 */
export function hearReport(
  watch: WithholdingWatch,
  validator: number,
  witness: number,
  needed: number,
  height: number,
): Evidence | null {
  if (watch.said.get(validator)?.has(witness) !== true) return null;
  const heard = watch.heard.get(validator) ?? new Set();
  watch.heard.set(validator, heard);
  heard.add(witness);
  if (heard.size < needed) return null;
  watch.missed[validator] = 0;
  forgetReports(watch, validator);
  return { kind: 'vote-withholding', accused: validator, reporter: witness, height, round: 0 };
}

function forgetReports(watch: WithholdingWatch, validator: number): void {
  watch.said.delete(validator);
  watch.heard.delete(validator);
}
