/**
 * What the steps of loading a scenario have to say: problems that end it, warnings that do not, defaults they used.
 */
import { type Default, formatValue } from './defaults.js';
import type { Finding } from './place.js';
import type { Locator } from './problem.js';
import { formatPath, type Path } from './tree.js';

export interface Assumption {
  readonly path: string;
  readonly value: string;
  readonly source: string;
}

export interface Report {
  readonly locator: Locator;
  readonly problems: Finding[];
  readonly warnings: Finding[];
  readonly assumptions: Assumption[];
}

export function createReport(locator: Locator): Report {
  return { locator, problems: [], warnings: [], assumptions: [] };
}

/** Notes a mistake in the value at `path`. */
export function addProblem(report: Report, path: Path, what: string, fix: string): void {
  report.problems.push({ place: report.locator.value(path), path: formatPath(path), what, fix });
}

/** Notes something that is allowed and yet probably not meant. */
export function addWarning(report: Report, path: Path, what: string, fix: string): void {
  report.warnings.push({ place: report.locator.value(path), path: formatPath(path), what, fix });
}

/** Notes that a default was used, and gives its value. */
export function assume<T = unknown>(report: Report, path: string, used: Default): T {
  report.assumptions.push({ path, value: formatValue(used.value), source: used.source });
  return used.value as T;
}
