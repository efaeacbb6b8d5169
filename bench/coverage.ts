/**
 * How often intervals miss a known truth when an experiment looks after every trial and stops at the first miss:
 * promised and observed, for evidence that allows it and for intervals that do not.
 */
import { createStream, nextUnit } from '#kernel/stream';
import { meanSequencePValue, proportionSequencePValue } from '#stats/confidence-sequence';
import { meanPValue, proportionPValue, type Statement } from '#stats/p-value';
import { sprtLevel } from '#stats/sprt';

const EXPERIMENTS = 10_000;
const TRIALS = 1_000;
const PROMISED = 0.05;
const INDIFFERENCE = 0.05;

type Test = (k: number, n: number, statement: Statement) => number;

/** Share of the experiments in which the truth is ever excluded on either side. */
function missRate(truth: number, test: Test, half: number): number {
  const below: Statement = { side: 'below', strict: true, threshold: truth };
  const above: Statement = { side: 'above', strict: true, threshold: truth };
  const few = new Int32Array(TRIALS + 1); // so few exclude it from above, so many from below
  const many = new Int32Array(TRIALS + 1);
  for (let n = 1; n <= TRIALS; n += 1) {
    let k = few[n - 1] as number;
    while (k > 0 && test(k - 1, n, below) > half) k -= 1;
    while (k <= n && test(k, n, below) <= half) k += 1;
    few[n] = k;
    k = Math.max(0, (many[n - 1] as number) - 1);
    while (k <= n && test(k, n, above) > half) k += 1;
    many[n] = k;
  }
  let misses = 0;
  for (let experiment = 0; experiment < EXPERIMENTS; experiment += 1) {
    const stream = createStream('coverage', experiment, 'trials');
    let k = 0;
    for (let n = 1; n <= TRIALS; n += 1) {
      if (nextUnit(stream) < truth) k += 1;
      if (k < (few[n] as number) || k >= (many[n] as number)) {
        misses += 1;
        break;
      }
    }
  }
  return misses / EXPERIMENTS;
}

/** Share of the experiments in which a claim passes at the end of the zone where it must not. */
function wrongPasses(threshold: number): number {
  const claim: Statement = { side: 'below', strict: false, threshold };
  let wrong = 0;
  for (let experiment = 0; experiment < EXPERIMENTS; experiment += 1) {
    const stream = createStream('sprt', experiment, 'trials');
    let k = 0;
    for (let n = 1; n <= TRIALS; n += 1) {
      if (nextUnit(stream) < threshold + INDIFFERENCE) k += 1;
      if (sprtLevel(k, n, claim, INDIFFERENCE) > PROMISED) continue;
      wrong += 1;
      break;
    }
  }
  return wrong / EXPERIMENTS;
}

/** Share of the experiments in which the mean of u³ is ever excluded, looking after every tenth value. */
function meanMisses(pValue: (values: readonly number[], statement: Statement) => number): number {
  const experiments = 1_000;
  let misses = 0;
  for (let experiment = 0; experiment < experiments; experiment += 1) {
    const stream = createStream('mean', experiment, 'trials');
    const values: number[] = [];
    for (let n = 1; n <= 300; n += 1) {
      const u = nextUnit(stream);
      values.push(u * u * u);
      if (n % 10 > 0) continue;
      const sides = (['below', 'above'] as const).map((side) =>
        pValue(values, { side, strict: true, threshold: 0.25 }),
      );
      if (Math.min(...sides) > PROMISED / 2) continue;
      misses += 1;
      break;
    }
  }
  return misses / experiments;
}

function showRow(method: string, truth: string, observed: number): void {
  const kept = observed <= PROMISED ? 'kept' : 'broken';
  const cells = [`${100 * PROMISED} %`, `${(100 * observed).toFixed(2)} %`, kept];
  console.log(`  ${method.padEnd(44)}${truth.padStart(12)}${cells.map((cell) => cell.padStart(10)).join('')}`);
}

export const title = `Optional stopping: ${EXPERIMENTS} experiments of up to ${TRIALS} trials, a look after each`;

export function run(): void {
  console.log(`  ${'method'.padEnd(44)}${'truth'.padStart(12)}${'promised'.padStart(10)}${'observed'.padStart(10)}`);
  for (const p of [0.01, 0.1, 0.5]) {
    const truth = `p = ${p}`;
    showRow('confidence sequence (mixture)', truth, missRate(p, proportionSequencePValue, PROMISED / 2));
    showRow('Clopper–Pearson, looked at again and again', truth, missRate(p, proportionPValue, PROMISED / 2));
  }
  showRow('SPRT ± 5 %, wrong pass at the end of the zone', 'p = 0.2', wrongPasses(0.15));
  const betting = (values: readonly number[], statement: Statement) => meanSequencePValue(values, [0, 1], statement);
  showRow('confidence sequence (betting), mean of u³', 'm = 0.25', meanMisses(betting));
  const band = (values: readonly number[], statement: Statement) => {
    return meanPValue(Float64Array.from(values).sort(), [0, 1], statement);
  };
  showRow('DKW mean, looked at again and again', 'm = 0.25', meanMisses(band));
}
