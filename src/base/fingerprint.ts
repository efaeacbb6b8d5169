/**
 * A running 128-bit hash over ordered facts: two runs with the same fingerprint decided the same values at the same
 * times. Not cryptographic; it guards against mistakes, not against adversaries.
 *
 * Four 32-bit lanes, each fact mixed with the finaliser of MurmurHash3 (Appleby 2011, public domain).
 */

export interface Fingerprint {
  a: number;
  b: number;
  c: number;
  d: number;
  count: number; // words taken in
}

export function createFingerprint(): Fingerprint {
  return { a: 0x243f6a88, b: 0x85a308d3 | 0, c: 0x13198a2e, d: 0x03707344, count: 0 }; // digits of pi
}

/** A bijection of 32-bit integers with full avalanche. */
export function mix32(word: number): number {
  let x = word | 0;
  x ^= x >>> 16;
  x = Math.imul(x, 0x85ebca6b);
  x ^= x >>> 13;
  x = Math.imul(x, 0xc2b2ae35);
  return x ^ (x >>> 16);
}

/** Takes in one 32-bit word; order matters. */
export function addWord(print: Fingerprint, word: number): void {
  print.a = (Math.imul(mix32(print.a ^ word), 5) + 0x52dce729) | 0;
  print.b = Math.imul(mix32(print.b + word + print.a), 9) ^ 0x38495ab5;
  print.c = (Math.imul(mix32(print.c ^ (word + 0x27d4eb2f)), 13) + print.b) | 0;
  print.d = Math.imul(mix32(print.d - word), 17) ^ print.c;
  print.count += 1;
}

/** Takes in one integer of at most 53 bits. */
export function addInteger(print: Fingerprint, value: number): void {
  addWord(print, value | 0);
  addWord(print, Math.floor(value / 4_294_967_296) | 0);
}

/** Takes in a text with its length. */
export function addText(print: Fingerprint, text: string): void {
  addWord(print, text.length);
  for (let i = 0; i < text.length; i += 1) addWord(print, text.charCodeAt(i));
}

/** The state as 32 hexadecimal digits; the hash may go on afterwards. */
export function formatFingerprint(print: Fingerprint): string {
  const lanes = [print.a, print.b, print.c, print.d].map((lane, i) => mix32(lane ^ mix32(print.count + i)));
  return lanes.map((lane) => (lane >>> 0).toString(16).padStart(8, '0')).join('');
}

/** The fingerprint of one text. */
export function fingerprintText(text: string): string {
  const print = createFingerprint();
  addText(print, text);
  return formatFingerprint(print);
}
