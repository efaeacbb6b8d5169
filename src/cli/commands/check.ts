/**
 * `check`: runs scenarios again on the luck of a stored run and ends with 12 where a metric became worse than allowed.
 */
import { UserError } from '#base/error';
import { canonicalJson } from '#base/order';
import { type Baseline, baselineFolder, hasBaseline, readBaseline, writeBaseline } from '#experiment/baseline';
import { type CheckedMetric, type CheckResult, checkAgainst } from '#experiment/check';
import { type Margin, parseMargins } from '#experiment/margin';
import { runExperiment } from '#experiment/run';
import { formatValue } from '#report/number';
import { type LoadedScenario, loadScenario } from '#scenario/load';
import { alignRows, formatDifference, formatRange } from '../difference.js';
import { DONE, INCOMPLETE, INCONCLUSIVE, REGRESSION } from '../exit-code.js';
import { type Interrupt, watchInterrupts } from '../interrupt.js';
import { type OutputOptions, overridesOf, type ScenarioOptions } from '../options.js';
import { prepareFolder } from '../output-folder.js';
import type { Context } from '../program.js';
import { replayCommand } from '../result.js';
import { quoteCommand } from '../shell.js';
import { simulate } from '../simulate.js';
import type { Terminal } from '../terminal.js';
import { cleanData, cleanText, plural } from '../text.js';

export interface CheckOptions extends ScenarioOptions, OutputOptions {
  readonly baseline: string;
  readonly saveBaseline?: boolean;
  readonly margin?: readonly string[];
  readonly confidence: number;
  readonly jobs: number;
}

interface Checked {
  readonly file: string;
  readonly overrides: ScenarioOptions;
  readonly result: CheckResult;
}

/** @returns 0 pass, 12 regression, 11 inconclusive or the simulator changed, 2 if a baseline is missing */
export async function check(files: readonly string[], options: CheckOptions, context: Context): Promise<number> {
  const { terminal, version } = context;
  const margins = parseMargins(options.margin ?? []);
  const loaded = files.map((file) => loadScenario(file, overridesOf(options)));
  refuseTwins(loaded);
  const say = options.json === true ? terminal.note : terminal.print;
  if (options.quiet !== true) say(`rollout-sim ${version}  check  ${plural(files.length, 'scenario')}`);
  const interrupt = watchInterrupts(() => terminal.note('Stopping: half a check is none.'));
  try {
    if (options.saveBaseline === true) return await save(loaded, options, interrupt, context);
    const baselines = readAll(loaded, options, version);
    const checked: Checked[] = [];
    for (const [i, { file }] of loaded.entries()) {
      const done = await checkOne(file, baselines[i] as Baseline, options, margins, interrupt, terminal);
      if (typeof done === 'number') return done;
      checked.push(done);
    }
    if (options.json === true) terminal.printJson(canonicalJson({ schemaVersion: 1, kind: 'check', checked }, 2));
    return conclude(checked, options, terminal);
  } finally {
    interrupt.release();
  }
}

function readAll(loaded: readonly LoadedScenario[], options: CheckOptions, version: string): Baseline[] {
  const problems: UserError[] = [];
  const baselines = loaded.flatMap(({ file, name, seed }) => {
    try {
      const folder = baselineFolder(options.baseline, name);
      const baseline = readBaseline(folder, saveCommand(file, options), version);
      const { summary } = baseline.stored;
      if (options.seed !== undefined && summary.seed !== seed) {
        const what = `the baseline has the seed ${JSON.stringify(summary.seed)}, and pairs need the same`;
        throw new UserError([{ file: '--seed', what, fix: 'Leave --seed out.' }]);
      }
      if (options.replications !== undefined && options.replications > summary.replications) {
        const what = `the baseline has ${plural(summary.replications, 'replication')}, fewer than ${options.replications}`;
        throw new UserError([{ file: '--replications', what, fix: 'Ask for no more, or save a larger baseline.' }]);
      }
      return [baseline];
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.push(error);
      return [];
    }
  });
  if (problems.length > 0) throw new UserError(problems.flatMap((error) => error.problems));
  return baselines;
}

async function checkOne(
  file: string,
  baseline: Baseline,
  options: CheckOptions,
  margins: ReadonlyMap<string, Margin>,
  interrupt: Interrupt,
  terminal: Terminal,
): Promise<Checked | number> {
  const { seed, replications } = baseline.stored.summary;
  const overrides = overridesOf({ ...options, seed, replications: options.replications ?? replications });
  const loaded = loadScenario(file, overrides);
  const series = await simulate(loaded, overrides, options, interrupt, terminal);
  if (typeof series === 'number') return series;
  return { file, overrides, result: checkAgainst(baseline, loaded, series, margins, options.confidence) };
}

async function save(
  loaded: readonly LoadedScenario[],
  options: CheckOptions,
  interrupt: Interrupt,
  { terminal, argv }: Context,
): Promise<number> {
  for (const scenario of loaded) {
    const folder = baselineFolder(options.baseline, scenario.name);
    prepareFolder(folder, '--baseline');
    const replaces = hasBaseline(folder);
    const { result, stopped } = await runExperiment(scenario, {
      jobs: options.jobs,
      signal: interrupt.signal,
      command: quoteCommand(['rollout-sim', ...argv]),
    });
    if (stopped !== 'complete') return interrupt.exitCode() ?? INCOMPLETE;
    writeBaseline(folder, result, scenario.file, options.set ?? []);
    if (options.json === true) continue;
    const done = `${replaces ? 'replaced' : 'saved'} ${folder} (${plural(scenario.replications, 'replication')})`;
    terminal.print(cleanText(done));
  }
  if (options.json === true) {
    const saved = loaded.map(({ file, name }) => ({ file, folder: baselineFolder(options.baseline, name) }));
    terminal.printJson(canonicalJson({ schemaVersion: 1, kind: 'baselines', saved }, 2));
  }
  return DONE;
}

const WORDS: Readonly<Record<CheckResult['verdict'], string>> = {
  pass: 'no metric became worse than allowed',
  regression: 'regression',
  inconclusive: 'inconclusive: more replications would tell',
  changed: 'not comparable: the simulator has changed since the baseline',
};

function conclude(checked: readonly Checked[], options: CheckOptions, terminal: Terminal): number {
  for (const { file, overrides, result } of cleanData(checked)) {
    const quiet = options.json === true || (options.quiet === true && result.verdict === 'pass');
    if (!quiet) for (const line of tell(result)) terminal.print(line);
    if (result.verdict === 'changed') {
      terminal.note(`${file}: renew the baseline with: ${saveCommand(file, options)}`);
    }
    if (result.verdict !== 'regression') continue;
    for (const metric of result.metrics.filter(({ standing }) => standing === 'worse')) {
      terminal.note(`Regression: ${result.name} ${describeWorse(metric)}`);
      if (metric.worstReplication === null) continue;
      terminal.note(`Reproduce: ${replayCommand(file, result.seed, metric.worstReplication, overrides)}`);
    }
  }
  const verdicts = checked.map(({ result }) => result.verdict);
  const verdict = (['regression', 'changed', 'inconclusive'] as const).find((one) => verdicts.includes(one)) ?? 'pass';
  if (options.json !== true) terminal.print(`verdict: ${WORDS[verdict]}`);
  return verdict === 'regression' ? REGRESSION : verdict === 'pass' ? DONE : INCONCLUSIVE;
}

/** One scenario: whether it is the same run, what has changed, and each metric that differs. */
function tell(result: CheckResult): string[] {
  const head = `${result.name}  seed ${result.seed}  ${plural(result.replications, 'pair')}`;
  const lines = ['', head, ...result.changes.map((change) => `  ${change}`)];
  if (result.scenarioChanged) lines.push('  The scenario means another plan than that of the baseline.');
  if (result.unknown.length > 0) lines.push(`  Not in the baseline: ${result.unknown.join(', ')}.`);
  if (result.identical) return [...lines, '  every fact of every replication is as it was', ''];
  const shown = result.metrics.filter(({ changed, onlyA, onlyB }) => changed + onlyA + onlyB > 0);
  if (shown.length === 0) return [...lines, '  no metric differs in any replication', ''];
  const rows = shown.map((metric) => [
    metric.standing.replace('-', ' '),
    metric.label,
    formatValue(metric.a, metric.unit),
    formatValue(metric.b, metric.unit),
    formatRange(metric.intervals[0] ?? [null, null], metric.unit),
    metric.standing === 'not-judged' ? '' : metric.allowed.replace('relative:', ''),
  ]);
  return [...lines, ...alignRows([['', '', 'baseline', 'now', 'change', 'allowed'], ...rows]), ''];
}

function describeWorse(metric: CheckedMetric): string {
  const { key, a, b, unit, difference, allowed, intervals, confidence, method, median, n, mcnemar } = metric;
  const values = `${formatValue(a, unit)} → ${formatValue(b, unit)} (${formatDifference(difference, unit)})`;
  if (allowed === 'never') return `${key}: ${values}, worse in some of ${plural(n, 'pair')} and allowed in none`;
  const names = [method, ...(median === null ? [] : [median.method])];
  const ranges = intervals.map((interval, i) => `${formatRange(interval, unit)} by ${names[i]}`).join(', ');
  const level = `${Number((100 * confidence).toPrecision(4))}%`;
  const test = mcnemar === null ? '' : `, McNemar p ${Number(mcnemar.pValue.toPrecision(2))}`;
  return `${key}: ${values}, ${level} interval ${ranges}${test}, n = ${n}, allowed ${allowed.replace('relative:', '')}`;
}

function saveCommand(file: string, { baseline, set }: CheckOptions): string {
  const settings = (set ?? []).flatMap((setting) => ['--set', setting]);
  return quoteCommand(['rollout-sim', 'check', file, '--baseline', baseline, '--save-baseline', ...settings]);
}

/** Two files of one name would share one baseline. */
function refuseTwins(loaded: readonly LoadedScenario[]): void {
  const problems = loaded.flatMap(({ file, name }, i) => {
    const first = loaded.findIndex((other) => other.name === name);
    if (first === i) return [];
    const what = `has the name "${name}", as ${loaded[first]?.file}, and a baseline is kept by name`;
    return [{ file, what, fix: 'Give each scenario a name of its own.' }];
  });
  if (problems.length > 0) throw new UserError(problems);
}
