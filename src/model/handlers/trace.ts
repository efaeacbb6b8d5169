/**
 * Recording: which drivers keep a record, and of which heights.
 */
import type { Chain } from '../chain.js';
import type { Driver } from '../consensus/driver.js';
import type { TraceEntry } from '../consensus/trace.js';

/** A node's driver has been set to a height and takes no input yet: from here on it records, if it was asked to. */
export function beginTrace(chain: Chain, node: number, height: number): void {
  const recording = chain.recording;
  if (recording === null || recording.validator !== node) return;
  const driver = chain.drivers[node] as Driver;
  driver.trace = null;
  if (height < recording.from || height > recording.to) return;
  const entries: TraceEntry[] = [];
  driver.trace = entries;
  recording.segments.push({ chain: chain.name, height, validator: node, powers: [...driver.set.powers], entries });
}
