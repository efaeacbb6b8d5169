/**
 * A sweep: the experiment of `run` at many points, by one set of workers and under one luck. Points go one after the
 * other and each is folded as soon as its replications are there, so memory holds no more than the points under way.
 *
 * The result is a function of (scenario, points, seed, replications finished), whatever threads there are.
 */
import { assert } from '#base/assert';
import { addInteger, addText, createFingerprint, formatFingerprint } from '#base/fingerprint';
import { isMeasured, METRICS } from '#model/metric';
import type { Outcome } from '#model/outcome';
import { measureOf } from '#scenario/measure';
import type { LoadedSweep } from '#scenario/sweep';
import type { Axis } from '#scenario/sweep-axis';
import { foldSummary } from './fold.js';
import { describeHost, describeVersions, engineVersion, startClock } from './host.js';
import { copyChanges } from './journal-header.js';
import { openFor } from './rehearser.js';
import { replicate, type Stopped } from './replicate.js';
import type { Summary } from './result.js';
import type { RunOptions } from './run.js';
import { analyseSensitivity } from './sensitivity.js';
import type { SweepJournal } from './sweep-journal.js';
import type { StoredSweep, SweepAxis, SweepPointResult, SweepResult } from './sweep-result.js';

export type SweepRunOptions = Omit<RunOptions, 'onProgress' | 'journal'> & {
  /** Told of each replication of any point. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Takes each replication as it finishes; those it knows are not run again. */
  readonly journal?: Pick<SweepJournal, 'known' | 'append'>;
};

/** A replication of a point, as it comes back; the outcome is kept with its point. */
interface Done {
  readonly point: number;
  readonly outcome: Outcome;
}

/**
 * Runs all replications of all points.
 *
 * @returns the result, whole or not, and why it ended; points without any replication have no data and no verdict
 * @throws ReplicationError if a replication breaks or its worker dies
 */
export async function runSweep(
  loaded: LoadedSweep,
  options: SweepRunOptions,
): Promise<{ readonly stored: StoredSweep; readonly stopped: Stopped }> {
  const clock = startClock();
  assert(Number.isSafeInteger(options.jobs) && options.jobs > 0, `the jobs ${options.jobs} are a positive integer`);
  const { base, points } = loaded;
  const each = base.replications;
  const total = points.length * each;
  const lanes = Math.max(1, Math.min(options.jobs, total));
  const version = engineVersion();
  const waiting = new Map<number, Outcome[]>();
  const folded = new Map<number, SweepPointResult>();
  const fold = (number: number): void => {
    const { at, values, loaded: scenario } = points[number] as (typeof points)[number];
    const summary = foldSummary(scenario, waiting.get(number) ?? [], version);
    folded.set(number, pointResult(at, values, summary));
    waiting.delete(number);
  };
  const keep = ({ point, outcome }: Done): void => {
    const outcomes = waiting.get(point) ?? [];
    waiting.set(point, outcomes);
    outcomes.push(outcome);
    if (outcomes.length === each) fold(point);
  };
  const { journal } = options;
  const known = recallAll(loaded, journal);
  for (const { point, outcome } of known) keep({ point, outcome });
  const rehearser = await openFor({ plan: base.plan, seed: base.seed }, lanes, options);
  try {
    const { stopped } = await replicate(
      async (task): Promise<number> => {
        const point = Math.floor(task / each);
        const scenario = points[point]?.loaded;
        assert(scenario !== undefined, `point ${point} is one of ${points.length}`);
        const { plan, hash } = scenario;
        const outcome = await rehearser.rehearse(task % each, false, { variant: { id: point, plan } });
        journal?.append(hash, outcome);
        keep({ point, outcome });
        return task;
      },
      total,
      {
        lanes,
        known: known.map(({ point, outcome }) => [point * each + outcome.replication, 0] as const),
        onProgress: (done, all) => options.onProgress?.(done, all),
        signal: options.signal,
        maxWallMs: options.maxWallMs,
      },
    );
    for (const number of points.keys()) if (!folded.has(number)) fold(number);
    const results = points.map((_, number) => folded.get(number) as SweepPointResult);
    const manifest = {
      schemaVersion: 1 as const,
      startedAt: clock.startedAt,
      wallMs: clock.elapsedMs(),
      jobs: options.jobs,
      interrupted: stopped === 'interrupted',
      host: describeHost(),
      command: options.command ?? '',
      scenarioFile: base.file,
      changes: copyChanges(options.changes),
      versions: describeVersions(),
    };
    return { stored: { sweep: foldSweep(loaded, results, version), manifest }, stopped };
  } finally {
    await rehearser.close();
  }
}

/** What the journal holds of the points, as far as it is asked for. */
function recallAll({ base, points }: LoadedSweep, journal: SweepRunOptions['journal']): Done[] {
  if (journal === undefined) return [];
  return points.flatMap(({ loaded }, point) => {
    const outcomes = [...journal.known(loaded.hash).values()];
    return outcomes.filter(({ replication }) => replication < base.replications).map((outcome) => ({ point, outcome }));
  });
}

function pointResult(at: readonly number[], values: ReadonlyMap<string, string>, summary: Summary): SweepPointResult {
  const { replications, complete, fingerprint, verdict, expectations, metrics, results, worstReplication } = summary;
  return {
    at: [...at],
    set: Object.fromEntries(values),
    hash: summary.scenario.hash,
    replications,
    complete,
    fingerprint,
    verdict,
    expectations,
    metrics,
    results,
    worstReplication,
  };
}

function foldSweep(loaded: LoadedSweep, points: readonly SweepPointResult[], version: string): SweepResult {
  const { base, set, axes, filters, metrics, usual, sensitivity } = loaded;
  const complete = points.every((point) => point.complete);
  const print = createFingerprint();
  for (const [number, { fingerprint }] of points.entries()) {
    addInteger(print, number);
    addText(print, fingerprint);
  }
  return {
    schemaVersion: 1,
    engine: { name: 'rollout-sim', version },
    scenario: { name: base.name, question: base.question, hash: base.hash },
    seed: base.seed,
    replications: base.replications,
    fidelity: base.plan.fidelity,
    complete,
    fingerprint: formatFingerprint(print),
    verdict: verdictOver(points),
    set: [...set],
    axes: axes.map(describeAxis),
    filters: [...filters],
    shown: [
      ...metrics.filter((key) => points.some((point) => point.metrics[key] !== undefined)),
      ...usual.filter((key) => points.some((point) => (point.metrics[key]?.estimate ?? null) !== null)),
    ],
    points: [...points],
    sensitivity: sensitivity && complete ? analyseSensitivity(sensitivity, outputsOf(loaded, points), base.seed) : null,
  };
}

/** `no-go` if any point is, `go` if all are. */
function verdictOver(points: readonly SweepPointResult[]): SweepResult['verdict'] {
  if (points.some(({ verdict }) => verdict === 'no-go')) return 'no-go';
  return points.every(({ verdict }) => verdict === 'go') ? 'go' : 'inconclusive';
}

function describeAxis({ kind, paths, values }: Axis): SweepAxis {
  const measures = values.map(([first]) => (first === null || first === undefined ? undefined : measureOf(first)));
  const [measure] = measures;
  const zero = measures.find((one) => one !== undefined && one.value !== 0) ?? measure;
  const isOne = measures.every(
    (one) =>
      one !== undefined && (one.dimension === zero?.dimension || (one.value === 0 && one.dimension === 'number')),
  );
  return {
    kind,
    paths: [...paths],
    values: values.map((row) => [...row]),
    dimension: isOne && kind !== 'list' ? (zero?.dimension ?? 'text') : 'text',
    numbers: measures.map((one) => (isOne && kind !== 'list' ? (one?.value ?? null) : null)),
  };
}

/** Of the metrics that have an estimate at every point, the estimates. */
function outputsOf({ base }: LoadedSweep, points: readonly SweepPointResult[]): Map<string, number[]> {
  const outputs = new Map<string, number[]>();
  for (const metric of METRICS.filter((one) => isMeasured(one, base.plan))) {
    const values = points.map((point) => point.metrics[metric.key]?.estimate ?? null).filter((value) => value !== null);
    if (values.length === points.length) outputs.set(metric.key, values);
  }
  return outputs;
}
