/**
 * What one block asks a prover for, drawn as plain numbers: the jobs of its circuits, the leaves and the root of their
 * aggregation. A pure function of (key, height), whatever was drawn before.
 *
 * An attempt fails with probability `failure` and is repeated; each attempt takes its own time. After `attempts`
 * failures in a row the job waits `retryPause` and goes on. It keeps its worker meanwhile. A slow node needs longer to
 * prove but waits no longer, so the two are kept apart.
 * Sources: blueprint.md sections 6.1 (circuits, batches), 6.3 (times grow with the committee), 22 (failure, retry).
 */
import { assert } from '#base/assert';
import type { Micros } from '#base/time';
import type { Distribution } from '#kernel/distribution';
import { deriveKey, drawUint32 } from '#kernel/draw';
import { assertProbability } from '#kernel/probability';
import { compileTable, drawFromTable, type QuantileTable } from '#kernel/quantile-table';
import { CIRCUITS, type Circuit, type ProofsPlan } from '../proof-plan.js';
import { aggregates, aggregationJobs } from './recursion.js';

/** The jobs of one block. The circuits come first, in order, then the leaves. */
export interface BlockWork {
  jobs: number; // circuits and leaves; the root is not among them
  leaves: number; // the last so many of them
  prove: Float64Array; // [job] → µs of proving at factor 1, failed attempts included
  pause: Float64Array; // [job] → µs of waiting between its attempts
  rootProve: Micros; // 0 where there is no root job
  rootPause: Micros;
  proofs: number; // that the root stands for: of the node's circuits and of what wallets submitted
}

/** What the jobs of every block are drawn from. */
export interface WorkLaws {
  readonly circuits: readonly CircuitLaw[]; // in the order of `CIRCUITS`, `recursive` last
  readonly submissions: QuantileTable;
  readonly submissionsKey: number;
  readonly referenceCommittee: number; // 0: times do not grow with the committee
  readonly batch: number;
  readonly aggregates: boolean; // recursive jobs take time
  readonly failBelow: number; // a uint32 draw below this is a failed attempt
  readonly attempts: number;
  readonly retryPause: Micros;
  readonly work: BlockWork; // what the last draw found; used again by the next
}

interface CircuitLaw {
  readonly circuit: Circuit;
  readonly key: number;
  readonly prove: QuantileTable;
  readonly jobs: number; // of every block; −1: a draw from `jobsTable`
  readonly jobsTable: QuantileTable | null;
}

const UINT32 = 4_294_967_296;
const COUNT = -1; // index of the draw of a circuit's jobs
const JOBS_ROOM = 16; // jobs a new buffer has room for

/**
 * The laws of a plan.
 *
 * @param key - of the draws, from `streamKey`
 * @throws AssertionError if failure is not below 1, attempts are not positive
 */
export function createWorkLaws(plan: ProofsPlan, key: number): WorkLaws {
  assertProbability(plan.failure);
  assert(plan.failure < 1, 'some proving attempt succeeds');
  assert(plan.attempts >= 1, `${plan.attempts} proving attempts in a row are at least 1`);
  assert(plan.referenceCommittee >= 0, `the reference committee has ${plan.referenceCommittee} ≥ 0 members`);
  return {
    circuits: CIRCUITS.map((circuit, i) => {
      const { prove, perBlock } = plan.circuits[circuit];
      const whole = circuit === 'recursive' || Number.isInteger(perBlock);
      return {
        circuit,
        key: deriveKey(key, i),
        prove: compileTable(prove),
        jobs: whole ? perBlock : -1,
        jobsTable: whole ? null : compileTable(poissonLaw(perBlock)),
      };
    }),
    submissions: compileTable(plan.submissions),
    submissionsKey: deriveKey(key, CIRCUITS.length),
    referenceCommittee: plan.referenceCommittee,
    batch: plan.batch,
    aggregates: aggregates(plan),
    failBelow: Math.round(plan.failure * UINT32),
    attempts: plan.attempts,
    retryPause: plan.retryPause,
    work: {
      jobs: 0,
      leaves: 0,
      prove: new Float64Array(JOBS_ROOM),
      pause: new Float64Array(JOBS_ROOM),
      rootProve: 0,
      rootPause: 0,
      proofs: 0,
    },
  };
}

/** Draws blocks from now on under another key, as `createWorkLaws` would with it. */
export function rekeyWork(laws: WorkLaws, key: number): void {
  laws.circuits.forEach((law, i) => {
    Object.assign(law, { key: deriveKey(key, i) });
  });
  Object.assign(laws, { submissionsKey: deriveKey(key, CIRCUITS.length) });
}

/**
 * The jobs of one block.
 *
 * @param committee - members of the committee that decided it
 * @param pruning - whether the block's pruning is proved
 * @returns a buffer that the next draw from the same laws uses again
 * @throws AssertionError if the block has more proofs than one tree aggregates
 */
export function drawWork(laws: WorkLaws, height: number, committee: number, pruning: boolean): BlockWork {
  const { circuits, work } = laws;
  work.jobs = 0;
  const last = circuits.length - 1;
  for (let c = 0; c < last; c += 1) {
    const law = circuits[c] as CircuitLaw;
    if (law.circuit === 'pruning' && !pruning) continue;
    const key = deriveKey(law.key, height);
    const jobs = law.jobsTable === null ? law.jobs : drawFromTable(law.jobsTable, drawUint32(key, COUNT));
    const scales = law.circuit === 'consensus' && laws.referenceCommittee > 0;
    const scale = scales ? committee / laws.referenceCommittee : 1;
    reserve(work, work.jobs + jobs);
    for (let job = 0; job < jobs; job += 1) drawJob(laws, law, key, job, work.jobs + job, scale);
    work.jobs += jobs;
  }
  work.proofs = work.jobs + drawFromTable(laws.submissions, drawUint32(laws.submissionsKey, height));
  const leaves = aggregationJobs(work.proofs, laws.batch) - 1;
  work.leaves = 0;
  work.rootProve = 0;
  work.rootPause = 0;
  if (laws.aggregates) drawAggregation(laws, height, leaves);
  return work;
}

/** Appends the leaves and draws the root, through the place after them. */
function drawAggregation(laws: WorkLaws, height: number, leaves: number): void {
  const { work } = laws;
  const law = laws.circuits[laws.circuits.length - 1] as CircuitLaw;
  const key = deriveKey(law.key, height);
  const root = work.jobs + leaves;
  reserve(work, root + 1);
  for (let job = 1; job <= leaves; job += 1) drawJob(laws, law, key, job, work.jobs + job - 1, 1);
  drawJob(laws, law, key, 0, root, 1);
  work.rootProve = work.prove[root] as number;
  work.rootPause = work.pause[root] as number;
  work.leaves = leaves;
  work.jobs = root;
}

/** Draws one job into place `i`. */
function drawJob(laws: WorkLaws, law: CircuitLaw, key: number, job: number, i: number, scale: number): void {
  const { work } = laws;
  let prove = drawFromTable(law.prove, drawUint32(key, 2 * job));
  let pause = 0;
  if (drawUint32(key, 2 * job + 1) < laws.failBelow) {
    const retryKey = deriveKey(key, job);
    for (let failures = 1; ; failures += 1) {
      if (failures % laws.attempts === 0) pause += laws.retryPause;
      prove += drawFromTable(law.prove, drawUint32(retryKey, 2 * failures));
      if (drawUint32(retryKey, 2 * failures + 1) >= laws.failBelow) break;
    }
  }
  work.prove[i] = scale === 1 ? prove : Math.round(prove * scale);
  work.pause[i] = pause;
}

/** Makes room for so many jobs. */
function reserve(work: BlockWork, jobs: number): void {
  if (jobs <= work.prove.length) return;
  let room = work.prove.length;
  while (room < jobs) room *= 2;
  const { prove, pause } = work;
  work.prove = new Float64Array(room);
  work.pause = new Float64Array(room);
  work.prove.set(prove);
  work.pause.set(pause);
}

/** The Poisson law, by the ratio of neighbouring terms from the most likely one; terms below 2^-60 of it are left out. */
export function poissonLaw(mean: number): Extract<Distribution, { kind: 'empirical' }> {
  assert(Number.isFinite(mean) && mean >= 0, `a block asks for ${mean} ≥ 0 jobs of a circuit`);
  const least = 1 / (1_073_741_824 * 1_073_741_824);
  const mode = Math.floor(mean);
  const values = [mode];
  const weights = [1];
  for (let k = mode, term = mean > 0 ? 1 : 0; term > least; ) {
    k += 1;
    term *= mean / k;
    values.push(k);
    weights.push(term);
  }
  for (let k = mode, term = 1; k > 0 && term > least; ) {
    term *= k / mean;
    k -= 1;
    values.push(k);
    weights.push(term);
  }
  return { kind: 'empirical', values, weights };
}
