/**
 * Chains coming into use and going out of it.
 */
import type { Micros } from '#base/time';
import { DAY } from '#base/time';
import { compileTable } from '#kernel/quantile-table';
import { createStream, streamKey } from '#kernel/stream';
import { createChain } from '../chain.js';
import { windowOf } from '../check-rule.js';
import { refusals } from '../network/intake.js';
import type { ChannelPlan } from '../plan.js';
import { createWorkLaws } from '../proofs/work.js';
import { createTelemetry } from '../telemetry.js';
import { drawPopulation } from '../validators/population.js';
import type { Run, World } from '../world.js';
import { scheduleBackup } from './backups.js';
import { startConsensus } from './conditions.js';
import { createEconomy, reportAudit, settleEpoch } from './economy.js';
import { settleHeadroom } from './headroom.js';
import { closeWindow } from './hours.js';
import { typicalVisit } from './proving.js';
import { stoppedTime } from './pruning-orders.js';
import { createJustice } from './slashing.js';
import { createStore } from './stores.js';

/** Brings a channel's chain into use: one that is running already, or a new one that starts at the next slot. */
export function useRun(world: World, channel: ChannelPlan): Run {
  const known = world.runs.find((run) => run.chain.name === channel.chain);
  const run = known ?? createRun(world, channel);
  if (world.run !== null && world.run !== run) retireRun(world, world.run);
  else closeWindow(world, run, world.now, run.chain.tip);
  world.run = run;
  run.telemetry = createTelemetry(telemetrySize(world), world.now);
  return run;
}

function createRun(world: World, channel: ChannelPlan): Run {
  const { plan, seed, replication } = world;
  const name = channel.chain;
  const population = drawPopulation(
    plan.validators,
    plan.network,
    seed,
    name,
    channel.chainValidators,
    plan.chain.asBuilt,
  );
  const chain = createChain(plan, name, population, seed, replication, `chain/${name}`);
  chain.shortcut = world.shortcut;
  const economy = createEconomy(
    plan,
    chain.n,
    DAY / chain.blockTime,
    world.now,
    createStream(seed, 0, `chain/${name}/witnesses`),
  );
  const run: Run = {
    id: world.runs.length,
    chain,
    economy,
    justice: createJustice(plan, chain.n, world.now),
    justiceStream: createStream(seed, replication, `chain/${name}/justice`),
    store: createStore(plan, chain.n, world.now, seed, replication, name),
    telemetry: createTelemetry(1, world.now),
    mode: 'message',
    suspended: false,
    law: null,
    releaseFactor: Number.NaN,
    releaseShare: 0,
    lawEpoch: 0,
    settledSince: 0,
    nextStart: world.now,
    owed: null,
    lastBlockAt: world.now,
    downReasons: new Int32Array(chain.n),
    upSince: new Float64Array(chain.n).fill(world.now),
    replays: {
      key: streamKey(seed, replication, `chain/${name}/replay`),
      table: compileTable(plan.validators.replay),
      attempts: new Int32Array(chain.n),
      readyAt: new Float64Array(chain.n).fill(world.now),
      retries: new Map(),
    },
    feeTable: compileTable(plan.rewards.feesPerBlock),
    feeKey: streamKey(seed, replication, `chain/${name}/fees`),
    work: createWorkLaws(plan.proofs, streamKey(seed, replication, `chain/${name}/prove`)),
    typical: typicalVisit(plan.proofs),
    lawKey: streamKey(seed, replication, `chain/${name}/law`),
    proposed: new Float64Array(chain.n),
    since: world.now,
  };
  chain.tipStart = world.now;
  chain.tipAt = world.now;
  world.runs.push(run);
  startConsensus(chain, world.now);
  scheduleBackup(world, run);
  return run;
}

/** Blocks that the longest window of any check can hold, with room. */
function telemetrySize(world: World): number {
  const longest = world.plan.channels.flatMap((channel) => channel.checks.map(({ rule }) => windowOf(rule)));
  const window: Micros = Math.max(0, ...longest) + world.plan.telemetry.delay + world.plan.telemetry.interval;
  return 64 + Math.ceil((4 * window) / world.plan.chain.blockTime);
}

/** Closes the accounts of a chain that goes out of use; its measurements stay in the world. */
export function retireRun(world: World, run: Run): void {
  const { chain, economy, justice } = run;
  settleEpoch(world, run, chain.tip);
  reportAudit(world, run);
  world.longestStall = Math.max(world.longestStall, world.now - run.lastBlockAt);
  world.slots += Math.floor((world.now - run.since) / chain.blockTime);
  world.forks += chain.forks;
  world.violations += chain.violations;
  world.evidence += chain.evidence;
  if (chain.intake !== null) world.refused += refusals(chain.intake);
  world.absoluteErrorSum += Number(economy.absoluteError);
  world.expectedSum += Number(economy.expectedTotal);
  world.validatorsOff += economy.off.size;
  world.conservationViolations += economy.violations;
  world.shortfall += Number(economy.accounts.shortfall);
  world.findings.push(...economy.findings);
  world.telemetryGap += Number(economy.gapUnits);
  world.telemetryPaid += Number(economy.countedUnits);
  world.slashed += justice.punished.size;
  world.slashedInnocent += justice.innocent.size;
  world.appealsWon += justice.overturned;
  world.reported += justice.reported.size;
  for (const validator of justice.reported) if (chain.everFaulty[validator] === 0) world.reportedInnocent += 1;
  world.witnessed += economy.witnessed;
  world.attestations += economy.attestations;
  settleHeadroom(world, run);
  const { recovered, worstPruningLag, provers } = run.store;
  world.recovered.push(...recovered);
  world.pruningPauses += run.store.pruningPauses;
  world.pruningStopped += stoppedTime(run, world.now);
  world.worstPruningLag = Math.max(world.worstPruningLag, worstPruningLag);
  world.blocksProven += provers.samples;
  world.utilisationSum += provers.utilisationSum;
  world.cacheHits += provers.hits;
  world.proofsRefused += provers.refused;
  world.worstBacklog = Math.max(world.worstBacklog, provers.worstBacklog);
  closeWindow(world, run, world.now, chain.tip);
}
