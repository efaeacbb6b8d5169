/**
 * A sweep as a Parquet file for notebooks: a row for each point and metric, the settings of the point in columns of
 * their own. A setting that measures something is a number, in µs, bytes, shares, 1/s or bytes/s; any other is a text.
 */
import { parquetWriteBuffer } from 'hyparquet-writer';
import type { SweepResult } from '#experiment/sweep-result';
import { pathsOf } from './sweep-words.js';

type Column = Parameters<typeof parquetWriteBuffer>[0]['columnData'][number];

/** The bytes of `sweep.parquet`; a function of the result alone. */
export function writeSweepParquet(sweep: SweepResult): Uint8Array {
  const rows = sweep.points.flatMap((point, number) =>
    Object.keys(point.metrics)
      .sort()
      .map((key) => ({
        point,
        number,
        key,
        metric: point.metrics[key] as NonNullable<(typeof point.metrics)[string]>,
      })),
  );
  const texts = (name: string, data: readonly (string | null)[]): Column => ({
    name,
    data: [...data],
    type: 'STRING',
    nullable: true,
  });
  const numbers = (name: string, data: readonly (number | null)[]): Column => ({
    name,
    data: [...data],
    type: 'DOUBLE',
    nullable: true,
  });
  const counts = (name: string, data: readonly number[]): Column => ({ name, data: [...data], type: 'INT32' });
  const first = new Map(sweep.axes.map((axis, i) => [axis.paths[0], { axis, i }] as const));
  const settings = pathsOf(sweep).map((path): Column => {
    const found = first.get(path);
    if (found === undefined || found.axis.dimension === 'text') {
      return texts(
        path,
        rows.map(({ point }) => point.set[path] ?? null),
      );
    }
    return numbers(
      path,
      rows.map(({ point }) => found.axis.numbers[point.at[found.i] ?? -1] ?? null),
    );
  });
  const columnData: Column[] = [
    counts(
      'point',
      rows.map(({ number }) => number),
    ),
    ...settings,
    texts(
      'metric',
      rows.map(({ key }) => key),
    ),
    texts(
      'unit',
      rows.map(({ metric }) => metric.unit),
    ),
    numbers(
      'estimate',
      rows.map(({ metric }) => metric.estimate),
    ),
    numbers(
      'low',
      rows.map(({ metric }) => metric.interval[0]),
    ),
    numbers(
      'high',
      rows.map(({ metric }) => metric.interval[1]),
    ),
    numbers(
      'confidence',
      rows.map(({ metric }) => metric.confidence),
    ),
    texts(
      'method',
      rows.map(({ metric }) => metric.method),
    ),
    counts(
      'n',
      rows.map(({ metric }) => metric.n),
    ),
    counts(
      'undecided',
      rows.map(({ metric }) => metric.undecided),
    ),
    texts(
      'verdict',
      rows.map(({ point }) => point.verdict),
    ),
  ];
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}
