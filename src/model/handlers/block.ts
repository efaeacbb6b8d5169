/**
 * The account of one finalized block: rewards, proofs, telemetry, facts; the same whether consensus ran as events or
 * block by block.
 */
import { addInteger, addWord } from '#base/fingerprint';
import type { Micros } from '#base/time';
import { deriveKey, drawUint32 } from '#kernel/draw';
import { drawFromTable } from '#kernel/quantile-table';
import { addToHistogram } from '#stats/log-histogram';
import {
  committeeAt,
  DIALECT_FAULT_SHIFT,
  DIALECT_REWARDS,
  DIALECT_SLASHING,
  DIALECT_STATE,
  DIALECT_WITNESSES,
} from '../chain.js';
import { type ProverClass, proofBacklog, proofReadyAt, submitProof } from '../proofs/prover.js';
import { bookBlock, settleEpoch } from '../rewards/ledger.js';
import { blockReward } from '../rewards/rule.js';
import type { Run, World } from '../world.js';
import { countDefects } from './faults.js';
import { activeBits } from './gates.js';
import { noteHour } from './hours.js';
import { noteStall } from './timeline.js';

/** Blocks in a row within twice the block time that make a chain normal again. */
export const NORMAL_BLOCKS = 3;
/** Slots without a block that count as a stall: the warning line of the finality lag (blueprint.md section 15.2). */
const STALL_SLOTS = 12;
/** Silent rounds after which a validator's reward is withheld under the anti-abuse gate (blueprint.md section 9.2). */
const INACTIVE_BLOCKS = 4;

export interface Block {
  readonly height: number;
  readonly value: number; // the decided value
  readonly start: Micros; // of the height
  readonly at: Micros; // finalized
  readonly rounds: number; // ≥ 1
  readonly participation: number; // share of power that precommitted it
  readonly releaseParticipation: number; // the same among nodes on the release; NaN without any
}

/** Books one block of the active chain. */
export function accountBlock(world: World, run: Run, block: Block): void {
  const { chain, telemetry } = run;
  const proposer = chain.values.proposer[block.value] as number;
  const interval = Math.max(0, block.at - run.lastBlockAt);
  const finality = Math.max(0, block.at - block.start);
  run.lastBlockAt = block.at;
  run.proposed[proposer] = (run.proposed[proposer] as number) + 1;
  world.blocks += 1;
  addToHistogram(world.intervals, interval);
  addToHistogram(world.finalities, finality);
  world.participationSum += block.participation;
  if (interval > world.longestStall) world.longestStall = interval;
  if (interval >= STALL_SLOTS * chain.blockTime) noteStall(world, block.at - interval, interval);
  addInteger(world.facts, block.at);
  addWord(world.facts, (proposer << 8) ^ block.rounds);

  const mismatch = payBlock(world, run, block, proposer);
  submitProof(chain.prover, block.height, block.at, provingWork(world, run, block.height));
  const slowest = slowestClass(run);
  const slot = telemetry.count % telemetry.size;
  const proofLatency = proofReadyAt(slowest, block.height) - block.at;
  telemetry.at[slot] = block.at;
  telemetry.interval[slot] = interval;
  telemetry.finality[slot] = finality;
  telemetry.participation[slot] = block.participation;
  telemetry.releaseParticipation[slot] = block.releaseParticipation;
  telemetry.rounds[slot] = block.rounds;
  telemetry.proofLatency[slot] = proofLatency;
  telemetry.proofBacklog[slot] = proofBacklog(slowest, block.at);
  telemetry.diverged[slot] = countDiverged(run, block.value);
  telemetry.mismatch[slot] = Math.abs(mismatch);
  telemetry.count += 1;

  noteRecovery(world, run, block.at, interval);
  noteHour(world, run, block, interval, finality, proofLatency, telemetry.proofBacklog[slot] as number);
  countDefects(world, run);
  if ((block.height + 1) % chain.epochBlocks === 0) settleRewards(world, run, block.height);
}

/** Pays one block as the nodes that decided it compute it; returns the units by which that differs from the rule. */
function payBlock(world: World, run: Run, block: Block, proposer: number): number {
  const { chain } = run;
  const bits = activeBits(chain, block.height);
  if ((bits & DIALECT_REWARDS) === 0) return 0;
  const { rewards, witnesses } = world.plan;
  const fees = Math.max(0, drawFromTable(run.feeTable, drawUint32(run.feeKey, block.height)));
  const order = committeeAt(chain, block.height).order;
  const attested = (bits & DIALECT_WITNESSES) === 0 ? 0 : countAttesting(run, block.height, witnesses);
  const reward = blockReward(rewards, fees, order.length, attested);
  const paidBonus = paysWrongly(world, chain.values.dialect[block.value] as number) ? 2 * reward.bonus : reward.bonus;
  const flagged = (bits & DIALECT_SLASHING) === 0 ? [] : inactiveValidators(run, block.height);
  bookBlock(run.ledger, block.height, proposer, reward, fees, paidBonus, order, flagged);
  return paidBonus - reward.bonus;
}

/** Whether the state that most nodes agreed on pays by a wrong rule: a drifted reward parameter, or a defect. */
function paysWrongly(world: World, dialect: number): boolean {
  const fault = world.plan.faults[(dialect >>> DIALECT_FAULT_SHIFT) - 1];
  if (fault === undefined) return false;
  if (fault.kind === 'bad-release') return fault.defect === 'misreward';
  if (fault.kind !== 'drift') return false;
  return world.plan.gates.some((gate) => gate.name === fault.gate && gate.enables.includes('timetoke_rewards'));
}

function countAttesting(run: Run, height: number, plan: { readonly count: number; readonly online: number }): number {
  const key = deriveKey(run.feeKey, height);
  let attesting = 0;
  for (let witness = 0; witness < plan.count; witness += 1) {
    if (drawUint32(key, witness) < plan.online * 4_294_967_296) attesting += 1;
  }
  return attesting;
}

/** Validators silent for at least four rounds. */
function inactiveValidators(run: Run, height: number): number[] {
  const { chain } = run;
  const silent: number[] = [];
  for (let node = 0; node < chain.n; node += 1) {
    const down = chain.up[node] === 0 && height - (run.downSince[node] as number) >= INACTIVE_BLOCKS;
    if (down || chain.stuck[node] === 1) silent.push(node);
  }
  return silent;
}

/** µs of proving one block: one attempt, and a second one where the first fails (blueprint.md section 22). */
function provingWork(world: World, run: Run, height: number): Micros {
  const { failure } = world.plan.proofs;
  const work = drawFromTable(run.proveTable, drawUint32(run.proveKey, 3 * height));
  if (drawUint32(run.proveKey, 3 * height + 1) >= failure * 4_294_967_296) return work;
  return work + drawFromTable(run.proveTable, drawUint32(run.proveKey, 3 * height + 2));
}

/** The slowest provers that dashboards watch. */
function slowestClass(run: Run): ProverClass {
  return run.chain.prover.classes.reduce((slowest, provers) => (provers.factor > slowest.factor ? provers : slowest));
}

function countDiverged(run: Run, value: number): number {
  const { chain } = run;
  const state = (chain.values.dialect[value] as number) & DIALECT_STATE;
  let diverged = 0;
  for (let node = 0; node < chain.n; node += 1) {
    if (chain.up[node] === 1 && ((chain.dialect[node] as number) & DIALECT_STATE) !== state) diverged += 1;
  }
  return diverged;
}

/** Three normal blocks in a row end the recovery from every fault that is over. */
function noteRecovery(world: World, run: Run, at: Micros, interval: Micros): void {
  world.normalBlocks = interval <= 2 * run.chain.blockTime ? world.normalBlocks + 1 : 0;
  if (world.recoveries.length === 0) return;
  world.recoveries = world.recoveries.filter((recovery) => {
    recovery.normal = interval <= 2 * run.chain.blockTime ? recovery.normal + 1 : 0;
    if (recovery.normal < NORMAL_BLOCKS) return true;
    world.worstRecovery = Math.max(world.worstRecovery ?? 0, at - recovery.since);
    return false;
  });
}

/** Turns what the blocks since the last settlement earned into balances. */
export function settleRewards(world: World, run: Run, height: number): void {
  if (run.ledger.open.blocks === 0) return;
  const error = settleEpoch(run.ledger, committeeAt(run.chain, height).order, world.plan.rewards);
  addInteger(world.facts, run.ledger.emitted);
  addInteger(world.facts, run.ledger.treasuryValidator);
  addInteger(world.facts, error);
}
