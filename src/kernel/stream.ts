/**
 * Random streams, one per name: a new draw in one part moves no other, and two variants of a plan share their luck.
 *
 * seedrandom (ARC4) turns the path `seed/replication/name` into the state of a xoshiro128** generator, which then
 * draws ten times faster. Two habits of seedrandom need care here, both because it hands the path to ARC4 as a
 * repeated key of bytes: `a` and `aa` seed alike, and so do letters that agree in their low byte. Hence the path is
 * escaped to printable ASCII and ends on a character that occurs nowhere else.
 *
 * Source: Blackman & Vigna 2021, "Scrambled linear pseudorandom number generators", xoshiro128** 1.1.
 */
import seedrandom from 'seedrandom';
import { assert } from '#base/assert';

/** State of xoshiro128**: four words, never all zero. */
export interface Stream {
  a: number; // int32
  b: number;
  c: number;
  d: number;
}

const UNIT_53 = 1 / 9_007_199_254_740_992; // 2^-53
const RANGE_32 = 4_294_967_296;
const RANGE_53 = 9_007_199_254_740_992;

/**
 * The stream of one name in one replication.
 *
 * @param seed - any text; the experiment's seed
 * @param replication - integer ≥ 0
 * @param name - a path such as `network/delay/3`
 */
export function createStream(seed: string, replication: number, name: string): Stream {
  const source = seedrandom(pathOf(seed, replication, name));
  const stream = { a: source.int32(), b: source.int32(), c: source.int32(), d: source.int32() };
  if ((stream.a | stream.b | stream.c | stream.d) === 0) stream.a = 1; // the one state that never leaves itself
  return stream;
}

/**
 * The key of one name in one replication, for draws that are a function of (key, index).
 *
 * @returns an int32, unrelated to the stream of the same name
 */
export function streamKey(seed: string, replication: number, name: string): number {
  return seedrandom(`key:${pathOf(seed, replication, name)}`).int32();
}

/** The next 32 bits, as an integer in 0 … 2^32 − 1. */
export function nextUint32(stream: Stream): number {
  const b = stream.b;
  const times5 = Math.imul(b, 5);
  const word = Math.imul((times5 << 7) | (times5 >>> 25), 9);
  const c = stream.c ^ stream.a;
  const d = stream.d ^ b;
  stream.b = b ^ c;
  stream.a ^= d;
  stream.c = c ^ (b << 9);
  stream.d = (d << 11) | (d >>> 21);
  return word >>> 0;
}

/** The next fraction in [0, 1), a multiple of 2^-53; takes two words. */
export function nextUnit(stream: Stream): number {
  const high = nextUint32(stream) >>> 5;
  const low = nextUint32(stream) >>> 6;
  return (high * 67_108_864 + low) * UNIT_53;
}

/**
 * The next integer in 0 … n − 1, each exactly as likely as the other: words above the last multiple of n are redrawn.
 *
 * @param n - integer in 1 … 2^53 − 1
 */
export function nextBelow(stream: Stream, n: number): number {
  if (!(Number.isSafeInteger(n) && n > 0)) assert(false, `the bound ${n} of a draw is a positive integer`);
  if (n <= RANGE_32) {
    const limit = RANGE_32 - (RANGE_32 % n);
    while (true) {
      const word = nextUint32(stream);
      if (word < limit) return word % n;
    }
  }
  const limit = RANGE_53 - (RANGE_53 % n);
  while (true) {
    const word = nextUnit(stream) * RANGE_53;
    if (word < limit) return word % n;
  }
}

/** One text per (seed, replication, name), in printable ASCII but for its last character. */
function pathOf(seed: string, replication: number, name: string): string {
  assert(Number.isSafeInteger(replication) && replication >= 0, `replication ${replication} is an integer ≥ 0`);
  return `${escapeText(seed).replaceAll('/', '%002f')}/${replication}/${escapeText(name)}\n`;
}

function escapeText(text: string): string {
  return text.replace(/[^ -~]|%/g, (letter) => `%${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
