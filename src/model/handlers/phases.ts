/**
 * Chaos, heal, settle, judge: liveness is asked for after the network is good again, safety always.
 *
 * That is what partial synchrony promises (Dwork, Lynch & Stockmeyer 1988): after some time all messages arrive in
 * bounded time; before it nothing may go wrong, but nothing need happen.
 */
import type { Plan } from '../plan.js';
import type { Run, World } from '../world.js';
import { HEAL, JUDGE, plan } from './agenda.js';
import { takesPart } from './conditions.js';

/** A plan with phases ends with the judged one. */
export function trimToPhases(whole: Plan): Plan {
  const { phases } = whole;
  if (phases === null) return whole;
  return { ...whole, horizon: Math.min(whole.horizon, phases.chaos + phases.settle + phases.judge) };
}

export function schedulePhases(world: World): void {
  const { phases } = world.plan;
  if (phases === null) return;
  plan(world, phases.chaos, HEAL, 0, 0);
  plan(world, phases.chaos + phases.settle, JUDGE, 0, 0);
}

/** The network is good again and every node is back; faults under way end by themselves at this time. */
export function heal(world: World): void {
  world.healed = true;
}

/** Notes where everybody stands. */
export function beginJudgement(world: World, run: Run): void {
  const { chain } = run;
  world.judgement = { run: run.id, since: world.now, tip: chain.tip, heights: chain.height.slice() };
}

/** 1 if no height was finalized since, or an honest validator that is up made no step; null if nothing was judged. */
export function judgedStuck(world: World, run: Run): number | null {
  const { judgement } = world;
  if (judgement === null || judgement.run !== run.id) return null;
  const { chain } = run;
  if (chain.tip === judgement.tip) return 1;
  for (let node = 0; node < chain.n; node += 1) {
    if (chain.up[node] === 0 || chain.everFaulty[node] === 1) continue;
    const moved = (chain.height[node] as number) > (judgement.heights[node] as number);
    if (!moved && !(run.mode === 'block' && takesPart(chain, node))) return 1;
  }
  return 0;
}

/** Share of the judged slots that were finalized, or null. */
export function judgedShare(world: World, run: Run): number | null {
  const { judgement } = world;
  if (judgement === null || judgement.run !== run.id) return null;
  const slots = (world.now - judgement.since) / run.chain.blockTime;
  return slots <= 0 ? null : Math.min(1, (run.chain.tip - judgement.tip) / slots);
}
