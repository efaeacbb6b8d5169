/**
 * A stored sweep on paper: page, Markdown, figures and the Parquet file, in the folder of its results.
 */
import type { StoredSweep } from '#experiment/sweep-result';
import { writeSweepContent } from './sweep-content.js';
import { writeSweepParquet } from './sweep-parquet.js';
import { writeDocument } from './write.js';

/**
 * Writes `report.html`, `report.md`, `sweep.parquet` and for each figure `figures/<name>.svg` with its specification.
 *
 * @returns paths of the files
 * @throws UserError where the folder cannot be written
 */
export function writeSweepReport(dir: string, stored: StoredSweep): Promise<readonly string[]> {
  const beside = new Map([['sweep.parquet', writeSweepParquet(stored.sweep)]]);
  return writeDocument(dir, writeSweepContent(stored), beside);
}
