/**
 * Message-level consensus: failure-free heights of N validators, every proposal and vote an event.
 *
 * One-way delays are N(250, 50) ms, drawn for each copy; building, executing and waiting take no time, so the height is
 * the three-phase pattern that other BFT simulators are timed on, measured from when its proposer enters the height. The answer hash covers when every height was finalized.
 */
import { addInteger, createFingerprint, formatFingerprint } from '#base/fingerprint';
import { decidedAt } from '#model/chain';
import { advanceChain } from '#model/handlers/consensus';
import { createFailureFree } from './failure-free.js';

export const title = 'consensus at message level: N(250, 50) ms, no faults';

const HEIGHTS: readonly (readonly [validators: number, heights: number])[] = [
  [4, 40_000],
  [16, 8_000],
  [64, 700],
  [100, 300],
  [128, 200],
];

export function run(): void {
  console.log('   N    heights/CPU-s   M events/CPU-s   mean latency   answer');
  for (const [n, heights] of HEIGHTS) {
    const chain = createFailureFree(n, '1us');
    const answer = createFingerprint();
    let latency = 0;
    const before = process.cpuUsage();
    for (let height = 1; height <= heights; height += 1) {
      advanceChain(chain, Number.MAX_SAFE_INTEGER);
      latency += chain.tipAt - (chain.values.slotStart[decidedAt(chain, height)] as number);
      addInteger(answer, chain.tipAt);
    }
    const used = process.cpuUsage(before);
    const seconds = (used.user + used.system) / 1e6;
    const rate = (heights / seconds).toFixed(0).padStart(15);
    const events = (chain.events / seconds / 1e6).toFixed(2).padStart(16);
    const mean = `${(latency / heights / 1000).toFixed(2)} ms`.padStart(14);
    console.log(`${String(n).padStart(4)} ${rate} ${events} ${mean}   ${formatFingerprint(answer).slice(0, 16)}`);
  }
}
