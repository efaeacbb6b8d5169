/**
 * What the steps of loading a scenario have to say: problems that end it, warnings that do not, defaults they used.
 */
import { type Default, formatValue } from './default-row.js';
import type { Finding } from './place.js';
import type { Locator } from './problem.js';
import { formatPath, type Path } from './tree.js';

export interface Assumption {
  readonly path: string;
  readonly value: string;
  readonly source: string;
}

export interface Findings {
  readonly locator: Locator;
  readonly problems: Finding[];
  readonly warnings: Finding[];
  readonly assumptions: Assumption[];
}

export function createFindings(locator: Locator): Findings {
  return { locator, problems: [], warnings: [], assumptions: [] };
}

/** Notes a mistake in the value at `path`. */
export function addProblem(findings: Findings, path: Path, what: string, fix: string): void {
  findings.problems.push({ place: findings.locator.value(path), path: formatPath(path), what, fix });
}

/** Notes something that is allowed and yet probably not meant. */
export function addWarning(findings: Findings, path: Path, what: string, fix: string): void {
  findings.warnings.push({ place: findings.locator.value(path), path: formatPath(path), what, fix });
}

/** Notes that a default was used, and gives its value. */
export function assume<T = unknown>(findings: Findings, path: string, used: Default): T {
  findings.assumptions.push({ path, value: formatValue(used.value), source: used.source });
  return used.value as T;
}
