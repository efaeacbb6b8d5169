/**
 * The committee and its leader order for one epoch.
 *
 * Each validator's 52-bit VRF output is a pure function of (chain key, epoch, validator), divided by its weight
 * w(tier) × max(hours, 1); the `target` smallest form the committee (exact top-t). Leaders are ordered by tier
 * descending, hours descending, weighted output ascending, index ascending; round r takes the r-th.
 * Source: blueprint.md sections 3.3 and 3.4, the recommended variants.
 */
import { deriveKey, drawUint32 } from '#kernel/draw';
import type { Population } from './population.js';

export interface Committee {
  readonly epoch: number;
  readonly order: Int32Array; // validators in leader order
  readonly member: Uint8Array; // by validator: 1 if elected
}

/** Elects the committee of an epoch. */
export function electCommittee(population: Population, target: number, key: number, epoch: number): Committee {
  const epochKey = deriveKey(key, epoch);
  const weighted = Float64Array.from({ length: population.n }, (_, i) => {
    const output = drawUint32(epochKey, 2 * i) * 1_048_576 + (drawUint32(epochKey, 2 * i + 1) >>> 12);
    const weight = ((population.tier[i] as number) + 1) * Math.max(1, population.hours[i] as number);
    return Math.floor(output / weight);
  });
  const all = Array.from({ length: population.n }, (_, i) => i);
  const byOutput = (a: number, b: number): number => (weighted[a] as number) - (weighted[b] as number) || a - b;
  const elected = all.toSorted(byOutput).slice(0, target);
  const order = elected.toSorted((a, b) => {
    return (
      (population.tier[b] as number) - (population.tier[a] as number) ||
      (population.hours[b] as number) - (population.hours[a] as number) ||
      byOutput(a, b)
    );
  });
  const member = new Uint8Array(population.n);
  for (const validator of elected) member[validator] = 1;
  return { epoch, order: Int32Array.from(order), member };
}
