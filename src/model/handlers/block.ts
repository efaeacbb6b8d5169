/**
 * The account of one finalized block: rewards, proofs, telemetry, facts; the same whether consensus ran as events or
 * block by block.
 */
import { addInteger, addWord } from '#base/fingerprint';
import type { Micros } from '#base/time';
import { drawUint32 } from '#kernel/draw';
import { drawFromTable } from '#kernel/quantile-table';
import { addToHistogram } from '#stats/log-histogram';
import { type Chain, DIALECT_FAULT_SHIFT, DIALECT_REWARDS, DIALECT_STATE, DIALECT_WITNESSES } from '../chain.js';
import { logFact } from '../fact-log.js';
import { addEntry } from '../rewards/journal.js';
import { leaderBonusOf } from '../rewards/payout.js';
import type { Run, World } from '../world.js';
import { settleBlock, settleEpoch } from './economy.js';
import { countDefects } from './faults.js';
import { activeBits } from './gates.js';
import { testHeadroom } from './headroom.js';
import { noteHour } from './hours.js';
import { noteRefusals, proveBlock } from './proving.js';
import { noteReturns } from './recoveries.js';
import { judgeBlock } from './slashing.js';
import { advanceStores } from './stores.js';
import { paysWrongly, watchExporters } from './telemetry.js';
import { noteStall } from './timeline.js';
import { takeAttestations } from './witnesses.js';

/** Blocks in a row within twice the block time that make a chain normal again. */
export const NORMAL_BLOCKS = 3;
/** Slots without a block that count as a stall: the warning line of the finality lag (blueprint.md section 15.2). */
const STALL_SLOTS = 12;
/** A block without fees, to work out what a bonus is. */
const NO_FEES = { epoch: 0, fees: 0n, committee: [], leader: 0, witnesses: [], flagged: [] };

export interface Block {
  readonly height: number;
  readonly value: number; // the decided value
  readonly start: Micros; // of the height
  readonly at: Micros; // finalized
  readonly rounds: number; // ≥ 1
  readonly participation: number; // share of power that precommitted it
  readonly releaseParticipation: number; // the same among nodes on the release; NaN without any
  readonly releaseShare: number; // of the power that nodes on the release hold
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
  if (world.factLog !== null) {
    logFact(world, `block ${block.height} at ${block.at} by validator ${proposer}, rounds ${block.rounds}`);
  }

  const bits = activeBits(chain, block.height);
  const mismatch = writeDown(world, run, block, proposer, bits);
  const slot = telemetry.count % telemetry.size;
  telemetry.at[slot] = block.at;
  telemetry.interval[slot] = interval;
  telemetry.finality[slot] = finality;
  telemetry.participation[slot] = block.participation;
  telemetry.releaseParticipation[slot] = block.releaseParticipation;
  telemetry.productionParticipation[slot] = productionParticipation(block);
  const released = countReleased(chain);
  telemetry.onRelease[slot] = released;
  telemetry.onProduction[slot] = chain.n - released;
  telemetry.rounds[slot] = block.rounds;
  const latencies = proveBlock(run, block.height, block.start, block.at, bits);
  noteRefusals(world, run, block.value, bits);
  telemetry.diverged[slot] = countDiverged(run, block.value);
  telemetry.mismatch[slot] = Math.abs(mismatch);
  telemetry.count += 1;

  noteRecovery(world, run, block.at, interval);
  noteHour(world, run, block, interval, finality, latencies, telemetry.proofBacklog[slot] as number);
  countDefects(world, run);
  const wrongBefore = run.economy.absoluteError;
  if (chain.asBuilt.committeePerBlock) settleBlock(world, run, block.height);
  if ((block.height + 1) % chain.epochBlocks === 0) settleEpoch(world, run, block.height);
  const wrong = mismatch !== 0 || run.economy.absoluteError > wrongBefore || isWrong(chain, block.value);
  advanceStores(world, run, wrong);
  noteReturns(run, block.at);
  testHeadroom(world, run, block.start, interval, block.rounds);
}

/** Writes one block down for payment, as the nodes that decided it pay; returns the units by which that differs from the rule. */
function writeDown(world: World, run: Run, block: Block, proposer: number, bits: number): number {
  const { chain, economy } = run;
  const flagged = judgeBlock(world, run, block.height, proposer, bits);
  if ((bits & DIALECT_REWARDS) === 0) return 0;
  const misjudged = paysWrongly(world, chain.values.dialect[block.value] as number);
  if (run.mode === 'message') watchExporters(world, run, block.height, proposer);
  addEntry(economy.journal, {
    height: block.height,
    at: block.at,
    leader: proposer,
    rounds: block.rounds,
    fees: Math.max(0, drawFromTable(run.feeTable, drawUint32(run.feeKey, block.height))),
    misjudged,
    flagged,
  });
  if ((bits & DIALECT_WITNESSES) !== 0) takeAttestations(world, run, block.height, block.at);
  return misjudged ? Number(leaderBonusOf(economy.terms, NO_FEES)) : 0;
}

/** Whether the state that was agreed on is not what the chain should compute. */
function isWrong(chain: Chain, value: number): boolean {
  return (chain.values.dialect[value] as number) >>> DIALECT_FAULT_SHIFT !== 0;
}

/** The share of power of the nodes that are not on the release in a commit; NaN without any. */
function productionParticipation({ participation, releaseParticipation, releaseShare }: Block): number {
  if (releaseShare <= 0 || Number.isNaN(releaseParticipation)) return participation;
  if (releaseShare >= 1) return Number.NaN;
  const rest = (participation - releaseShare * releaseParticipation) / (1 - releaseShare);
  return Math.min(1, Math.max(0, rest));
}

function countReleased(chain: Chain): number {
  let released = 0;
  for (let node = 0; node < chain.n; node += 1) released += chain.release[node] as number;
  return released;
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
