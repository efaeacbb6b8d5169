/**
 * The consensus against measured networks: every row measured, simulated with its interval, and the signed error.
 *
 * The constants of `scenarios/calibration/base.yaml` were fitted to the rows of small blocks, those of seven regions
 * included, one set for all networks of a family and two for its machines: the errors of these rows say how well the
 * model fits, not how well it predicts. The times of the crash loop were chosen with its measured tail in view.
 */
import { createPilotCache, rehearse } from '#model/rehearsal';
import { loadScenario } from '#scenario/load';
import {
  FAULTS,
  type FaultRow,
  LATENCIES,
  type LatencyRow,
  MACHINES,
  SMALL,
  TRANSACTION_BYTES,
  TRANSACTIONS,
} from './calibration-rows.js';

export const title = 'calibration: simulated against measured networks';

const FOLDER = 'scenarios/calibration';
const RUNS = 4;
/** Student's t, three degrees of freedom, 95 % two-sided. */
const T_95 = 3.182;
const MS = 1000;

interface Estimate {
  readonly mean: number; // ms
  readonly half: number; // half width of the 95 % interval over the runs
}

function estimate(values: readonly number[]): Estimate {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  return { mean, half: T_95 * Math.sqrt(squares / (values.length - 1) / values.length) };
}

function simulate(file: string, set: readonly string[], metrics: readonly string[], runs = RUNS): Estimate[] {
  const { plan, seed } = loadScenario(`${FOLDER}/${file}.yaml`, { set });
  const found = metrics.map((): number[] => []);
  for (let run = 0; run < runs; run += 1) {
    const outcome = rehearse(plan, seed, run, { details: false, cache: createPilotCache() });
    for (const [i, metric] of metrics.entries()) found[i]?.push((outcome.metrics[metric] ?? Number.NaN) / MS);
  }
  return found.map(estimate);
}

function latencySettings(row: LatencyRow, transactions: number): string[] {
  const machine = row.machine === null ? [] : [`network.queues.processing=${MACHINES[row.machine]}`];
  return [
    `channels[0].validators=${row.validators}`,
    `horizon=${row.validators > 16 ? '20s' : '60s'}`,
    ...(row.machine === null ? [] : [`chain.blockSize=${transactions * TRANSACTION_BYTES}B`]),
    ...machine,
  ];
}

function percent(part: number): string {
  return `${part >= 0 ? '+' : ''}${(100 * part).toFixed(1)} %`;
}

function cells(...texts: readonly string[]): string {
  const [first = '', ...rest] = texts;
  return `  ${first.padEnd(24)}${rest.map((text) => text.padStart(13)).join('')}`;
}

function showLatencies(): void {
  console.log(cells('fault-free', 'N', 'transactions', 'measured', 'simulated', '± 95 %', 'error'));
  const errors: number[] = [];
  for (const row of LATENCIES) {
    let measuredSum = 0;
    let simulatedSum = 0;
    for (const [column, measured] of row.measured.entries()) {
      const transactions = row.machine === null ? 0 : (TRANSACTIONS[column] as number);
      const [found] = simulate(row.file, latencySettings(row, transactions), ['liveness.blockInterval']) as [Estimate];
      const numbers = [`${measured} ms`, `${found.mean.toFixed(0)} ms`, found.half.toFixed(0)];
      const error = percent(found.mean / measured - 1);
      console.log(cells(row.name, String(row.validators), String(transactions), ...numbers, error));
      if (column >= SMALL) continue;
      measuredSum += measured;
      simulatedSum += found.mean;
    }
    errors.push(simulatedSum / measuredSum - 1);
  }
  console.log('\n  Rows of small blocks (up to 256 kB, or empty), mean over their columns');
  for (const [i, row] of LATENCIES.entries()) {
    console.log(cells(row.name, String(row.validators), percent(errors[i] as number)));
  }
  const mean = errors.reduce((sum, error) => sum + Math.abs(error), 0) / errors.length;
  const worst = Math.max(...errors.map(Math.abs));
  console.log(
    `\n  mean absolute error ${(100 * mean).toFixed(1)} % (goal 12 %), worst ${(100 * worst).toFixed(1)} % (goal 20 %)`,
  );
}

/** Whether a block takes longer among more validators at equal geography. */
function showGrowth(): void {
  const sizes = [4, 16, 64];
  const found = sizes.map((validators) => {
    const set = [`channels[0].validators=${validators}`, 'horizon=30s', 'network.queues.processing=10us'];
    return simulate('one-datacentre', set, ['liveness.blockInterval'])[0] as Estimate;
  });
  console.log('\n  Full mesh in one datacentre, machines as c3.8xlarge');
  for (const [i, validators] of sizes.entries()) {
    console.log(cells(`N = ${validators}`, `${found[i]?.mean.toFixed(0)} ms`, `± ${found[i]?.half.toFixed(0)}`));
  }
  const growth = (found[2]?.mean ?? 0) / (found[0]?.mean ?? 1) - 1;
  console.log(`  growth from 4 to 64: ${percent(growth)} (goal: at most 10 %)`);
}

function faultSettings(row: FaultRow): string[] {
  const faulty = Math.floor((row.validators - 1) / 3);
  const ids = Array.from({ length: faulty }, (_, i) => i).join(',');
  const targets = row.fault === 'byzantine' ? `{validators: [${ids}]}` : `{count: ${faulty}}`;
  const settings = [
    `channels[0].validators=${row.validators}`,
    `chain.timeouts.propose=${row.proposeTimeout}ms`,
    `faults[0].targets=${targets}`,
  ];
  return row.fault === 'byzantine' ? [...settings, `faults[1].targets=${targets}`] : settings;
}

function showFaults(): void {
  console.log('');
  console.log(
    cells('under faults, ms', 'N', 'timeout', 'mean', 'simulated', 'median', 'simulated', 'p95', 'simulated'),
  );
  const tails = new Map<string, number[]>();
  for (const row of FAULTS) {
    const metrics = ['liveness.blockInterval', 'liveness.blockInterval.p50', 'liveness.blockInterval.p95'];
    const found = simulate(row.fault, faultSettings(row), metrics, 2 * RUNS);
    const texts = [row.mean, row.median, row.p95].flatMap((measured, i) => {
      return [String(measured), (found[i] as Estimate).mean.toFixed(0)];
    });
    console.log(cells(row.fault, String(row.validators), String(row.proposeTimeout), ...texts));
    const key = `${row.fault}, N = ${row.validators}`;
    tails.set(key, [...(tails.get(key) ?? []), (found[2] as Estimate).mean]);
  }
  console.log('\n  95th percentile from the shortest to the longest propose timeout');
  for (const [key, values] of tails) {
    const measured = FAULTS.filter((row) => `${row.fault}, N = ${row.validators}` === key).map((row) => row.p95);
    const rise = (of: readonly number[]): string => percent((of.at(-1) ?? 0) / (of[0] ?? 1) - 1);
    console.log(cells(key, `measured`, rise(measured), 'simulated', rise(values)));
  }
}

export function run(): void {
  showLatencies();
  showGrowth();
  showFaults();
}
