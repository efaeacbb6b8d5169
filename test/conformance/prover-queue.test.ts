/**
 * The prover against closed forms: with Poisson blocks of one job each, no batches and no recursion, its line is the
 * textbook's.
 *
 * Sources: Erlang 1917 (M/M/c, "Erlang C") and Pollaczek 1930, Khinchine 1932 (M/D/1), as in Kleinrock 1975, "Queueing
 * Systems" I, (3.43), (5.71); Wolff 1982 (arrivals see time averages). Intervals by batch means: Law 2014, "Simulation
 * Modeling and Analysis", 9.5.3.
 */
import { describe, expect, test } from 'vitest';
import { type Distribution, sampleInteger } from '#kernel/distribution';
import { createStream } from '#kernel/stream';
import { createProver, type ProverClass, proofBacklog, queueDepth, submitBlock } from '#model/proofs/prover';
import type { BlockWork } from '#model/proofs/work';

const MEAN = 1_000_000; // µs of proving
const BATCHES = 20;
const BATCH = 20_000; // blocks
const WARM_UP = 10_000;
const STUDENT = 3.883; // 0.9995 quantile of Student's t with 19 degrees of freedom

interface Estimate {
  readonly mean: number;
  readonly halfWidth: number; // of the 99.9 % interval
}

function emptyWork(jobs: number): BlockWork {
  const [prove, pause] = [new Float64Array(jobs), new Float64Array(jobs)];
  return { jobs, leaves: 0, prove, pause, rootProve: 0, rootPause: 0, proofs: jobs };
}

/** Waits in µs, and jobs that wait as an arriving block finds them. */
function run(workers: number, utilisation: number, service: Distribution): { wait: Estimate; length: Estimate } {
  const name = `prover-queue/${service.kind}/${workers}/${utilisation}`;
  const arrivals = createStream(name, 0, 'arrivals');
  const services = createStream(name, 0, 'services');
  const between: Distribution = { kind: 'exponential', mean: MEAN / (utilisation * workers) };
  const prover = createProver(workers, false);
  const provers = prover.classes[0] as ProverClass;
  const work = emptyWork(1);
  const waits: number[] = [];
  const lengths: number[] = [];
  let now = 0;
  const submitMany = (height: number, blocks: number): number => {
    let found = 0;
    for (let i = height; i < height + blocks; i += 1) {
      now += sampleInteger(between, arrivals);
      found += queueDepth(provers, now);
      work.prove[0] = sampleInteger(service, services);
      submitBlock(prover, i, now, work);
    }
    return found;
  };
  submitMany(0, WARM_UP);
  for (let batch = 0; batch < BATCHES; batch += 1) {
    const before = provers.line.waited;
    lengths.push(submitMany(WARM_UP + batch * BATCH, BATCH) / BATCH);
    waits.push((provers.line.waited - before) / BATCH);
  }
  return { wait: estimate(waits), length: estimate(lengths) };
}

function estimate(means: readonly number[]): Estimate {
  const mean = means.reduce((sum, one) => sum + one, 0) / means.length;
  const variance = means.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (means.length - 1);
  return { mean, halfWidth: STUDENT * Math.sqrt(variance / means.length) };
}

/** Mean wait of M/M/c in service times. */
function erlangWait(workers: number, utilisation: number): number {
  const offered = utilisation * workers;
  let blocking = 1; // Erlang B by its recursion
  for (let c = 1; c <= workers; c += 1) blocking = (offered * blocking) / (c + offered * blocking);
  const waiting = blocking / (1 - utilisation * (1 - blocking));
  return waiting / (workers * (1 - utilisation));
}

const exponential: Distribution = { kind: 'exponential', mean: MEAN };
const constant: Distribution = { kind: 'constant', value: MEAN };

describe.each<[string, number, number, Distribution, number]>([
  ['M/M/1', 1, 0.5, exponential, erlangWait(1, 0.5)],
  ['M/M/1', 1, 0.8, exponential, erlangWait(1, 0.8)],
  ['M/M/2', 2, 0.6, exponential, erlangWait(2, 0.6)],
  ['M/M/2', 2, 0.8, exponential, erlangWait(2, 0.8)],
  ['M/M/4', 4, 0.5, exponential, erlangWait(4, 0.5)],
  ['M/M/4', 4, 0.8, exponential, erlangWait(4, 0.8)],
  ['M/D/1', 1, 0.7, constant, 0.7 / (2 * 0.3)],
])('%s: %i workers at utilisation %d', (_, workers, utilisation, service, expected) => {
  const { wait, length } = run(workers, utilisation, service);

  test('jobs wait as long as theory says', () => {
    expect(Math.abs(wait.mean - MEAN * expected)).toBeLessThan(wait.halfWidth);
    expect(wait.halfWidth / (MEAN * expected)).toBeLessThan(0.15); // narrow enough to tell
  });

  test('as many jobs wait as theory says', () => {
    const line = utilisation * workers * expected; // Little: arrivals in a service time × wait in service times
    expect(Math.abs(length.mean - line)).toBeLessThan(length.halfWidth);
    expect(length.halfWidth / line).toBeLessThan(0.15);
  });
});

/** Blocks without proof, as a share of those submitted, at four times of an overload of 1.2. */
function overload(workers: number, recursive: boolean): number[] {
  const services = createStream('prover-queue/overload', workers, 'services');
  const prover = createProver(workers, recursive);
  const provers = prover.classes[0] as ProverClass;
  const work = emptyWork(5);
  const blocks = 40_000;
  const slot = ((recursive ? 6 : 5) * MEAN) / (1.2 * workers);
  const shares: number[] = [];
  for (let height = 0; height < blocks; height += 1) {
    for (let job = 0; job < 5; job += 1) work.prove[job] = sampleInteger(exponential, services);
    work.rootProve = recursive ? sampleInteger(exponential, services) : 0;
    submitBlock(prover, height, Math.round(height * slot), work);
    if ((height + 1) % (blocks / 4) === 0) shares.push(proofBacklog(provers, height * slot) / height);
  }
  return shares;
}

test.each([1, 2, 4])('at utilisation 1.2 the backlog of %i workers grows in proportion to time', (workers) => {
  for (const share of overload(workers, false)) expect(Math.abs(share - 1 / 6)).toBeLessThan(0.01); // 1 in 1.2 is proved
});

test.each([1, 2, 4])('so it does where roots are linked and go ahead of what %i workers have waiting', (workers) => {
  for (const share of overload(workers, true)) expect(Math.abs(share - 1 / 6)).toBeLessThan(0.01);
});
