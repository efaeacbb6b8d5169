/**
 * The prover queue against the closed form of M/M/c (Erlang 1917, "Erlang C"; Kleinrock 1975, "Queueing Systems" I, 3.43):
 * with Poisson submissions and exponential proving times it must wait as the theory says.
 */
import { expect, test } from 'vitest';
import { sampleInteger } from '#kernel/distribution';
import { createStream } from '#kernel/stream';
import { createProver, proofReadyAt, submitProof } from '#model/proofs/prover';

const MEAN = 1_000_000; // µs of proving
const BATCHES = 20;
const BATCH = 40_000; // proofs
const WARM_UP = 20_000;
const STUDENT = 3.883; // 0.9995 quantile of Student's t with 19 degrees of freedom

/** Mean wait in µs and the half width of its 99.9 % interval by batch means. */
function waits(workers: number, utilisation: number): { readonly mean: number; readonly half: number } {
  const arrivals = createStream('prover-queue', workers, 'arrivals');
  const services = createStream('prover-queue', workers, 'services');
  const prover = createProver(workers);
  const between = { kind: 'exponential', mean: MEAN / (utilisation * workers) } as const;
  const sums = new Float64Array(BATCHES);
  let now = 0;
  for (let height = 0; height < WARM_UP + BATCHES * BATCH; height += 1) {
    now += sampleInteger(between, arrivals);
    const work = sampleInteger({ kind: 'exponential', mean: MEAN }, services);
    submitProof(prover, height, now, work);
    if (height < WARM_UP) continue;
    const wait = proofReadyAt(prover.classes[0] as (typeof prover.classes)[0], height) - now - work;
    const batch = Math.floor((height - WARM_UP) / BATCH);
    sums[batch] = (sums[batch] as number) + wait;
  }
  const means = [...sums].map((sum) => sum / BATCH);
  const mean = means.reduce((sum, one) => sum + one, 0) / BATCHES;
  const variance = means.reduce((sum, one) => sum + (one - mean) * (one - mean), 0) / (BATCHES - 1);
  return { mean, half: STUDENT * Math.sqrt(variance / BATCHES) };
}

/** Mean wait of M/M/c in service times. */
function erlangWait(workers: number, utilisation: number): number {
  const offered = utilisation * workers;
  let blocking = 1; // Erlang B by its recursion
  for (let c = 1; c <= workers; c += 1) blocking = (offered * blocking) / (c + offered * blocking);
  const waiting = blocking / (1 - utilisation * (1 - blocking));
  return waiting / (workers * (1 - utilisation));
}

test.each([
  [1, 0.7],
  [2, 0.8],
  [3, 0.9],
  [4, 0.85],
])('%i provers at utilisation %d wait as Erlang C says', (workers, utilisation) => {
  const { mean, half } = waits(workers, utilisation);
  const expected = MEAN * erlangWait(workers, utilisation);
  expect(Math.abs(mean - expected)).toBeLessThanOrEqual(half);
  expect(half / expected).toBeLessThan(0.15); // narrow enough to mean something
});

test('beyond utilisation one the wait grows without bound', () => {
  const prover = createProver(2);
  const wait = (height: number): number => {
    return proofReadyAt(prover.classes[0] as (typeof prover.classes)[0], height) - height * MEAN;
  };
  const found: number[] = [];
  for (let height = 0; height <= 8000; height += 1) {
    submitProof(prover, height, height * MEAN, 2.5 * MEAN); // one and a quarter of what two provers can do
    if (height % 2000 === 0) found.push(wait(height));
  }
  const growth = found.slice(1).map((one, i) => one - (found[i] as number));
  for (const step of growth) expect(step / (2000 * MEAN)).toBeCloseTo(0.25, 2);
});
