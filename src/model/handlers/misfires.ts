/**
 * Gates that misfire: nodes that apply a gate before or after the height that was agreed, or never.
 *
 * Nobody scripts what follows: such a node computes another state than the rest from the first height that differs, so it
 * refuses their blocks and they refuse its own. It is repaired some time after that height was due.
 */
import { assert } from '#base/assert';
import type { Micros } from '#base/time';
import type { Chain, Gate } from '../chain.js';
import type { MisfireFault } from '../plan.js';
import type { Occurrence, Run, World } from '../world.js';
import { FAULT_END, plan } from './agenda.js';
import { reconsider } from './conditions.js';

/** A node is configured to apply a gate at a height of its own. */
export function misfire(world: World, chain: Chain, node: number, fault: MisfireFault): void {
  if (chain.misfire[node] === 0) chain.misfires += 1;
  chain.misfire[node] = world.plan.faults.indexOf(fault) + 1;
  chain.misfireGate[node] = world.plan.gates.findIndex((gate) => gate.name === fault.gate);
  const shift = { early: -fault.by, late: fault.by, partial: Number.POSITIVE_INFINITY }[fault.how];
  chain.misfireShift[node] = shift;
  chain.dialectUntil[node] = 0;
}

/** A node applies all gates as agreed from its next start on. */
export function forgetMisfire(chain: Chain, node: number): void {
  chain.misfire[node] = 0;
  chain.misfires -= 1;
  chain.dialectUntil[node] = 0;
}

/** A node is repaired: it is back on the chain's history and applies the gate as agreed. */
export function refit(chain: Chain, node: number, now: Micros, atMessageLevel: boolean): void {
  forgetMisfire(chain, node);
  reconsider(chain, node, now, atMessageLevel);
}

/** The height at which a gate starts is agreed: now it is known when its misfires show, and when they are repaired. */
export function planRepairs(world: World, run: Run, gate: Gate): void {
  const { chain } = run;
  world.occurrences.forEach((occurrence, index) => {
    const fault = world.plan.faults[occurrence.fault];
    if (fault?.kind !== 'misfire' || occurrence.run !== run.id) return;
    if (fault.gate !== gate.phase || occurrence.end !== Number.POSITIVE_INFINITY) return;
    const first = Math.max(chain.tip + 1, gate.activation - (fault.how === 'early' ? fault.by : 0));
    repairAfter(world, chain, occurrence, index, first);
  });
}

function repairAfter(world: World, chain: Chain, occurrence: Occurrence, index: number, height: number): void {
  assert(occurrence.repair !== undefined, 'a misfire is repaired after some time');
  occurrence.end = world.now + (height - chain.tip) * chain.blockTime + occurrence.repair;
  plan(world, occurrence.end, FAULT_END, 0, index);
}
