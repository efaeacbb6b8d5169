/**
 * Draws as a pure function of (key, index): the same latency whatever the order of events, and nothing to copy in a
 * snapshot.
 *
 * Three rounds of xor-shift and multiply, the key taken in twice so that no two keys walk the same cycle one step apart.
 * For a fixed key the map from index to word is a bijection. Constants: Wellons 2018, "Prospecting for hash
 * functions", triple32 and lowbias32.
 */

/**
 * The draw number `index` of `key`.
 *
 * @param key - int32, from `streamKey` or `deriveKey`
 * @param index - integer; its low 32 bits count
 * @returns integer in 0 … 2^32 − 1
 */
export function drawUint32(key: number, index: number): number {
  let x = (Math.imul(index, 0x9e3779b1) + 0x6a09e667) ^ key;
  x = Math.imul(x ^ (x >>> 17), 0xed5ad4bb);
  x = (x ^ (x >>> 11)) + Math.imul(key, 0x5851f42d);
  x = Math.imul(x ^ (x >>> 15), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}

/**
 * The key of a part of `key`, such as one receiver's own draws.
 *
 * @returns int32
 */
export function deriveKey(key: number, index: number): number {
  return drawUint32(key ^ 0x3c6ef372, index) | 0;
}
