/**
 * What runs in each worker thread of an exploration: one mix a task.
 */
import { workerData } from 'node:worker_threads';
import { exploreMix, type MixReport } from './explore.js';
import type { MixBounds } from './mix.js';

const bounds = workerData as MixBounds;

export function runMix(number: number): MixReport {
  return exploreMix(bounds, number);
}
