/**
 * The user's mistakes: where, what, how to fix. One reading of a file reports them all; the command line prints them
 * and ends with exit code 2.
 */

export interface Problem {
  /** Where it is: a file, or the flag or door it came through. */
  readonly file: string;
  readonly line?: number; // from 1
  readonly column?: number; // from 1
  /** Path of the offending key, such as `channels[0].dwell`. */
  readonly path?: string;
  /** What is wrong, as a sentence without a final full stop. */
  readonly what: string;
  /** How to fix it, as an imperative sentence. */
  readonly fix: string;
  /** The lines around the place, with a caret. */
  readonly frame?: string;
}

export class UserError extends Error {
  override readonly name = 'UserError';
  readonly problems: readonly Problem[];
  constructor(problems: readonly Problem[]) {
    super(problems.map(describeProblem).join('\n'));
    this.problems = problems;
  }
}

/** One line: `file:line:column path: what. Fix`. */
export function describeProblem(problem: Problem): string {
  const place = [problem.file, problem.line, problem.column].filter((part) => part !== undefined).join(':');
  const path = problem.path === undefined ? '' : `${problem.path}: `;
  return `${place} ${path}${problem.what}. ${problem.fix}`;
}
