/**
 * `minimise`: the fewest and gentlest faults with which one replication still fails the same way, as a scenario.
 */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UserError } from '#base/error';
import { canonicalJson } from '#base/order';
import { ReplicationError } from '#experiment/failure';
import { type Minimised, minimise } from '#experiment/minimise';
import { loadScenario } from '#scenario/load';
import { readRaw } from '#scenario/raw';
import { writeScenario } from '#scenario/write';
import { alignRows } from '../difference.js';
import { DONE } from '../exit-code.js';
import { reportFailure } from '../failure.js';
import { watchInterrupts } from '../interrupt.js';
import { type OutputOptions, overridesOf, type ScenarioOptions } from '../options.js';
import { prepareFolder } from '../output-folder.js';
import type { Context } from '../program.js';
import { replayCommand } from '../result.js';
import { quoteCommand } from '../shell.js';
import { cleanText, plural } from '../text.js';

export interface MinimiseOptions extends ScenarioOptions, OutputOptions {
  readonly replication: number;
  readonly out?: string;
}

/** @returns 0 once the smaller scenario is written */
export async function minimiseFile(
  file: string,
  options: MinimiseOptions,
  { terminal, version }: Context,
): Promise<number> {
  const { replication } = options;
  const loaded = loadScenario(file, overridesOf(options));
  const target = options.out ?? join('reports', loaded.name, `minimal-${replication}.yaml`);
  prepareFolder(dirname(target));
  const say = options.json === true ? terminal.note : terminal.print;
  const heading = `rollout-sim ${version}  minimise ${loaded.name}  seed ${loaded.seed}  replication ${replication}`;
  if (options.quiet !== true) say(cleanText(heading));
  const interrupt = watchInterrupts(() => terminal.note('Stopping: nothing is written.'));
  try {
    const found = await minimise(readRaw(file, options.set), loaded, replication, {
      signal: interrupt.signal,
      onTrial: (trials) => {
        if (options.quiet !== true) terminal.progress(plural(trials, 'trial'));
      },
    });
    terminal.progress('');
    const reproduce = quoteCommand(['rollout-sim', 'replay', target, '--replication', String(replication)]);
    writeBeside(target, describeFile(found, loaded.name, reproduce));
    if (options.json === true) terminal.printJson(canonicalJson({ schemaVersion: 1, kind: 'minimised', ...found }, 2));
    else for (const line of tell(found, target, options.quiet === true)) terminal.print(cleanText(line));
    if (options.quiet !== true) terminal.note(`Reproduce: ${reproduce}`);
    return DONE;
  } catch (error) {
    terminal.progress('');
    if (error instanceof UserError && interrupt.exitCode() !== null) return interrupt.exitCode() ?? DONE;
    if (!(error instanceof ReplicationError)) throw error;
    return reportFailure(error, replayCommand(file, loaded.seed, replication, options), terminal);
  } finally {
    interrupt.release();
  }
}

function describeFile(found: Minimised, name: string, reproduce: string): string {
  const comments = [`Made from ${name}: fails the same way with the fewest faults.`, ...found.symptoms, reproduce];
  const [schema = '', ...rest] = writeScenario(found.scenario).split('\n');
  const lines = comments.map((line) => `# ${cleanText(line).replaceAll('\n', ' ')}`);
  return [schema, ...lines, ...rest].join('\n');
}

function tell(found: Minimised, target: string, quiet: boolean): string[] {
  const { kept, dropped, turned, symptoms, trials } = found;
  const all = kept.length + dropped.length;
  const verdict = `verdict: ${kept.length} of ${plural(all, 'fault')} still fail${kept.length === 1 ? 's' : ''} the same way`;
  if (quiet) return [verdict];
  const rows = turned.map(({ fault, path, from, to }) => [fault, path, from, '→', to]);
  return [
    '',
    ...symptoms.map((symptom) => `  fails by  ${symptom}`),
    ...kept.map((name) => `  needed    ${name}`),
    ...dropped.map((name) => `  idle      ${name}`),
    ...(rows.length === 0 ? [] : ['', 'Turned down', ...alignRows(rows)]),
    '',
    `Scenario: ${target} (${plural(trials, 'trial')})`,
    verdict,
  ];
}

function writeBeside(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  const beside = `${file}.${process.pid}.tmp`;
  writeFileSync(beside, text, { flush: true });
  renameSync(beside, file);
}
