/**
 * A law compiled for hot paths: one 32-bit word in, one integer out, in a few nanoseconds and without transcendental
 * functions.
 *
 * A continuous law becomes lines in cells that shrink with the tails: each tail is halved again and again, down to
 * probability 2^-32, and each halving holds the same number of cells, so that a tail is followed as closely as the
 * middle. A line runs between the exact quantiles at the ends of its cell and is then shifted so that the mean of the
 * cell is exact. With 1 024 cells a draw errs by at most 5e-4 of a standard deviation, or of itself, between the 0.001
 * and the 0.999 quantile and by at most 1e-3 of itself above, to 2^-32; four times the cells err by a sixteenth. In a
 * cell with a kink, as where a normal law is cut at 0, the error reaches 1e-2 of a standard deviation.
 *
 * A law of finitely many values (constant, empirical, Zipf) becomes thresholds found through a guide, exact to 2^-32.
 * A mixture keeps the tables of its parts; the word that chooses the part is stretched and drawn from again.
 *
 * Source: the guide is Chen & Asau 1974, "On generating random variates from an empirical distribution".
 */
import { assert } from '#base/assert';
import { assertDistribution, atomsOf, type Distribution, quantileOf, roundDraw } from './distribution.js';
import type { Atom } from './empirical.js';

const LINES = 0;
const STEPS = 1;
const PARTS = 2;

/** Plain data; every law has the same shape, so that a draw meets one kind of object. */
export interface QuantileTable {
  readonly form: number; // LINES, STEPS or PARTS
  readonly bits: number; // LINES: log2 of the cells of a halving; STEPS: of the cells of the guide
  readonly lines: Float64Array; // LINES: start and slope of each cell
  readonly thresholds: Float64Array; // STEPS, PARTS: a word below thresholds[i] and no earlier one draws i
  readonly values: Float64Array; // STEPS: integers; PARTS: how far a word of the part is stretched
  readonly guide: Int32Array; // STEPS: the first i that a word of this guide cell may draw
  readonly parts: readonly QuantileTable[];
}

const RANGE_32 = 4_294_967_296;
const HALVINGS = 32;
const GUIDE_BITS_MAX = 12;

// Gauss–Legendre nodes and weights on −1 … 1, five points.
const NODES = [-0.906179845938664, -0.5384693101056831, 0, 0.5384693101056831, 0.906179845938664] as const;
const WEIGHTS = [
  0.23692688505618908, 0.47862867049936647, 0.5688888888888889, 0.47862867049936647, 0.23692688505618908,
] as const;

/**
 * The table of a law.
 *
 * @param size - cells of a continuous law, a power of two from 128; a draw reads mostly a tenth of them
 */
export function compileTable(distribution: Distribution, size = 1024): QuantileTable {
  assertDistribution(distribution);
  const bits = Math.log2(size / (2 * HALVINGS));
  assert(Number.isInteger(bits) && bits >= 1 && bits <= 16, `table size ${size} is a power of two from 128`);
  switch (distribution.kind) {
    case 'constant':
    case 'empirical':
    case 'zipf':
      return compileSteps(atomsOf(distribution));
    case 'mixture':
      return compileParts(distribution.parts, size);
    default:
      return compileLines((p) => quantileOf(distribution, p), bits);
  }
}

/**
 * A draw from a compiled law.
 *
 * @param word - uint32 or int32, uniform: from `drawUint32` or `nextUint32`
 * @returns integer in 0 … 2^53 − 1; for a law of one part it does not fall as the (unsigned) word rises, but for the
 *   shifts of neighbouring lines
 */
export function drawFromTable(table: QuantileTable, word: number): number {
  if (table.form !== LINES) return table.form === STEPS ? drawStep(table, word) : drawPart(table, word);
  const bits = table.bits;
  const upper = word >>> 31;
  const distance = word ^ -upper; // from the nearer end
  const leading = Math.clz32(distance);
  const rest = distance << leading;
  const cell = (((upper << 5) + leading - 1) << bits) + ((rest << 1) >>> (32 - bits));
  const lines = table.lines;
  const i = cell << 1;
  return Math.floor((lines[i] as number) + (lines[i + 1] as number) * ((rest << (bits + 1)) >>> 0));
}

function drawStep(table: QuantileTable, word: number): number {
  const unsigned = word >>> 0;
  let i = table.guide[unsigned >>> (32 - table.bits)] as number;
  while (unsigned >= (table.thresholds[i] as number)) i += 1;
  return table.values[i] as number;
}

function drawPart(table: QuantileTable, word: number): number {
  const unsigned = word >>> 0;
  let i = 0;
  let start = 0;
  while (unsigned >= (table.thresholds[i] as number)) {
    start = table.thresholds[i] as number;
    i += 1;
  }
  const stretched = Math.floor((unsigned - start + 0.5) * (table.values[i] as number));
  return drawFromTable(table.parts[i] as QuantileTable, Math.min(stretched, RANGE_32 - 1));
}

function compileLines(quantile: (p: number) => number, bits: number): QuantileTable {
  const cells = 1 << bits;
  const lines = new Float64Array(2 * HALVINGS * cells * 2);
  const infimum = quantile(0);
  const supremum = quantile(1);
  for (let upper = 0; upper <= 1; upper += 1) {
    const at = (distance: number): number => {
      const p = (distance + 0.5) / RANGE_32; // the middle of a word
      return quantile(upper === 1 ? 1 - p : p);
    };
    for (let halving = 0; halving < HALVINGS; halving += 1) {
      const first = halving === HALVINGS - 1 ? 0 : RANGE_32 / 4 / (1 << halving);
      for (let cell = 0; cell < cells; cell += 1) {
        const width = first / cells;
        const left = at(first + cell * width);
        const right = at(first + (cell + 1) * width);
        let shift = 0;
        if (width > 8) {
          shift = averageOf(at, first + cell * width, width) - (left + right) / 2;
          shift = Math.max(infimum - Math.min(left, right), Math.min(supremum - Math.max(left, right), shift));
        }
        const i = ((upper * HALVINGS + halving) * cells + cell) * 2;
        lines[i] = Math.min(left + shift, Number.MAX_SAFE_INTEGER) + 0.5; // so that a floor rounds
        lines[i + 1] = (right - left) / RANGE_32;
      }
    }
  }
  return { ...EMPTY, form: LINES, bits, lines };
}

/** The mean of `at` over a stretch, by five-point Gauss–Legendre quadrature. */
function averageOf(at: (distance: number) => number, start: number, width: number): number {
  let sum = 0;
  for (const [i, node] of NODES.entries()) sum += (WEIGHTS[i] ?? 0) * at(start + (width * (1 + node)) / 2);
  return sum / 2;
}

function compileSteps(atoms: readonly Atom[]): QuantileTable {
  const thresholds = new Float64Array(atoms.length);
  const values = new Float64Array(atoms.length);
  let sum = 0;
  for (const [i, atom] of atoms.entries()) {
    sum += atom.probability;
    thresholds[i] = i === atoms.length - 1 ? RANGE_32 : Math.min(RANGE_32, Math.round(sum * RANGE_32));
    values[i] = roundDraw(atom.value);
  }
  const bits = Math.min(GUIDE_BITS_MAX, 1 + Math.ceil(Math.log2(atoms.length)));
  const guide = new Int32Array(1 << bits);
  let i = 0;
  for (let cell = 0; cell < guide.length; cell += 1) {
    while ((cell / guide.length) * RANGE_32 >= (thresholds[i] as number)) i += 1;
    guide[cell] = i;
  }
  return { ...EMPTY, form: STEPS, bits, thresholds, values, guide };
}

function compileParts(parts: readonly { weight: number; of: Distribution }[], size: number): QuantileTable {
  const used = parts.filter((part) => part.weight > 0);
  const total = used.reduce((sum, part) => sum + part.weight, 0);
  const thresholds = new Float64Array(used.length);
  const values = new Float64Array(used.length);
  let sum = 0;
  let start = 0;
  for (const [i, part] of used.entries()) {
    sum += part.weight;
    const end = i === used.length - 1 ? RANGE_32 : Math.min(RANGE_32, Math.round((sum / total) * RANGE_32));
    thresholds[i] = end;
    values[i] = end > start ? RANGE_32 / (end - start) : 0;
    start = end;
  }
  return { ...EMPTY, form: PARTS, thresholds, values, parts: used.map((part) => compileTable(part.of, size)) };
}

const EMPTY: QuantileTable = {
  form: LINES,
  bits: 1,
  lines: new Float64Array(0),
  thresholds: new Float64Array(0),
  values: new Float64Array(0),
  guide: new Int32Array(0),
  parts: [],
};
