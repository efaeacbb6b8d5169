/**
 * Rare events known in closed form: what splitting finds, how far off it is, and what plain Monte Carlo would have cost
 * for the same precision.
 */
import { findLevels, splitOnce } from '#stats/splitting';
import { estimateFromRepeats } from '#stats/splitting-estimate';
import { chanceOf, climbs, type Ladder, outageLadder, queueLadder } from './ladder.js';

const EFFORT = 400;
const REPEATS = 20;
const KEEP = 0.2;
const LARGEST_ERROR = 0.3; // standard error over the estimate
const LEAST_GAIN = 100; // times fewer events than plain Monte Carlo

const CASES: readonly { readonly name: string; readonly ladder: Ladder }[] = [
  { name: 'M/M/1, load 0.5, overflow at 20', ladder: queueLadder(0.5, 20) },
  { name: 'outage, 6 of 30 down', ladder: outageLadder(30, 6, 0.006) },
  { name: 'outage, 7 of 20 down', ladder: outageLadder(20, 7, 0.006) },
];

export const title = `Splitting: ${REPEATS} repeats of ${EFFORT} paths a stage, p known in closed form; goals: relative error below ${100 * LARGEST_ERROR} %, gain at least ×${LEAST_GAIN}`;

export function run(): void {
  const heads = ['exact', 'estimate', '95 % interval', 'off by', 'rel. error', 'events', 'plain MC', 'gain', ''];
  console.log(
    `  ${'case'.padEnd(34)}${heads.map((head) => head.padStart(head === '95 % interval' ? 23 : 11)).join('')}`,
  );
  for (const { name, ladder } of CASES) {
    const exact = chanceOf(ladder);
    const paths = climbs(ladder, 'bench');
    const { levels, cost: pilotCost, wholeCost } = findLevels(paths, EFFORT, KEEP, 100, 0);
    const repeats = Array.from({ length: REPEATS }, (_, i) => splitOnce(paths, levels, EFFORT, i + 1));
    const { estimate, interval, relativeError, cost } = estimateFromRepeats(repeats, EFFORT, 0.95);
    if (estimate === null || relativeError === null) {
      console.log(`  ${name.padEnd(34)}${exact.toExponential(3).padStart(11)}  not reached`);
      process.exitCode = 1;
      continue;
    }
    const events = cost + pilotCost;
    // Relative variance of plain Monte Carlo over n replications: (1 − p) ÷ (n p).
    const plainEvents = (wholeCost * (1 - exact)) / (exact * relativeError * relativeError);
    const gain = plainEvents / events;
    const kept = relativeError < LARGEST_ERROR && gain >= LEAST_GAIN;
    if (!kept) process.exitCode = 1;
    const cells = [
      exact.toExponential(3),
      estimate.toExponential(3),
      interval.map((end) => end.toExponential(2)).join(' – '),
      `${(100 * (estimate / exact - 1)).toFixed(1)} %`,
      `${(100 * relativeError).toFixed(1)} %`,
      String(events),
      plainEvents.toExponential(1),
      `×${Math.round(gain)}`,
      kept ? 'kept' : 'missed',
    ];
    console.log(`  ${name.padEnd(34)}${cells.map((cell, i) => cell.padStart(i === 2 ? 23 : 11)).join('')}`);
  }
}
