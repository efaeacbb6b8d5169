/**
 * What is looked at before nodes are restarted for a promotion or a gate: whether every validator has the same
 * configuration, and whether every alert would fire (blueprint.md section 17). What is found is mended first.
 */
import { fingerprintText } from '#base/fingerprint';
import { canonicalJson } from '#base/order';
import type { Micros } from '#base/time';
import { sampleInteger } from '#kernel/distribution';
import { drawUint32 } from '#kernel/draw';
import { streamKey } from '#kernel/stream';
import { unexportedMetrics } from '../check-rule.js';
import type { ChecklistPlan, ParityPlan } from '../checklist-plan.js';
import type { StepPlan } from '../plan.js';
import type { Run, World } from '../world.js';
import { NEXT_STEP, plan } from './agenda.js';
import { reconsider } from './conditions.js';
import { activeRun, channelOf } from './stage.js';
import { note } from './timeline.js';

/** Validators of a chain at most, to number drifts by fault and validator. */
const VALIDATORS_MOST = 4096;
const UINT32 = 4_294_967_296;

/**
 * Looks through the checklist before a step that restarts nodes.
 *
 * @returns whether something was found: the step waits until it is mended, and is called again
 */
export function preflight(world: World, step: StepPlan | undefined): boolean {
  const { checklist } = world.plan;
  if (checklist === undefined || step === undefined || step.kind === 'dwell' || step.kind === 'approve') return false;
  const run = activeRun(world);
  const differs = checklist.parity !== null && compareBundles(world, run, checklist.parity);
  const blind = checklist.alerts && armAlerts(world);
  if (!differs && !blind) return false;
  plan(world, world.now + mendingTime(world, checklist), NEXT_STEP, 0, 0);
  return true;
}

function mendingTime(world: World, { repair }: ChecklistPlan): Micros {
  return Math.max(1, sampleInteger(repair, world.operations));
}

/** Holds the hash of every validator's bundle against the reference; drift that shows in it is repaired. */
function compareBundles(world: World, run: Run, { covers }: ParityPlan): boolean {
  const { chain } = run;
  const { checklist: record } = world;
  const key = streamKey(world.seed, world.replication, 'checklist/parity');
  const reference = bundleHash(world, run, null);
  const found: number[] = [];
  let hash = reference;
  for (const node of world.rollout.targets) {
    const fault = (chain.drift[node] as number) - 1;
    const name = world.plan.faults[fault]?.name;
    if (name === undefined) continue; // none, or one that a migration left, which no configuration shows
    const number = fault * VALIDATORS_MOST + node;
    if (record.looked.has(number)) continue;
    record.looked.add(number);
    hash = drawUint32(key, number) < covers * UINT32 ? bundleHash(world, run, name) : reference;
    if (hash === reference) {
      record.missed += 1;
      continue;
    }
    found.push(node);
    record.found += 1;
    chain.drift[node] = 0;
    reconsider(chain, node, world.now, run.mode === 'message');
  }
  if (found.length === 0) return false;
  const words = `${found.length} of ${world.rollout.targets.length} bundles differ from ${reference.slice(0, 8)}`;
  note(world, 'preflight', 'configuration parity', words);
  return true;
}

/**
 * Hash of a configuration bundle: genesis, gates and their parameters.
 *
 * @param drift - name of the fault that changed a parameter; null for the reference
 */
function bundleHash(world: World, run: Run, drift: string | null): string {
  const { chain, rewards, slashing, proofs, gates } = world.plan;
  const genesis = { chain: run.chain.name, seed: world.seed, validators: run.chain.n };
  const armed = run.chain.gates.map(({ phase, enforce }) => ({ phase, enforce }));
  return fingerprintText(canonicalJson({ genesis, chain, rewards, slashing, proofs, gates, armed, drift }));
}

/** Fires every alert of the channel as a test; where an exporter is missing it is added. */
function armAlerts(world: World): boolean {
  if (world.checklist.armed || world.plan.telemetry.missing === undefined) return false;
  const { checks } = channelOf(world);
  const blind = checks.filter((check) => unexportedMetrics(world.plan.telemetry, check).length > 0);
  if (blind.length === 0) return false;
  world.checklist.armed = true;
  const metrics = blind.flatMap((check) => unexportedMetrics(world.plan.telemetry, check));
  note(
    world,
    'preflight',
    'alerts',
    `${blind.map(({ name }) => name).join(', ')}: no exporter of ${[...new Set(metrics)].join(', ')}`,
  );
  return true;
}

/** Alerts of a channel that cannot fire for want of an exporter. */
export function countBlind(world: World): number {
  if (world.checklist.armed) return 0;
  return channelOf(world).checks.filter((check) => unexportedMetrics(world.plan.telemetry, check).length > 0).length;
}
