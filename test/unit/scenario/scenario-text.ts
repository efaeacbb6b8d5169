/**
 * Texts of small scenarios, and what the loader says of broken ones.
 */
import { describeProblem, type Problem, UserError } from '#base/error';
import { type LoadedScenario, type LoadOptions, loadScenarioText } from '#scenario/load';

/** The least a scenario needs, and whatever is added. */
export function minimal(more = ''): string {
  return `apiVersion: rollout-sim/v1
question: Does it load?
channels:
  - { name: mainnet, validators: 10 }
${more}`;
}

export function load(text: string, options: LoadOptions = {}): LoadedScenario {
  return loadScenarioText(text, 'test.yaml', options);
}

/** All problems of a text; none if it loads. */
export function problemsOf(text: string, options: LoadOptions = {}): readonly Problem[] {
  try {
    load(text, options);
    return [];
  } catch (cause) {
    if (cause instanceof UserError) return cause.problems;
    throw cause;
  }
}

/** All problems, a line each: `test.yaml:3:5 channels[0].dwell: … . …`. */
export function linesOf(text: string, options: LoadOptions = {}): string[] {
  return problemsOf(text, options).map(describeProblem);
}
