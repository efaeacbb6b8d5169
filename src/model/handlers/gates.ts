/**
 * Gates of a chain: which phases exist, which bits they set, when they are active.
 */
import {
  type Chain,
  DIALECT_PROOFS,
  DIALECT_PRUNING,
  DIALECT_RECONSTRUCTION,
  DIALECT_REWARDS,
  DIALECT_SELECTION,
  DIALECT_SLASHING,
  DIALECT_WITNESSES,
  type Gate,
  isRule,
  startOf,
} from '../chain.js';
import type { GateMode, GateName, GatePhasePlan } from '../plan.js';

const BITS: Readonly<Record<GateName, number>> = {
  malachite_consensus: DIALECT_SELECTION,
  timetoke_rewards: DIALECT_REWARDS,
  witness_network: DIALECT_WITNESSES,
  recursive_proofs: DIALECT_PROOFS,
  pruning: DIALECT_PRUNING,
  reconstruction: DIALECT_RECONSTRUCTION,
  consensus_enforcement: DIALECT_SLASHING,
};

/**
 * Adds a gate phase to a chain, armed nowhere.
 *
 * @param index - of the phase in the plan
 */
export function addGate(chain: Chain, phase: GatePhasePlan, index: number, mode: GateMode): Gate {
  const gate: Gate = {
    phase: phase.name,
    index,
    bits: phase.enables.reduce((bits, name) => bits | BITS[name], 0),
    armed: new Uint8Array(chain.n),
    armedCount: 0,
    enforce: mode === 'enforce',
    activation: Number.POSITIVE_INFINITY,
    deactivation: Number.POSITIVE_INFINITY,
  };
  chain.gates.push(gate);
  return gate;
}

/** Whether the armed nodes apply a gate at a height. */
export function isActive(gate: Gate, height: number): boolean {
  return height >= gate.activation && height < gate.deactivation;
}

/** A node carries a gate from its next start on. */
export function armNode(gate: Gate, node: number): void {
  if (gate.armed[node] === 1) return;
  gate.armed[node] = 1;
  gate.armedCount += 1;
}

/** Bits of the gates that are the chain's rule at a height. */
export function activeBits(chain: Chain, height: number): number {
  let bits = 0;
  for (const gate of chain.gates) if (isRule(chain, gate, height)) bits |= gate.bits;
  return bits;
}

/** The phase activated last and still active, shadow gates included; null before the first. */
export function latestPhase(chain: Chain): string | null {
  const active = chain.gates.filter((gate) => isActive(gate, chain.tip + 1));
  return active.at(-1)?.phase ?? null;
}

/** The first height after the tip at which some gate starts or ends, or a halt was agreed; Infinity if none is known. */
export function nextGateChange(chain: Chain): number {
  let next = chain.haltAt >= chain.tip ? chain.haltAt : Number.POSITIVE_INFINITY;
  for (const gate of chain.gates) {
    if (gate.activation > chain.tip) next = Math.min(next, gate.activation);
    if (chain.misfires > 0) next = Math.min(next, nextMisfire(chain, gate));
    if (gate.deactivation > chain.tip) next = Math.min(next, gate.deactivation);
  }
  return next;
}

/** The first height after the tip at which a node that misfires begins to apply a gate; Infinity if there is none. */
function nextMisfire(chain: Chain, gate: Gate): number {
  let next = Number.POSITIVE_INFINITY;
  for (let node = 0; node < chain.n; node += 1) {
    const start = startOf(chain, gate, node);
    if (gate.armed[node] === 1 && start > chain.tip) next = Math.min(next, start);
  }
  return next;
}

/** Every node works out anew at its next height what it applies. */
export function gatesChanged(chain: Chain): void {
  chain.dialectUntil.fill(0);
}
