/**
 * Yardsticks for random draws, in standard deviations where they can be.
 */

/** How far counts of equally likely cells are from equal: χ² less its mean, over its deviation. */
export function chiSquare(counts: readonly number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  const sum = counts.reduce((total, count) => total + (count - expected) ** 2 / expected, 0);
  return (sum - (counts.length - 1)) / Math.sqrt(2 * (counts.length - 1));
}

/** Pearson's correlation of pairs. */
export function correlation(pairs: readonly (readonly [number, number])[]): number {
  const mean = (pick: 0 | 1): number => pairs.reduce((sum, pair) => sum + pair[pick], 0) / pairs.length;
  const [x, y] = [mean(0), mean(1)];
  let [xy, xx, yy] = [0, 0, 0];
  for (const [a, b] of pairs) {
    xy += (a - x) * (b - y);
    xx += (a - x) ** 2;
    yy += (b - y) ** 2;
  }
  return xy / Math.sqrt(xx * yy);
}

/**
 * The largest distance between the cumulative shares of a sample and a continuous law.
 *
 * @param cumulative - the probability of a value at most x
 */
export function distance(sample: readonly number[], cumulative: (x: number) => number): number {
  const sorted = sample.toSorted((a, b) => a - b);
  let largest = 0;
  for (const [i, x] of sorted.entries()) {
    const p = cumulative(x);
    largest = Math.max(largest, p - i / sorted.length, (i + 1) / sorted.length - p);
  }
  return largest;
}

/** The distance a sample of `count` exceeds with probability below `risk`: Dvoretzky, Kiefer, Wolfowitz, Massart. */
export function distanceBound(count: number, risk: number): number {
  return Math.sqrt(Math.log(2 / risk) / (2 * count));
}
