/**
 * How a command fails: the user's mistakes with place and fix, ours with the command that replays them.
 */
import { describeProblem, type Problem, UserError } from '#base/error';
import { BAD_USAGE, INTERNAL_ERROR } from './exit-code.js';
import type { Terminal } from './terminal.js';
import { cleanData, cleanText, plural } from './text.js';

/** One problem: the line that says it all, then the lines around the place. */
export function formatProblem(problem: Problem, label: string): string {
  const clean = cleanData(problem);
  const line = `${label} ${describeProblem(clean)}`;
  return clean.frame === undefined ? line : `${line}\n${clean.frame.replace(/^(?=.)/gm, '  ')}`;
}

/** All problems with their number, as lines of stderr. */
export function noteProblems(problems: readonly Problem[], terminal: Terminal): void {
  for (const problem of problems) terminal.note(formatProblem(problem, terminal.errColors.red('error')));
  if (problems.length > 1) terminal.note(plural(problems.length, 'problem'));
}

/** What is allowed and yet probably not meant. */
export function noteWarnings(warnings: readonly Problem[], terminal: Terminal): void {
  for (const warning of warnings) terminal.note(formatProblem(warning, terminal.errColors.yellow('warning')));
}

// What the operating system refuses is the user's to mend, and no bug of ours.
const FILE_FIXES: Readonly<Record<string, string>> = {
  ENOENT: 'Check the path',
  ENOTDIR: 'Give a path whose folders are folders',
  EISDIR: 'Give a file, not a folder',
  EEXIST: 'Give another path',
  EACCES: 'Change its permissions or give another path',
  EPERM: 'Change its permissions or give another path',
  EROFS: 'Give a path that can be written',
  ENOSPC: 'Free some space on the disk or give another path',
  ENAMETOOLONG: 'Give a shorter path',
};

/** A refusal of the file system as a user's mistake; any other error as it is. */
export function asUserError(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return error;
  const fix = FILE_FIXES[String(error.code)];
  if (fix === undefined) return error;
  const file = 'path' in error ? String(error.path) : String(error.syscall);
  return new UserError([{ file, what: error.message.replace(/^\w+: /, '').replace(/, .*$/s, ''), fix: `${fix}.` }]);
}

/**
 * Says on stderr what went wrong.
 *
 * @param replay - the command line that shows a bug of ours again
 * @returns the exit code
 */
export function reportFailure(cause: unknown, replay: string, terminal: Terminal): number {
  const error = asUserError(cause);
  if (error instanceof UserError) {
    noteProblems(error.problems, terminal);
    return BAD_USAGE;
  }
  const message = error instanceof Error ? error.message : String(error);
  terminal.note(`${terminal.errColors.red('internal error')} ${cleanText(message)}`);
  if (process.env.ROLLOUT_SIM_DEBUG === '1' && error instanceof Error) terminal.note(cleanText(error.stack ?? ''));
  terminal.note('This is a bug of rollout-sim, not of your scenario. ROLLOUT_SIM_DEBUG=1 adds where it came from.');
  terminal.note(`Reproduce: ${replay}`);
  return INTERNAL_ERROR;
}
