/**
 * Who rehearses one replication after another: this thread, or a pool of workers that received the plan once.
 *
 * Every outcome is checked on its way in, so a number that is none stops the run and names its replication.
 */
import { setImmediate } from 'node:timers/promises';
import { assert } from '#base/assert';
import type { TraceRequest } from '#model/consensus/trace';
import type { Outcome } from '#model/outcome';
import type { Plan } from '#model/plan';
import { checkBuilt, findBuilt } from './built-file.js';
import { describeFailure, ReplicationError } from './failure.js';
import { checkMetrics } from './measure.js';

export interface Rehearser {
  /**
   * @param how - another plan than the one it was opened with; whether to keep every fact in words
   * @throws ReplicationError naming seed and replication
   */
  readonly rehearse: (replication: number, details: boolean, how?: Asked) => Promise<Outcome>;
  /** Ends at once; what is still under way is given up. */
  readonly close: () => Promise<void>;
}

/** Who is to rehearse, and under whose signal. */
export interface OpenOptions {
  /** Another model, in this thread whatever the lanes. */
  readonly rehearse?: Rehearse | undefined;
  /** Another built worker. */
  readonly workerFile?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** One rehearsal, as this thread does it; a pure function. `trace`: steps of consensus to record; `facts`: keep them in words. */
export type Rehearse = (
  plan: Plan,
  seed: string,
  replication: number,
  details: boolean,
  trace?: TraceRequest,
  facts?: boolean,
) => Outcome;

/** What a worker is given at its start. */
export interface WorkerStart {
  readonly plan: Plan;
  readonly seed: string;
}
/** What a rehearsal may be asked for beyond its number. */
export interface Asked {
  readonly variant?: Variant | undefined; // another plan
  readonly facts?: boolean | undefined; // kept in words
}
/** Another plan for the same workers, under the same seed. */
export interface Variant {
  readonly id: number; // one for each plan
  readonly plan: Plan;
}
export interface WorkerTask {
  readonly replication: number;
  readonly details: boolean;
  readonly facts: boolean;
  readonly variant?: Variant | undefined;
}
export type WorkerAnswer = { readonly outcome: Outcome } | { readonly failure: { message: string; stack?: string } };

/**
 * Opens what suits: this thread for one lane, a pool for several. Under a signal one lane has a thread of its own as well:
 * a replication is one long turn of the event loop, and this thread would not hear the signal before its end.
 */
export function openFor(start: WorkerStart, lanes: number, options: OpenOptions = {}): Promise<Rehearser> {
  const { rehearse, workerFile: file, signal } = options;
  const here = rehearse !== undefined || (lanes === 1 && signal === undefined);
  return here ? openHere(start, rehearse) : openPool(start, lanes, file);
}

/**
 * Rehearses in this thread; the event loop turns between two replications, so signals and timers are heard.
 *
 * @param rehearse - the model itself unless another is given; the model is loaded only then
 * @param trace - steps of consensus to record
 */
export async function openHere(
  { plan, seed }: WorkerStart,
  rehearse?: Rehearse,
  trace?: TraceRequest,
): Promise<Rehearser> {
  const opened = rehearse ?? (await loadModel());
  let run = opened;
  let current: number | undefined; // variant that `run` keeps the pilots of
  return {
    rehearse: async (replication, details, { variant, facts = false } = {}) => {
      await setImmediate();
      if (rehearse === undefined && variant?.id !== current) run = variant === undefined ? opened : await loadModel();
      current = variant?.id;
      const one = variant?.plan ?? plan;
      try {
        return checkOutcome(run(one, seed, replication, details, trace, facts), replication, one);
      } catch (error) {
        throw new ReplicationError('bug', seed, replication, describeFailure(error), variant?.id);
      }
    },
    close: async () => {},
  };
}

/**
 * Rehearses on as many threads as `jobs`.
 *
 * @param file - the built worker
 * @throws UserError if the worker was not built
 */
export async function openPool(start: WorkerStart, jobs: number, file = builtWorker()): Promise<Rehearser> {
  checkBuilt(file);
  const { Piscina } = await import('piscina');
  const pool = new Piscina<WorkerTask, WorkerAnswer>({
    filename: file,
    name: 'runTask',
    workerData: start,
    minThreads: jobs,
    maxThreads: jobs,
    idleTimeout: Number.POSITIVE_INFINITY,
    recordTiming: false,
    execArgv: [], // the built files, whatever import conditions this process runs under
  });
  let idleDeath: unknown = null; // a worker that dies without a task tells only the pool
  pool.on('error', (error: unknown) => {
    idleDeath ??= error;
  });
  return {
    rehearse: async (replication, details, { variant, facts = false } = {}) => {
      let answer: WorkerAnswer;
      try {
        if (idleDeath !== null) throw idleDeath;
        answer = await pool.run({ replication, details, facts, variant });
      } catch (error) {
        throw new ReplicationError('death', start.seed, replication, describeFailure(error), variant?.id);
      }
      if ('failure' in answer) throw new ReplicationError('bug', start.seed, replication, answer.failure, variant?.id);
      try {
        return checkOutcome(answer.outcome, replication, variant?.plan ?? start.plan);
      } catch (error) {
        throw new ReplicationError('bug', start.seed, replication, describeFailure(error), variant?.id);
      }
    },
    close: () => pool.destroy(),
  };
}

function builtWorker(): string {
  return findBuilt(new URL('./worker.js', import.meta.url));
}

async function loadModel(): Promise<Rehearse> {
  const { createPilotCache, rehearse } = await import('#model/rehearsal');
  const cache = createPilotCache();
  return (plan, seed, replication, details, trace, facts = false) => {
    return rehearse(plan, seed, replication, { details, cache, trace, facts });
  };
}

/** An outcome on its way in; a number that is none is a bug. */
export function checkOutcome(outcome: Outcome, replication: number, plan: Plan): Outcome {
  assert(outcome.replication === replication, `the outcome of replication ${replication} is its own`);
  checkMetrics(outcome, plan.horizon);
  return outcome;
}
