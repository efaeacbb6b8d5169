/**
 * The decided blocks of the open epoch, as far as payment looks at them.
 *
 * A block costs a few numbers; who is paid what is worked out when the epoch closes.
 */

export interface Journal {
  count: number;
  heights: Float64Array; // by block, rising
  leaders: Int32Array;
  rounds: Int32Array; // ≥ 1: one more than rounds failed
  fees: Float64Array; // units
  misjudged: Uint8Array; // 1: most nodes pay its leader by a wrong rule
  witnesses: Int32Array; // whose attestations came through; the first so many of those that attested it
  readonly flagged: Map<number, readonly number[]>; // by height: validators whose entry is withheld
}

export function createJournal(blocks = 256): Journal {
  return {
    count: 0,
    heights: new Float64Array(blocks),
    leaders: new Int32Array(blocks),
    rounds: new Int32Array(blocks),
    fees: new Float64Array(blocks),
    misjudged: new Uint8Array(blocks),
    witnesses: new Int32Array(blocks),
    flagged: new Map(),
  };
}

/** One decided block. */
export interface JournalEntry {
  readonly height: number;
  readonly leader: number;
  readonly rounds: number;
  readonly fees: number;
  readonly misjudged: boolean;
  readonly witnesses: number;
  readonly flagged: readonly number[];
}

/** Writes a block down, behind those before it. */
export function addEntry(journal: Journal, entry: JournalEntry): void {
  const i = journal.count;
  if (i === journal.heights.length) growJournal(journal);
  journal.heights[i] = entry.height;
  journal.leaders[i] = entry.leader;
  journal.rounds[i] = entry.rounds;
  journal.fees[i] = entry.fees;
  journal.misjudged[i] = entry.misjudged ? 1 : 0;
  journal.witnesses[i] = entry.witnesses;
  if (entry.flagged.length > 0) journal.flagged.set(entry.height, entry.flagged);
  journal.count += 1;
}

/** Begins the next epoch. */
export function clearJournal(journal: Journal): void {
  journal.count = 0;
  journal.flagged.clear();
}

function growJournal(journal: Journal): void {
  const size = 2 * journal.heights.length;
  const grown = <T extends Float64Array | Int32Array | Uint8Array>(from: T, to: T): T => {
    to.set(from);
    return to;
  };
  journal.heights = grown(journal.heights, new Float64Array(size));
  journal.leaders = grown(journal.leaders, new Int32Array(size));
  journal.rounds = grown(journal.rounds, new Int32Array(size));
  journal.fees = grown(journal.fees, new Float64Array(size));
  journal.misjudged = grown(journal.misjudged, new Uint8Array(size));
  journal.witnesses = grown(journal.witnesses, new Int32Array(size));
}
