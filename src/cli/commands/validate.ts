/**
 * `validate`: reads scenario files as `run` would and reports every problem, without simulating anything.
 */
import { type Problem, UserError } from '#base/error';
import { loadScenario } from '#scenario/load';
import { BAD_USAGE, DONE } from '../exit-code.js';
import { asUserError, noteProblems, noteWarnings } from '../failure.js';
import type { OutputOptions, ScenarioOptions } from '../options.js';
import type { Terminal } from '../terminal.js';
import { cleanText, plural } from '../text.js';

interface Validated {
  readonly file: string;
  readonly valid: boolean;
  readonly problems: readonly Problem[];
  readonly name: string | null;
  readonly replications: number | null;
  readonly warnings: readonly Problem[];
}

export function validate(
  files: readonly string[],
  options: Pick<ScenarioOptions, 'set'> & OutputOptions,
  terminal: Terminal,
): number {
  const results = files.map((file) => validateFile(file, options.set ?? []));
  const problems = results.flatMap((result) => result.problems);
  const valid = problems.length === 0;
  if (options.json === true) {
    terminal.printJson(JSON.stringify({ valid, files: results }, undefined, 2));
  } else {
    for (const result of results) {
      if (!result.valid || options.quiet === true) continue;
      const { file, name, replications } = result;
      terminal.print(cleanText(`ok ${file} (${name}, ${plural(replications ?? 0, 'replication')})`));
    }
    if (options.quiet !== true)
      noteWarnings(
        results.flatMap(({ warnings }) => warnings),
        terminal,
      );
    noteProblems(problems, terminal);
  }
  return valid ? DONE : BAD_USAGE;
}

function validateFile(file: string, set: readonly string[]): Validated {
  try {
    const { name, replications, warnings } = loadScenario(file, { set });
    return { file, valid: true, problems: [], name, replications, warnings };
  } catch (cause) {
    const error = asUserError(cause);
    if (!(error instanceof UserError)) throw error;
    return { file, valid: false, problems: error.problems, name: null, replications: null, warnings: [] };
  }
}
