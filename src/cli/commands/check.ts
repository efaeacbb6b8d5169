/**
 * `check`: runs scenarios again on the luck of a stored run and ends with 12 where a metric became worse than allowed.
 */
import { dirname } from 'node:path';
import { UserError } from '#base/error';
import { canonicalJson } from '#base/order';
import { type Baseline, baselineFolder, hasBaseline, readBaseline, writeBaseline } from '#experiment/baseline';
import { checkAgainst } from '#experiment/check';
import { startClock } from '#experiment/host';
import { type Margin, parseMargins } from '#experiment/margin';
import { runExperiment } from '#experiment/run';
import { type LoadedScenario, loadScenario } from '#scenario/load';
import { type CheckedScenario, writeCheckJunit } from '../check-junit.js';
import { CHECK_WORDS, describeWorse, tellCheck } from '../check-text.js';
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
  readonly junit?: string;
}

/** @returns 0 pass, 12 regression, 11 inconclusive or the simulator changed, 2 if a baseline is missing */
export async function check(files: readonly string[], options: CheckOptions, context: Context): Promise<number> {
  const { terminal, version } = context;
  const margins = parseMargins(options.margin ?? []);
  const loaded = files.map((file) => loadScenario(file, overridesOf(options)));
  refuseTwins(loaded);
  const say = options.json === true ? terminal.note : terminal.print;
  if (options.junit !== undefined) prepareFolder(dirname(options.junit), '--junit');
  if (options.quiet !== true) say(`rollout-sim ${version}  check  ${plural(files.length, 'scenario')}`);
  const interrupt = watchInterrupts(() => terminal.note('Stopping: half a check is none.'));
  try {
    if (options.saveBaseline === true) return await save(loaded, options, interrupt, context);
    const baselines = readAll(loaded, options, version);
    const checked: CheckedScenario[] = [];
    for (const [i, { file }] of loaded.entries()) {
      const done = await checkOne(file, baselines[i] as Baseline, options, margins, interrupt, terminal);
      if (typeof done === 'number') return done;
      checked.push(done);
    }
    if (options.junit !== undefined) writeCheckJunit(options.junit, checked, version);
    if (options.json === true) {
      const plain = checked.map(({ wallMs: _wall, startedAt: _start, ...rest }) => rest); // canonical: no clock in it
      terminal.printJson(canonicalJson({ schemaVersion: 1, kind: 'check', checked: plain }, 2));
    }
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
): Promise<CheckedScenario | number> {
  const { seed, replications } = baseline.stored.summary;
  const overrides = overridesOf({ ...options, seed, replications: options.replications ?? replications });
  const loaded = loadScenario(file, overrides);
  const clock = startClock();
  const series = await simulate(loaded, overrides, options, interrupt, terminal);
  if (typeof series === 'number') return series;
  const result = checkAgainst(baseline, loaded, series, margins, options.confidence);
  return { file, overrides, result, wallMs: clock.elapsedMs(), startedAt: clock.startedAt };
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
      changes: options,
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

function conclude(checked: readonly CheckedScenario[], options: CheckOptions, terminal: Terminal): number {
  for (const { file, overrides, result } of cleanData(checked)) {
    const quiet = options.json === true || (options.quiet === true && result.verdict === 'pass');
    if (!quiet) for (const line of tellCheck(result)) terminal.print(line);
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
  if (options.json !== true) terminal.print(`verdict: ${CHECK_WORDS[verdict]}`);
  return verdict === 'regression' ? REGRESSION : verdict === 'pass' ? DONE : INCONCLUSIVE;
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
