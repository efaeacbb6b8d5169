/**
 * Draws: nanoseconds of CPU time each, the median of five stretches, less an empty loop.
 */
import type { Distribution } from '#kernel/distribution';
import { sampleInteger } from '#kernel/distribution';
import { drawUint32 } from '#kernel/draw';
import { compileTable, drawFromTable } from '#kernel/quantile-table';
import { createStream, nextUint32, nextUnit } from '#kernel/stream';

export const title = 'draws: ns of CPU time each';

const STRETCHES = 5;
const LAWS: Readonly<Record<string, Distribution>> = {
  exponential: { kind: 'exponential', mean: 40_000 },
  normal: { kind: 'normal', mean: 250_000, deviation: 50_000 },
  lognormal: { kind: 'lognormal', median: 40_000, sigma: 1 },
  mixture: {
    kind: 'mixture',
    parts: [
      { weight: 9, of: { kind: 'lognormal', median: 40_000, sigma: 0.5 } },
      { weight: 1, of: { kind: 'lognormal', median: 200_000, sigma: 1 } },
    ],
  },
  zipf: { kind: 'zipf', n: 100, exponent: 1.1 },
};

export function run(): void {
  const stream = createStream('bench', 0, 'draw');
  const empty = time(20_000_000, (count) => {
    let hash = 0;
    for (let i = 0; i < count; i += 1) hash ^= i;
    return hash;
  });
  const print = (name: string, count: number, loop: (count: number) => number): void => {
    const { ns, hash } = time(count, loop);
    console.log(`${name.padEnd(28)} ${(ns - empty.ns).toFixed(1).padStart(6)}   ${(hash >>> 0).toString(16)}`);
  };
  print('drawUint32(key, index)', 20_000_000, (count) => {
    let hash = 0;
    for (let i = 0; i < count; i += 1) hash ^= drawUint32(i >> 7, i);
    return hash;
  });
  print('nextUint32(stream)', 20_000_000, (count) => {
    let hash = 0;
    for (let i = 0; i < count; i += 1) hash ^= nextUint32(stream);
    return hash;
  });
  print('nextUnit(stream)', 20_000_000, (count) => {
    let sum = 0;
    for (let i = 0; i < count; i += 1) sum += nextUnit(stream);
    return sum;
  });
  for (const [name, law] of Object.entries(LAWS)) {
    const table = compileTable(law);
    print(`draw and table, ${name}`, 10_000_000, (count) => {
      let hash = 0;
      for (let i = 0; i < count; i += 1) hash ^= drawFromTable(table, drawUint32(7, i));
      return hash;
    });
    print(`sampleInteger, ${name}`, 500_000, (count) => {
      let hash = 0;
      for (let i = 0; i < count; i += 1) hash ^= sampleInteger(law, stream);
      return hash;
    });
  }
}

function time(count: number, loop: (count: number) => number): { ns: number; hash: number } {
  let hash = loop(count); // warm
  const times: number[] = [];
  for (let stretch = 0; stretch < STRETCHES; stretch += 1) {
    const before = process.cpuUsage();
    hash = loop(count);
    const used = process.cpuUsage(before);
    times.push(((used.user + used.system) * 1000) / count);
  }
  times.sort((a, b) => a - b);
  return { ns: times[STRETCHES >> 1] ?? 0, hash };
}
