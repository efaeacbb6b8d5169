/**
 * A stored run that later ones are held against: a result as `run` writes it, and beside it the scenario it came from.
 *
 * The scenario is kept so that a difference can be told apart: read again by this version it means the same as then, or
 * the defaults have changed; and the file under test means the same as it, or its writer has changed it.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '#base/error';
import { loadScenarioText } from '#scenario/load';
import { type RawScenario, readRaw } from '#scenario/raw';
import { writeScenario } from '#scenario/write';
import type { StoredResult } from './result.js';
import type { Series } from './series.js';
import { readResult, writeResult } from './store.js';

const SCENARIO_FILE = 'scenario.yaml';

/** A baseline, read and checked. */
export interface Baseline {
  readonly stored: StoredResult;
  readonly series: Series;
  /** What this version makes of the baseline's own scenario otherwise than the one that wrote it, as sentences. */
  readonly changes: readonly string[];
}

/** Where the baseline of a scenario is. */
export function baselineFolder(dir: string, name: string): string {
  return join(dir, name);
}

/** Whether there is one, whole or not. */
export function hasBaseline(folder: string): boolean {
  return existsSync(join(folder, 'summary.json'));
}

/**
 * Writes a baseline; an earlier one is replaced.
 *
 * @param set - `path=value` texts the file was run with
 * @throws UserError if the folder cannot be written
 */
export function writeBaseline(folder: string, stored: StoredResult, file: string, set: readonly string[]): void {
  const { seed, replications, fidelity, scenario } = stored.summary;
  const raw: RawScenario = { ...readRaw(file, set), name: scenario.name, seed, replications, fidelity };
  mkdirSync(folder, { recursive: true });
  rmSync(join(folder, 'summary.json'), { force: true }); // until the new one is whole there is none
  const beside = join(folder, `.${SCENARIO_FILE}.${process.pid}.tmp`);
  writeFileSync(beside, writeScenario(raw), { flush: true });
  renameSync(beside, join(folder, SCENARIO_FILE));
  writeResult(folder, stored);
}

/**
 * Reads a baseline.
 *
 * @param make - the command that makes one
 * @throws UserError if there is none, or none that can be used, with that command
 */
export function readBaseline(folder: string, make: string, version: string): Baseline {
  const refuse = (what: string) => new UserError([{ file: folder, what, fix: `Make one with: ${make}` }]);
  if (!hasBaseline(folder)) throw refuse('there is no baseline here, and a missing one is equal to nothing');
  let stored: StoredResult;
  try {
    stored = readResult(folder);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(error.problems.map((problem) => ({ ...problem, fix: `Make a new baseline with: ${make}` })));
  }
  const { summary, details } = stored;
  if (!summary.complete) throw refuse('the baseline is incomplete: its run was stopped early');
  const { values } = details;
  const series = { values, replications: summary.replications, fingerprint: summary.fingerprint };
  return { stored, series, changes: listChanges(folder, stored, version) };
}

function listChanges(folder: string, { summary }: StoredResult, version: string): string[] {
  const changes: string[] = [];
  if (summary.engine.version !== version) {
    changes.push(`The baseline was made by version ${summary.engine.version}, this is ${version}.`);
  }
  let now: ReturnType<typeof loadScenarioText>;
  try {
    const file = join(folder, SCENARIO_FILE);
    now = loadScenarioText(readFileSync(file, 'utf8'), file);
  } catch (error) {
    if (!(error instanceof UserError) && !(error instanceof Error && 'code' in error)) throw error;
    const reason = error instanceof UserError ? error.problems[0]?.what : 'it is missing';
    return [...changes, `The baseline's scenario cannot be read by this version: ${reason}.`];
  }
  if (now.hash === summary.scenario.hash) return changes;
  const before = new Map(summary.assumptions.map((one) => [one.path, one.value]));
  const differing = now.assumptions.filter(({ path, value }) => before.get(path) !== value);
  for (const { path, value } of differing) {
    changes.push(`The default of ${path} is ${value}, it was ${before.get(path) ?? 'none'}.`);
  }
  const kept = new Set(now.assumptions.map(({ path }) => path));
  for (const [path, value] of before)
    if (!kept.has(path)) changes.push(`There is no default of ${path} now, it was ${value}.`);
  if (changes.length === 0) changes.push('The same scenario file means another plan to this version.');
  return changes;
}
