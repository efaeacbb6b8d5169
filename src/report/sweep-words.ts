/**
 * How a sweep is said in words: its axes, its points, which metrics come first.
 */
import type { SweepAxis, SweepPointResult, SweepResult } from '#experiment/sweep-result';
import { formatCount, formatNumber, formatShare } from './number.js';

/** The last word of a path, or all of it where another path ends alike. */
export function shortNames(paths: readonly string[]): Map<string, string> {
  const lasts = paths.map((path) => path.split('.').at(-1) ?? path);
  return new Map(
    paths.map((path, i) => {
      const last = lasts[i] as string;
      return [path, lasts.indexOf(last) === lasts.lastIndexOf(last) ? last : path] as const;
    }),
  );
}

/** All paths that the points set, in the order of the axes or of the inputs. */
export function pathsOf({ axes, sensitivity }: SweepResult): string[] {
  return [...new Set([...axes.flatMap(({ paths }) => paths), ...(sensitivity?.inputs ?? []).map(({ path }) => path)])];
}

/** A position on an axis: the value of its first path, or for a list the whole point. */
export function labelPosition(axis: SweepAxis, position: number): string {
  const row = axis.values[position] ?? [];
  if (axis.kind !== 'list') return row[0] ?? 'as in the file';
  const names = shortNames(axis.paths);
  const parts = row.flatMap((text, j) => (text === null ? [] : [`${names.get(axis.paths[j] as string)}=${text}`]));
  return parts.length === 0 ? 'as in the file' : parts.join(' ');
}

export function titleAxis(axis: SweepAxis): string {
  return axis.kind === 'list' ? 'point' : axis.paths.join(' with ');
}

/** What a point sets, such as `loss=2% blockTime=4s`. */
export function describePoint(point: SweepPointResult, paths: readonly string[]): string {
  const names = shortNames(paths);
  const parts = paths
    .filter((path) => point.set[path] !== undefined)
    .map((path) => `${names.get(path)}=${point.set[path]}`);
  return parts.length === 0 ? 'as in the file' : parts.join(' ');
}

/** `2 axes, 12 points, 40 replications each`. */
export function describeSize(sweep: SweepResult): string {
  const { axes, sensitivity, points, replications } = sweep;
  const what =
    sensitivity === null
      ? formatCount(axes.length, 'axis', 'axes')
      : `${sensitivity.method}, ${formatCount(sensitivity.inputs.length, 'input')}`;
  return `${what}, ${formatCount(points.length, 'point')}, ${formatCount(replications, 'replication')} each`;
}

/** How many points have which verdict, as a sentence. */
export function writeSweepHeadline({ points, complete, replications }: SweepResult): string {
  const count = (verdict: SweepPointResult['verdict']): number =>
    points.filter((one) => one.verdict === verdict).length;
  if (!complete) {
    const done = points.reduce((sum, point) => sum + point.replications, 0);
    return `Incomplete: ${formatNumber(done)} of ${formatCount(points.length * replications, 'rollout')} were simulated.`;
  }
  if (points.every(({ expectations }) => expectations.length === 0)) {
    return `${formatCount(points.length, 'point')} measured; no expectation was stated.`;
  }
  const parts = [
    [count('go'), 'go'],
    [count('no-go'), 'no-go'],
    [count('inconclusive'), 'undecided'],
  ] as const;
  const words = parts.filter(([number]) => number > 0).map(([number, word]) => `${formatNumber(number)} ${word}`);
  return `Of ${formatCount(points.length, 'point')}: ${words.join(', ')}.`;
}

/** An index or an effect with three telling digits. */
export function formatIndex(value: number): string {
  return String(Number(value.toPrecision(3)));
}

export function formatConfidence(confidence: number): string {
  return formatShare(confidence);
}

/** The label of a metric, wherever it was measured. */
export function labelMetric({ points }: SweepResult, key: string): string {
  return points.find((point) => point.metrics[key] !== undefined)?.metrics[key]?.label ?? key;
}
