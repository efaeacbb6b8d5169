/**
 * The Zipf law on ranks 1 … n: rank k has a probability proportional to k^−exponent.
 *
 * The sums of k^−exponent come from their first 32 terms and the Euler–Maclaurin formula, to about 1e-15, so that a
 * quantile costs O(log n) and no table.
 */

const EXACT_TERMS = 32;

/** Σ k^−exponent for k = 1 … n; any real exponent. */
export function zipfSum(n: number, exponent: number): number {
  const head = Math.min(n, EXACT_TERMS);
  let sum = 0;
  for (let k = 1; k <= head; k += 1) sum += power(k, exponent);
  if (n <= EXACT_TERMS) return sum;
  return sum + integral(n, exponent) + correction(n, exponent) - correction(EXACT_TERMS, exponent);
}

/** The smallest rank whose cumulative probability reaches `p`. */
export function zipfQuantile(n: number, exponent: number, p: number): number {
  const wanted = p * zipfSum(n, exponent);
  let low = 1;
  let high = n;
  while (low < high) {
    const middle = low + Math.floor((high - low) / 2);
    if (zipfSum(middle, exponent) >= wanted) high = middle;
    else low = middle + 1;
  }
  return low;
}

function power(k: number, exponent: number): number {
  return Math.exp(-exponent * Math.log(k));
}

/** ∫ x^−exponent from EXACT_TERMS to n, without cancellation near exponent 1. */
function integral(n: number, exponent: number): number {
  const rise = 1 - exponent;
  const span = Math.log(n / EXACT_TERMS);
  return rise === 0 ? span : (power(EXACT_TERMS, -rise) * Math.expm1(rise * span)) / rise;
}

/** f/2 + f′/12 − f‴/720 + f⁗′/30240 at x, of f = x^−exponent. */
function correction(x: number, exponent: number): number {
  const f = power(x, exponent);
  const first = (-exponent * f) / x;
  const third = (first * (exponent + 1) * (exponent + 2)) / (x * x);
  const fifth = (third * (exponent + 3) * (exponent + 4)) / (x * x);
  return f / 2 + first / 12 - third / 720 + fifth / 30_240;
}
