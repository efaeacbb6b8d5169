/**
 * What the exporters of nodes count beside the payment: who sees which blocks, and by which configuration.
 */
import { applies, type Chain, DIALECT_FAULT_SHIFT, DIALECT_REWARDS } from '../chain.js';
import { blockEmission, type EpochPayment, type EpochReceipt } from '../rewards/epoch-payment.js';
import {
  COUNTS,
  COUNTS_WRONGLY,
  CUT_OFF,
  changeView,
  closeExporters,
  type ExporterCount,
  STOPPED,
  UNAWARE,
  type View,
} from '../rewards/exporter.js';
import type { Economy, Run, World } from '../world.js';
import { isActive } from './gates.js';

/**
 * Takes note of how every node sees the block that is decided now. Nothing changes in a quiet stretch, so only blocks at
 * message level have to be looked at.
 */
export function watchExporters(world: World, run: Run, height: number, proposer: number): void {
  const { chain, economy } = run;
  const { exporters, journal } = economy;
  const gates = chain.gates.filter((gate) => {
    return (gate.bits & DIALECT_REWARDS) !== 0 && gate.enforce && (isActive(gate, height) || chain.misfires > 0);
  });
  const { side, deaf } = chain.network;
  for (let node = 0; node < chain.n; node += 1) {
    const isArmed = gates.some((gate) => applies(chain, gate, node, height));
    let view: View = COUNTS;
    if (chain.up[node] === 0) view = STOPPED;
    else if (side[node] !== side[proposer] || deaf[node] === 1) view = CUT_OFF;
    else if (!isArmed) view = UNAWARE;
    else if (paysWrongly(world, ownFault(chain, node, gates) << DIALECT_FAULT_SHIFT)) view = COUNTS_WRONGLY;
    changeView(exporters, node, view, journal.count);
  }
}

/** One plus the index of the fault that makes a node compute something else; 0 for none. */
function ownFault(chain: Chain, node: number, gates: Chain['gates']): number {
  const diverged = chain.diverged[node] as number;
  if (diverged !== 0) return diverged;
  return gates.some(({ index }) => index === chain.driftGate[node]) ? (chain.drift[node] as number) : 0;
}

/** Whether a state pays by a wrong rule: a drifted reward parameter, or a defect. */
export function paysWrongly(world: World, dialect: number): boolean {
  const fault = world.plan.faults[(dialect >>> DIALECT_FAULT_SHIFT) - 1];
  if (fault === undefined) return false;
  if (fault.kind === 'bad-release') return fault.defect === 'misreward';
  if (fault.kind !== 'drift') return false;
  return world.plan.gates.some((gate) => gate.name === fault.gate && gate.enables.includes('timetoke_rewards'));
}

/** The counters of the epoch that was just paid, of those nodes whose exporter did not count all of it. */
export function readExporters(economy: Economy, payment: EpochPayment, receipt: EpochReceipt): ExporterCount[] {
  const { exporters, journal } = economy;
  const emit = (i: number, wrongly: boolean): bigint => blockEmission(journal, payment, i, wrongly);
  return closeExporters(exporters, {
    count: journal.count,
    total: receipt.paid,
    times: journal.times,
    wrong: journal.misjudged,
    paid: (i) => receipt.byBlock?.[i] ?? emit(i, journal.misjudged[i] === 1),
    asOther: (i) => emit(i, journal.misjudged[i] !== 1),
  });
}
