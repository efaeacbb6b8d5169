/**
 * The decided blocks of the open epoch, as far as payment looks at them.
 *
 * A block costs a few numbers; who is paid what is worked out when the epoch closes.
 */

export interface Journal {
  count: number;
  heights: Float64Array; // by block, rising
  times: Float64Array; // µs: decided
  leaders: Int32Array;
  rounds: Int32Array; // ≥ 1: one more than rounds failed
  fees: Float64Array; // units
  misjudged: Uint8Array; // 1: most nodes pay its leader by a wrong rule
  witnesses: Int32Array; // whose attestations came through: the first so many of those that attested it, or those in `heard`
  readonly heard: Map<number, number[]>; // by height: ranks among those that attested it, where not all came at once
  readonly flagged: Map<number, readonly number[]>; // by height: validators whose entry is withheld
}

export function createJournal(blocks = 256): Journal {
  return {
    count: 0,
    heights: new Float64Array(blocks),
    times: new Float64Array(blocks),
    leaders: new Int32Array(blocks),
    rounds: new Int32Array(blocks),
    fees: new Float64Array(blocks),
    misjudged: new Uint8Array(blocks),
    witnesses: new Int32Array(blocks),
    heard: new Map(),
    flagged: new Map(),
  };
}

/** One decided block. */
export interface JournalEntry {
  readonly height: number;
  readonly at: number; // µs: decided
  readonly leader: number;
  readonly rounds: number;
  readonly fees: number;
  readonly misjudged: boolean;
  readonly flagged: readonly number[];
}

/** Writes a block down, behind those before it. */
export function addEntry(journal: Journal, entry: JournalEntry): void {
  const i = journal.count;
  if (i === journal.heights.length) growJournal(journal);
  journal.heights[i] = entry.height;
  journal.times[i] = entry.at;
  journal.leaders[i] = entry.leader;
  journal.rounds[i] = entry.rounds;
  journal.fees[i] = entry.fees;
  journal.misjudged[i] = entry.misjudged ? 1 : 0;
  journal.witnesses[i] = 0;
  if (entry.flagged.length > 0) journal.flagged.set(entry.height, entry.flagged);
  journal.count += 1;
}

/** Begins the next epoch. */
export function clearJournal(journal: Journal): void {
  journal.count = 0;
  journal.flagged.clear();
  journal.heard.clear();
}

/** Where a height stands in the journal; −1 if it does not. */
export function positionOf(journal: Journal, height: number): number {
  let position = journal.count - 1;
  while (position >= 0 && (journal.heights[position] as number) > height) position -= 1;
  return position >= 0 && journal.heights[position] === height ? position : -1;
}

/** One more attestation of a block has come through; each comes once. */
export function hearWitness(journal: Journal, position: number, rank: number): void {
  const height = journal.heights[position] as number;
  const ranks = journal.heard.get(height);
  if (ranks === undefined) journal.heard.set(height, [rank]);
  else ranks.push(rank);
  journal.witnesses[position] = (journal.witnesses[position] as number) + 1;
}

function growJournal(journal: Journal): void {
  const size = 2 * journal.heights.length;
  const grown = <T extends Float64Array | Int32Array | Uint8Array>(from: T, to: T): T => {
    to.set(from);
    return to;
  };
  journal.heights = grown(journal.heights, new Float64Array(size));
  journal.times = grown(journal.times, new Float64Array(size));
  journal.leaders = grown(journal.leaders, new Int32Array(size));
  journal.rounds = grown(journal.rounds, new Int32Array(size));
  journal.fees = grown(journal.fees, new Float64Array(size));
  journal.misjudged = grown(journal.misjudged, new Uint8Array(size));
  journal.witnesses = grown(journal.witnesses, new Int32Array(size));
}
