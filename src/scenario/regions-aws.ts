/**
 * Thirteen regions of Amazon's cloud and the one-way delays between them.
 *
 * Whole milliseconds, row = from, column = to; five pairs differ by 1 to 3 ms between their two directions. 0 on the
 * diagonal means "not measured". The test networks of CometBFT add normal jitter of 5 % of the value.
 *
 * Source: CometBFT, test/e2e/pkg/files/aws-latencies.csv, branch v1.x (measurements.md section 1.1).
 */

export const AWS_REGIONS = [
  'N_Virginia',
  'Canada',
  'N_California',
  'London',
  'Oregon',
  'Ireland',
  'Frankfurt',
  'S_Paulo',
  'Tokyo',
  'Mumbai',
  'Sydney',
  'Seoul',
  'Singapore',
] as const;
export type AwsRegion = (typeof AWS_REGIONS)[number];

/** Deviation of a delay as a share of its mean. */
export const AWS_JITTER = 0.05;

// biome-ignore format: a matrix reads as one
const DELAYS_MS: readonly (readonly number[])[] = [
  [  0,   7,  30,  38,  39,  33,  44,  58,  73,  93,  98,  87, 105],
  [  7,   0,  38,  39,  29,  35,  46,  63,  70,  94,  97,  85, 103],
  [ 30,  39,   0,  68,  10,  68,  75,  88,  54, 116,  69,  67,  86],
  [ 38,  39,  68,   0,  63,   5,   8,  94, 104,  56, 131, 118,  82],
  [ 39,  29,  10,  63,   0,  59,  68,  88,  49, 109,  69,  63,  84],
  [ 33,  35,  68,   5,  59,   0,  13,  88, 100,  61, 127, 114,  90],
  [ 44,  46,  75,   8,  68,  13,   0, 101, 111,  60, 143, 109,  77],
  [ 58,  63,  88,  94,  88,  89, 101,   0, 128, 151, 155, 142, 161],
  [ 73,  70,  54, 104,  49, 100, 111, 128,   0,  60,  57,  16,  39],
  [ 93,  94, 116,  56, 109,  61,  60, 151,  60,   0,  76,  57,  27],
  [ 98,  97,  69, 131,  69, 127, 143, 155,  57,  76,   0,  69,  45],
  [ 87,  84,  67, 118,  63, 114, 109, 142,  17,  57,  69,   0,  36],
  [105, 103,  86,  82,  81,  90,  77, 161,  39,  27,  45,  36,   0],
];

/** Mean one-way delay between two different regions, in ms. */
export function awsDelayMs(from: AwsRegion, to: AwsRegion): number {
  return DELAYS_MS[AWS_REGIONS.indexOf(from)]?.[AWS_REGIONS.indexOf(to)] ?? 0;
}
