/**
 * An experiment: every replication of a scenario, folded into one answer, with its typical and its worst replication at
 * length. An interrupted run keeps what it has but replays nothing.
 *
 * The summary and the details are a function of (scenario, seed, replications finished); jobs, threads and the order in
 * which replications finish show in the manifest alone.
 */
import { assert } from '#base/assert';
import type { Outcome } from '#model/outcome';
import type { LoadedScenario } from '#scenario/load';
import { ReplicationError } from './failure.js';
import { foldSummary, foldValues } from './fold.js';
import { describeHost, describeVersions, engineVersion, startClock } from './host.js';
import type { Journal } from './journal.js';
import { type Changes, copyChanges } from './journal-header.js';
import { openFor, type Rehearse, type Rehearser, type WorkerStart } from './rehearser.js';
import { toDetail } from './replay.js';
import { replicate, type Stopped } from './replicate.js';
import type { ReplicationDetail, StoredResult, Summary } from './result.js';
import { replicateInRounds } from './rounds.js';
import { numbersOf, type Shard, sizeOf } from './shard.js';
import { type Look, methodsOf, type StoppingRule } from './stopping.js';

const NOTABLE = 2; // replications that are told at length in the end

export interface RunOptions {
  readonly jobs: number; // threads; 1 stays in this one unless there is a signal to hear
  /** Told of each replication as it finishes, in whatever order. */
  readonly onProgress?: (done: number, total: number, outcome: Outcome) => void;
  /** Stops the run; what is finished by then is kept and folded. */
  readonly signal?: AbortSignal;
  /** Stops the run after so many ms, likewise. */
  readonly maxWallMs?: number;
  /** Runs in rounds until this rule has seen enough, whatever number the scenario asks for. */
  readonly stopping?: StoppingRule | undefined;
  readonly command?: string; // as the user gave it, for the manifest
  /** What flags changed of the scenario's file, for the manifest. */
  readonly changes?: Changes | undefined;
  /** Takes each replication as it finishes; those it knows are not run again. */
  readonly journal?: Pick<Journal, 'known' | 'append'>;
  /** Another model, in this thread whatever `jobs` says. */
  readonly rehearse?: Rehearse;
  /** Another built worker. */
  readonly workerFile?: string;
  /** Somebody else who rehearses, such as a queue; `jobs` are then replications under way at once. */
  readonly opener?: ((start: WorkerStart) => Promise<Rehearser>) | undefined;
}

/**
 * Runs all replications of a scenario.
 *
 * @returns the result, whole or not, and why the run ended; `summary.complete` exactly when `complete`
 * @throws ReplicationError if a replication breaks or its worker dies
 */
export async function runExperiment(
  loaded: LoadedScenario,
  options: RunOptions,
): Promise<{ readonly result: StoredResult; readonly stopped: Stopped; readonly look: Look | null }> {
  const clock = startClock();
  assert(Number.isSafeInteger(options.jobs) && options.jobs > 0, `the jobs ${options.jobs} are a positive integer`);
  const { journal, stopping } = options;
  const left = loaded.replications - (journal?.known.length ?? 0);
  const most = stopping === undefined ? Math.max(left, NOTABLE) : stopping.round;
  const lanes = Math.max(1, Math.min(options.jobs, most, loaded.replications));
  const rehearser = await open(loaded, lanes, options);
  try {
    const { onProgress, signal, maxWallMs } = options;
    const limits = { lanes, onProgress, signal, maxWallMs };
    const rehearse = (replication: number) => rehearseInto(rehearser, replication, journal);
    const rounds =
      stopping === undefined ? null : await replicateInRounds(recall(rehearse, journal), loaded, stopping, limits);
    const { outcomes, stopped, givenUp } =
      rounds ?? (await replicate(rehearse, loaded.replications, { ...limits, known: byNumber(journal?.known ?? []) }));
    const summary = foldUnder(stopping, loaded, outcomes, stopped);
    const mayReplay = stopped !== 'interrupted' && givenUp === 0; // who interrupts does not want to wait
    const replications = mayReplay ? await replayNotable(rehearser, summary, outcomes) : [];
    const manifest = {
      schemaVersion: 1 as const,
      startedAt: clock.startedAt,
      wallMs: clock.elapsedMs(),
      jobs: options.jobs,
      interrupted: stopped === 'interrupted',
      host: describeHost(),
      command: options.command ?? '',
      scenarioFile: loaded.file,
      changes: copyChanges(options.changes),
      versions: describeVersions(),
    };
    const details = { schemaVersion: 1 as const, ...foldValues(outcomes), replications };
    return { result: { summary, details, manifest }, stopped, look: rounds?.look ?? null };
  } finally {
    await rehearser.close();
  }
}

/**
 * Runs the replications of one shard into its journal; nothing is folded.
 *
 * @returns how many of them are done, and why the run ended
 * @throws ReplicationError if a replication breaks or its worker dies
 */
export async function runShard(
  loaded: LoadedScenario,
  shard: Shard,
  journal: Pick<Journal, 'known' | 'append'>,
  options: RunOptions,
): Promise<{ readonly done: number; readonly stopped: Stopped }> {
  const total = sizeOf(shard, loaded.replications);
  const lanes = Math.max(1, Math.min(options.jobs, total - journal.known.length));
  if (journal.known.length === total) return { done: total, stopped: 'complete' };
  const rehearser = await open(loaded, lanes, options);
  try {
    const { outcomes, stopped } = await replicate(
      (replication) => rehearseInto(rehearser, replication, journal),
      total,
      {
        lanes,
        numbers: numbersOf(shard, loaded.replications),
        known: byNumber(journal.known),
        onProgress: options.onProgress,
        signal: options.signal,
        maxWallMs: options.maxWallMs,
      },
    );
    return { done: outcomes.length, stopped };
  } finally {
    await rehearser.close();
  }
}

async function rehearseInto(
  rehearser: Rehearser,
  replication: number,
  journal: Pick<Journal, 'append'> | undefined,
): Promise<Outcome> {
  const outcome = await rehearser.rehearse(replication, false);
  journal?.append(outcome);
  return outcome;
}

/** The same, but for what the journal holds already. */
function recall(
  rehearse: (replication: number) => Promise<Outcome>,
  journal: Pick<Journal, 'known'> | undefined,
): (replication: number) => Promise<Outcome> {
  const known = new Map(byNumber(journal?.known ?? []));
  return async (replication) => known.get(replication) ?? rehearse(replication);
}

/** What a rule stopped is complete with what it took, and gets intervals that allow for stopping. */
function foldUnder(
  stopping: StoppingRule | undefined,
  loaded: LoadedScenario,
  outcomes: readonly Outcome[],
  stopped: Stopped,
): Summary {
  if (stopping === undefined) return foldSummary(loaded, outcomes, engineVersion());
  const replications = stopped === 'complete' ? outcomes.length : stopping.maxReplications;
  return foldSummary({ ...loaded, replications }, outcomes, engineVersion(), methodsOf(stopping));
}

function open({ plan, seed }: LoadedScenario, lanes: number, options: RunOptions): Promise<Rehearser> {
  if (options.opener !== undefined) return options.opener({ plan, seed });
  return openFor({ plan, seed }, lanes, options);
}

/** The typical and the worst replication again, with details; a replay that differs is a bug. */
async function replayNotable(
  rehearser: Rehearser,
  summary: Summary,
  outcomes: readonly Outcome[],
): Promise<ReplicationDetail[]> {
  const replay = async (replication: number) => {
    const again = await rehearser.rehearse(replication, true);
    const first = outcomes.find((outcome) => outcome.replication === replication);
    if (again.fingerprint !== first?.fingerprint) {
      const message = `its replay has the fingerprint ${again.fingerprint}, not ${first?.fingerprint}`;
      throw new ReplicationError('bug', summary.seed, replication, { message });
    }
    return again;
  };
  const { typicalReplication, worstReplication } = summary;
  if (typicalReplication === null || worstReplication === null) return [];
  const typical = replay(typicalReplication);
  const worst = worstReplication === typicalReplication ? typical : replay(worstReplication);
  const [first, second] = await Promise.all([typical, worst]);
  return [toDetail(first, 'typical'), toDetail(second, 'worst')];
}

function byNumber(outcomes: readonly Outcome[]): [number: number, outcome: Outcome][] {
  return outcomes.map((outcome) => [outcome.replication, outcome]);
}
