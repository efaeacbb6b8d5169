/**
 * Does what was paid match what was due? Two classical tests of observed against expected.
 *
 * Both speak of chance: amounts that must agree to the unit are compared exactly, not tested.
 * Sources: Pearson 1900 (chi-squared); Kolmogorov 1933, in the two series of Marsaglia, Tsang & Wang 2003, section 3.
 */
import { assert } from '#base/assert';
import { upperGamma } from './gamma.js';

export interface FairnessTest {
  readonly statistic: number; // ≥ 0; larger is less fair
  readonly pValue: number; // probability of at least this statistic if payment is fair
}

/**
 * Pearson's test of counts, such as blocks led by each validator, against expected shares.
 *
 * Its p-value is asymptotic: expected counts below about 5 make it rough.
 *
 * @param observed - one entry per recipient, each ≥ 0: counts, or amounts paid in equal units
 * @param shares - expected, each ≥ 0, in any scale; one per recipient
 * @param unit - amount of one independent payment, above 0: amounts are tested as amount / unit payments
 * @returns with the degrees of freedom: recipients with an expected share, less one. What is paid where nothing is due
 *   makes the statistic infinite.
 */
export function chiSquaredFairness(
  observed: readonly number[],
  shares: readonly number[],
  unit = 1,
): FairnessTest & { readonly degrees: number } {
  assert(observed.length === shares.length, `${observed.length} recipients have ${shares.length} expected shares`);
  assert(
    [...observed, ...shares].every((value) => value >= 0 && value < Infinity),
    'amounts and shares are not negative',
  );
  assert(unit > 0, `the unit ${unit} of payment is positive`);
  const paid = sum(observed) / unit;
  const allShares = sum(shares);
  assert(allShares > 0, 'somebody expects a share');
  const degrees = shares.filter((share) => share > 0).length - 1;
  let statistic = 0;
  observed.forEach((amount, i) => {
    const expected = paid * ((shares[i] as number) / allShares);
    const gap = amount / unit - expected;
    if (gap !== 0) statistic += (gap / expected) * gap; // Infinity where nothing is expected
  });
  return { statistic, degrees, pValue: chiSquaredTail(statistic, degrees) };
}

/**
 * The probability that a chi-squared variable reaches `statistic`.
 *
 * @param degrees - of freedom, ≥ 0; with none, the variable is 0
 */
export function chiSquaredTail(statistic: number, degrees: number): number {
  if (degrees === 0) return statistic > 0 ? 0 : 1;
  return upperGamma(degrees / 2, statistic / 2);
}

/**
 * Kolmogorov and Smirnov's test of one sample against a continuous law.
 *
 * Its p-value is asymptotic: too large for small samples (n = 20: 0.063 instead of 0.05), so it errs towards fair.
 *
 * @param sample - any order, at least one value
 * @param cumulative - distribution function of the law, in [0, 1], not decreasing
 * @returns statistic: the largest distance D between the sample's steps and the law
 */
export function kolmogorovSmirnov(sample: ArrayLike<number>, cumulative: (value: number) => number): FairnessTest {
  const n = sample.length;
  assert(n > 0, 'a sample has a value');
  const sorted = Float64Array.from(sample).sort();
  let statistic = 0;
  sorted.forEach((value, i) => {
    const probability = cumulative(value);
    assert(probability >= 0 && probability <= 1, `the probability ${probability} at ${value} lies in [0, 1]`);
    statistic = Math.max(statistic, (i + 1) / n - probability, probability - i / n);
  });
  return { statistic, pValue: kolmogorovTail(Math.sqrt(n) * statistic) };
}

/** The probability that the largest distance times √n exceeds `lambda` ≥ 0, as n grows. */
export function kolmogorovTail(lambda: number): number {
  assert(lambda >= 0, `the scaled distance ${lambda} is not negative`);
  if (lambda < 0.04) return 1; // less than the least double away from it
  if (lambda < 1) {
    let inside = 0;
    const rate = (Math.PI * Math.PI) / (8 * lambda * lambda);
    for (let odd = 1; odd < 10; odd += 2) inside += Math.exp(-odd * odd * rate);
    return 1 - (Math.sqrt(2 * Math.PI) / lambda) * inside;
  }
  let tail = 0;
  for (let k = 1; k < 8; k += 1) tail += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * k * k * lambda * lambda);
  return tail;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
