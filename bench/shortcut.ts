/**
 * The exact shortcut: failure-free heights of N validators in slots, by events and by order statistics, in one run.
 *
 * Delays as in `consensus.ts`. Both answers are hashed over when every height was finalized, and have to be equal.
 */
import { addInteger, createFingerprint, formatFingerprint } from '#base/fingerprint';
import { advanceChain } from '#model/handlers/consensus';
import { createFailureFree } from './failure-free.js';

export const title = 'exact shortcut: heights in slots, N(250, 50) ms, no faults';

const HEIGHTS: readonly (readonly [validators: number, played: number, computed: number])[] = [
  [4, 20_000, 200_000],
  [16, 4_000, 40_000],
  [64, 300, 4_000],
  [100, 120, 2_000],
  [128, 80, 1_200],
  [512, 6, 80],
];

export function run(): void {
  const heights = (
    n: number,
    count: number,
    mark: number,
    shortcut: boolean,
  ): { rate: number; early: string; answer: string } => {
    const chain = createFailureFree(n, '5s');
    chain.shortcut = shortcut;
    const answer = createFingerprint();
    let early = '';
    const before = process.cpuUsage();
    for (let height = 1; height <= count; height += 1) {
      advanceChain(chain, Number.MAX_SAFE_INTEGER);
      addInteger(answer, chain.tipAt);
      if (height === mark) early = formatFingerprint(answer);
    }
    const used = process.cpuUsage(before);
    return { rate: (count * 1e6) / (used.user + used.system), early, answer: formatFingerprint(answer) };
  };
  console.log('   N   by events/CPU-s   shortcut/CPU-s   ratio   answer');
  for (const [n, played, computed] of HEIGHTS) {
    const events = heights(n, played, played, false);
    const shortcut = heights(n, computed, played, true);
    const same = shortcut.early === events.early ? 'equal' : 'DIFFERENT';
    const columns = [events.rate.toFixed(0).padStart(17), shortcut.rate.toFixed(0).padStart(16)];
    const ratio = (shortcut.rate / events.rate).toFixed(1).padStart(7);
    console.log(`${String(n).padStart(4)} ${columns.join(' ')} ${ratio}   ${shortcut.answer.slice(0, 16)} ${same}`);
  }
}
