/**
 * Chains coming into use and going out of it.
 */
import type { Micros } from '#base/time';
import { DAY } from '#base/time';
import { compileTable } from '#kernel/quantile-table';
import { streamKey } from '#kernel/stream';
import { createChain } from '../chain.js';
import { refusals } from '../network/intake.js';
import type { ChannelPlan } from '../plan.js';
import { createLedger, validatorsOff } from '../rewards/ledger.js';
import { createTelemetry } from '../telemetry.js';
import { drawPopulation } from '../validators/population.js';
import type { Run, World } from '../world.js';
import { settleRewards } from './block.js';
import { startConsensus } from './conditions.js';
import { closeHour } from './hours.js';

/** Brings a channel's chain into use: one that is running already, or a new one that starts at the next slot. */
export function useRun(world: World, channel: ChannelPlan): Run {
  const known = world.runs.find((run) => run.chain.name === channel.chain);
  const run = known ?? createRun(world, channel);
  if (world.run !== null && world.run !== run) retireRun(world, world.run);
  world.run = run;
  run.telemetry = createTelemetry(telemetrySize(world), world.now);
  return run;
}

function createRun(world: World, channel: ChannelPlan): Run {
  const { plan, seed, replication } = world;
  const name = channel.chain;
  const population = drawPopulation(plan.validators, plan.network, seed, name, channel.chainValidators);
  const chain = createChain(plan, name, population, seed, replication, `chain/${name}`);
  const ledger = createLedger(chain.n, plan.rewards, DAY / chain.blockTime, plan.rewards.treasuryDays);
  const run: Run = {
    id: world.runs.length,
    chain,
    ledger,
    backup: structuredClone(ledger),
    backupHeight: 0,
    telemetry: createTelemetry(1, world.now),
    mode: 'message',
    suspended: false,
    law: null,
    releaseFactor: Number.NaN,
    lawEpoch: 0,
    settledSince: 0,
    nextStart: world.now,
    lastBlockAt: world.now,
    downReasons: new Int32Array(chain.n),
    downSince: new Float64Array(chain.n),
    feeTable: compileTable(plan.rewards.feesPerBlock),
    proveTable: compileTable(plan.proofs.prove),
    feeKey: streamKey(seed, replication, `chain/${name}/fees`),
    proveKey: streamKey(seed, replication, `chain/${name}/prove`),
    lawKey: streamKey(seed, replication, `chain/${name}/law`),
    proposed: new Float64Array(chain.n),
    since: world.now,
  };
  chain.tipStart = world.now;
  chain.tipAt = world.now;
  world.runs.push(run);
  startConsensus(chain, world.now);
  return run;
}

/** Blocks that the longest window of any check can hold, with room. */
function telemetrySize(world: World): number {
  const longest = world.plan.channels.flatMap((channel) => channel.checks.map((check) => check.window));
  const window: Micros = Math.max(0, ...longest) + world.plan.telemetry.delay + world.plan.telemetry.interval;
  return 64 + Math.ceil((4 * window) / world.plan.chain.blockTime);
}

/** Closes the accounts of a chain that goes out of use; its measurements stay in the world. */
export function retireRun(world: World, run: Run): void {
  const { chain, ledger } = run;
  settleRewards(world, run, chain.tip);
  world.longestStall = Math.max(world.longestStall, world.now - run.lastBlockAt);
  world.slots += Math.floor((world.now - run.since) / chain.blockTime);
  world.forks += chain.forks;
  world.violations += chain.violations;
  world.evidence += chain.evidence;
  if (chain.intake !== null) world.refused += refusals(chain.intake);
  world.relativeErrorSum += ledger.absoluteError;
  world.expectedSum += ledger.expectedTotal;
  world.validatorsOff += validatorsOff(ledger);
  world.conservationViolations += ledger.violations;
  world.shortfall += ledger.shortfall;
  closeHour(world, run, world.now, chain.tip);
}
