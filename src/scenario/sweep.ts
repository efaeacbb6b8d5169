/**
 * A sweep: one scenario at many points. Every point is loaded as `run --set path=value` would load it, and all that is
 * wrong with any of them is reported together, before anything runs.
 */
import { describeProblem, type Problem, UserError } from '#base/error';
import type { ClaimSubject } from './claim.js';
import type { Filter } from './filter.js';
import { type LoadedScenario, type LoadOptions, loadScenarioText } from './load.js';
import { readText } from './overlay.js';
import {
  countRuns,
  DEFAULT_SAMPLES,
  designSensitivity,
  INPUTS_MAX,
  type SensitivityDesign,
  type SensitivityMethod,
} from './sensitivity.js';
import { readInput, type SensitivityInput, type WrittenInput } from './sensitivity-input.js';
import { type Axis, judgePath, POINTS_MAX, type Point, readAxes, spanPoints, type WrittenAxes } from './sweep-axis.js';
import { judgeMetric, type SweepWritten } from './sweep-schema.js';

export interface SweepOptions extends LoadOptions {
  /** `path=values` of grid axes; axes from the command line take the place of those of the file. */
  readonly grid?: readonly string[];
  /** `path=values` that move in step. */
  readonly zip?: readonly string[];
  /** Points written out, `path=value; path=value`. */
  readonly list?: readonly string[];
  /** Conditions beside those of the file. */
  readonly filter?: readonly string[];
  /** Metrics to draw, in place of those of the file. */
  readonly metric?: readonly string[];
  readonly sensitivity?: SensitivityMethod;
  /** `path=from..to`, with `log` or `step …` behind; in place of those of the file. */
  readonly input?: readonly string[];
  readonly samples?: number;
}

export interface SweepPoint {
  readonly at: readonly number[]; // position on each axis
  readonly values: ReadonlyMap<string, string>; // by path, as `--set` takes them
  readonly set: readonly string[]; // all of `--set` that gives this point
  readonly loaded: LoadedScenario;
}

export interface LoadedSweep {
  readonly base: LoadedScenario; // the file without any axis
  readonly set: readonly string[]; // `--set` shared by all points
  readonly axes: readonly Axis[]; // none in a sensitivity analysis
  readonly filters: readonly string[];
  readonly metrics: readonly string[]; // keys to draw, asked for or named by claims
  readonly usual: readonly string[]; // and those to draw beside them where they have data
  readonly points: readonly SweepPoint[];
  readonly sensitivity: SensitivityDesign | null;
}

const USUAL_METRICS = ['liveness.slotShare', 'liveness.longestStall', 'rewards.relativeError', 'rollback.any'];
const PROBLEMS_SHOWN = 50;

/**
 * Loads a scenario file at every point of its sweep, or of the sweep that the options give.
 *
 * @throws UserError with all problems: of the file, else of the axes, else of all points
 */
export function loadSweep(file: string, options: SweepOptions = {}): LoadedSweep {
  const text = readText(file);
  const { set = [], seed, replications, fidelity } = options;
  const shared: LoadOptions = {
    ...(seed === undefined ? {} : { seed }),
    ...(replications === undefined ? {} : { replications }),
    ...(fidelity === undefined ? {} : { fidelity }),
  };
  const base = loadScenarioText(text, file, { ...shared, set });
  const problems: Problem[] = [];
  const { axes, filters, points, sensitivity } = design(base, options, problems);
  const chosen = chooseMetrics(base, options, problems);
  if (problems.length > 0) throw new UserError(problems);
  const loaded = points.map((point): SweepPoint | undefined => {
    const all = [...set, ...[...point.values].map(([path, value]) => `${path}=${value}`)];
    try {
      return { ...point, set: all, loaded: loadScenarioText(text, file, { ...shared, set: all }) };
    } catch (cause) {
      if (!(cause instanceof UserError)) throw cause;
      problems.push(...cause.problems);
      return undefined;
    }
  });
  if (problems.length > 0) throw new UserError(limit(distinct(problems)));
  return {
    base,
    set,
    axes,
    filters: filters.map((filter) => filter.text),
    ...chosen,
    points: loaded.filter((point) => point !== undefined),
    sensitivity,
  };
}

interface Design {
  readonly axes: readonly Axis[];
  readonly filters: readonly Filter[];
  readonly points: readonly Point[];
  readonly sensitivity: SensitivityDesign | null;
}

function design(base: LoadedScenario, options: SweepOptions, problems: Problem[]): Design {
  const fromFlags = [options.grid, options.zip, options.list].some((given) => given !== undefined && given.length > 0);
  const method = options.sensitivity ?? (fromFlags ? undefined : base.sweep?.sensitivity);
  if (method === undefined) return designAxes(base, options, fromFlags, problems);
  if (fromFlags) {
    const what = 'a sensitivity analysis draws its own points, so axes have no place beside it';
    problems.push({ file: '--sensitivity', what, fix: 'Give the axes, or the analysis.' });
  }
  return designAnalysis(method, base, options, problems);
}

function designAxes(base: LoadedScenario, options: SweepOptions, fromFlags: boolean, problems: Problem[]): Design {
  const fromFile: WrittenAxes = base.sweep ?? {};
  const filter = [...(fromFlags ? [] : (fromFile.filter ?? [])), ...(options.filter ?? [])];
  const written: WrittenAxes = fromFlags
    ? {
        grid: pairs(options.grid),
        zip: pairs(options.zip),
        list: (options.list ?? []).map((text) => readPoint(text, problems)),
        filter,
      }
    : { ...fromFile, filter };
  const { axes, filters, mistakes } = readAxes(written);
  const refuse = (path: readonly (string | number)[], what: string, fix: string): void => {
    const [kind = 'sweep', step] = path;
    const file = fromFlags || kind === 'filter' ? `--${kind === 'sweep' ? 'grid' : kind}` : base.file;
    problems.push({ file, ...(typeof step === 'string' ? { path: step } : {}), what, fix });
  };
  for (const { path, what, fix } of mistakes) refuse(path, what, fix);
  if (axes.length === 0) {
    const fix = 'Give --grid path=values, or write "sweep:" in the file.';
    problems.push({ file: base.file, what: 'there is nothing to sweep over', fix });
  }
  if (problems.length > 0) return { axes, filters, points: [], sensitivity: null };
  const spanned = spanPoints(axes, filters);
  for (const { path, what, fix } of spanned.mistakes) refuse(path, what, fix);
  return { axes, filters, points: spanned.points, sensitivity: null };
}

function designAnalysis(
  method: SensitivityMethod,
  base: LoadedScenario,
  options: SweepOptions,
  problems: Problem[],
): Design {
  const nothing: Design = { axes: [], filters: [], points: [], sensitivity: null };
  const inputs = readInputs(base.sweep, options, problems);
  const refuse = (file: string, what: string, fix: string): void => {
    problems.push({ file, what, fix });
  };
  if (options.filter !== undefined && options.filter.length > 0) {
    refuse('--filter', 'a sensitivity analysis has no axes to filter', 'Leave it out.');
  }
  const paths = inputs.map(({ path }) => path);
  for (const path of new Set(paths.filter((one, i) => paths.indexOf(one) !== i))) {
    refuse('--input', `"${path}" is there twice`, 'Keep one of them.');
  }
  if (inputs.length === 0 && problems.length === 0) {
    const fix = 'Give --input path=from..to, or write "sweep: inputs:" in the file.';
    refuse('--sensitivity', 'there are no inputs to analyse', fix);
  }
  if (inputs.length > INPUTS_MAX) refuse('--input', `${inputs.length} inputs are too many`, `Keep to ${INPUTS_MAX}.`);
  const samples = options.samples ?? base.sweep?.samples ?? DEFAULT_SAMPLES[method];
  const runs = countRuns(method, inputs.length, samples);
  if (samples < 2) refuse('--samples', 'one sample shows no spread', 'Give at least 2.');
  if (runs > POINTS_MAX) refuse('--samples', `the analysis takes ${runs} points`, `Keep to ${POINTS_MAX}.`);
  if (problems.length > 0) return nothing;
  const { design: sensitivity, points } = designSensitivity(method, inputs, samples, base.seed);
  return { ...nothing, points, sensitivity };
}

function readInputs(
  sweep: SweepWritten | undefined,
  options: SweepOptions,
  problems: Problem[],
): readonly SensitivityInput[] {
  const given = options.input ?? [];
  const written: readonly WrittenInput[] =
    given.length === 0 ? (sweep?.inputs ?? []) : given.flatMap((text) => parseInput(text, problems));
  return written.flatMap((one) => {
    const reading = readInput(one);
    if ('input' in reading) return [reading.input];
    problems.push({ file: '--input', path: one.path, ...reading.mistake });
    return [];
  });
}

const INPUT = /^([^=\s]+)=\s*([^\s].*?)\s*\.\.\s*(.+?)(?:\s+(linear|log))?(?:\s+step\s+(\S+))?$/;

/** `network.loss=0%..5% log`. */
function parseInput(text: string, problems: Problem[]): WrittenInput[] {
  const [, path, from, to, scale, step] = INPUT.exec(text) ?? [];
  if (path === undefined || from === undefined || to === undefined) {
    const what = `${JSON.stringify(text)} is not an input`;
    problems.push({ file: '--input', what, fix: 'Write path=from..to, such as network.loss=0.1%..5% log.' });
    return [];
  }
  const wrong = judgePath(path);
  if (wrong !== undefined) problems.push({ file: '--input', ...wrong });
  return [{ path, from, to, ...(scale === undefined ? {} : { scale: scale as 'linear' | 'log' }), step }];
}

/** `path=values` texts as a map; of a path that is there twice the last counts. */
function pairs(texts: readonly string[] | undefined): Record<string, string> {
  return Object.fromEntries(
    (texts ?? []).map((text) => {
      const at = text.indexOf('=');
      return [text.slice(0, at), text.slice(at + 1)] as const;
    }),
  );
}

/** `path=value; path=value`, each value as YAML reads it. */
function readPoint(text: string, problems: Problem[]): Record<string, unknown> {
  const parts = text.split(';').filter((part) => part.trim() !== '');
  const bad = parts.find((part) => !/^\s*[^=\s]+=/.test(part));
  if (bad !== undefined || parts.length === 0) {
    const what = `${JSON.stringify(text)} is not a point`;
    problems.push({
      file: '--list',
      what,
      fix: 'Write path=value; path=value, such as network.loss=2%; chain.blockTime=4s',
    });
    return {};
  }
  return pairs(parts.map((part) => part.trim()));
}

/** Metrics asked for, else those that claims name; then those everybody looks at. */
function chooseMetrics(
  base: LoadedScenario,
  options: SweepOptions,
  problems: Problem[],
): Pick<LoadedSweep, 'metrics' | 'usual'> {
  const asked = options.metric ?? base.sweep?.metrics ?? [];
  for (const key of options.metric ?? []) {
    const wrong = judgeMetric(key);
    if (wrong !== undefined) problems.push({ file: '--metric', ...wrong });
  }
  if (asked.length > 0) return { metrics: [...new Set(asked)], usual: [] };
  const named = [...new Set(base.claims.map(({ subject }) => metricOf(subject)))];
  return { metrics: named, usual: USUAL_METRICS.filter((key) => !named.includes(key)) };
}

const UNDO_METRICS = {
  any: 'rollback.any',
  abort: 'rollback.abort',
  'gate-rollback': 'rollback.gate',
  'state-rollback': 'rollback.state',
} as const;

function metricOf(subject: ClaimSubject): string {
  return subject.kind === 'undo' ? UNDO_METRICS[subject.undo] : subject.key;
}

/** What is wrong at every point is said once. */
function distinct(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [describeProblem(problem), problem] as const)).values()];
}

function limit(problems: readonly Problem[]): Problem[] {
  const shown = problems.slice(0, PROBLEMS_SHOWN);
  const [first] = shown;
  const rest = problems.length - shown.length;
  if (rest === 0 || first === undefined) return shown;
  return [...shown, { file: first.file, what: `${rest} more problems at other points`, fix: 'Mend these first.' }];
}
