/**
 * `plan`: what a scenario file means once every default is filled in, without simulating anything.
 */
import { canonicalJson } from '#base/order';
import { loadScenario } from '#scenario/load';
import { describePlan } from '#scenario/plan-text';
import { DONE } from '../exit-code.js';
import { type OutputOptions, overridesOf, type ScenarioOptions } from '../options.js';
import type { Terminal } from '../terminal.js';
import { cleanText } from '../text.js';

export function plan(file: string, options: ScenarioOptions & OutputOptions, terminal: Terminal): number {
  const loaded = loadScenario(file, overridesOf(options));
  if (options.json === true) terminal.printJson(canonicalJson(loaded, 2));
  else terminal.print(cleanText(describePlan(loaded).trimEnd()));
  return DONE;
}
