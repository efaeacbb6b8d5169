/**
 * Steps of a channel: upgrade, gates with a watch after each, and the last watch; and the order that gates must keep.
 */
import type { GateMode, GateName, GatePhasePlan, PortionPlan, StepPlan } from '#model/plan';
import { CHANNEL_DEFAULTS, ENFORCE_MODE, type Profile, SHADOW_MODE } from './channel-defaults.js';
import { type ChannelInput, type Dwell, parseDwell, type StepInput } from './channel-schema.js';
import type { Default } from './default-row.js';
import { conditionalAt } from './defaults.js';
import { parseLaw } from './distribution.js';
import { addProblem, addWarning, assume, type Findings } from './findings.js';
import { checkGateOrder } from './gate.js';
import { suggest } from './suggest.js';
import type { Path } from './tree.js';
import { parseDuration, parsePercent } from './units.js';

/** A channel on its way into the plan. */
export interface ChannelContext {
  readonly input: ChannelInput;
  readonly path: Path;
  readonly label: string; // in the list of assumptions
  readonly profile: Profile;
  readonly chain: string;
  readonly findings: Findings;
}

/**
 * The steps of a channel, as written or as derived from its gates and dwells.
 *
 * @param active - phases that earlier channels of the chain left active; those of this channel are added
 * @param isSubset - only a part of the chain's validators run the release
 */
export function resolveSteps(
  context: ChannelContext,
  phases: readonly GatePhasePlan[],
  active: string[],
  isSubset: boolean,
): StepPlan[] {
  const { input, path, findings } = context;
  if (input.steps === undefined) return deriveSteps(context, phases, active, isSubset);
  for (const key of ['dwell', 'gateDwell', 'gates'] as const) {
    if (input[key] === undefined) continue;
    addProblem(findings, [...path, key], `"${key}" has no effect beside "steps"`, `Remove it, or write it as a step.`);
  }
  const order = { upgrades: 0, whole: false, enforced: active, known: [...active] };
  return input.steps.flatMap((step, i) =>
    resolveStep(step, [...path, 'steps', i], `${context.label}.steps[${i}]`, context, phases, order, isSubset),
  );
}

interface Order {
  upgrades: number;
  whole: boolean; // all of the channel's validators are upgraded
  readonly enforced: string[]; // phases left active for later channels of the chain
  readonly known: string[]; // phases active in this channel, in shadow mode too
}

function resolveStep(
  step: StepInput,
  path: Path,
  label: string,
  context: ChannelContext,
  phases: readonly GatePhasePlan[],
  order: Order,
  isSubset: boolean,
): StepPlan[] {
  const { findings, profile } = context;
  const defaults = CHANNEL_DEFAULTS[profile];
  if (step.dwell !== undefined) return [{ kind: 'dwell', ...step.dwell }];
  if (step.approve !== undefined) return [{ kind: 'approve', ...step.approve, hours: step.approve.hours ?? null }];
  if (step.upgrade?.halt !== undefined)
    return [resolveHalt(step.upgrade, [...path, 'upgrade'], label, context, order, isSubset)];
  const kind = step.upgrade === undefined ? 'gate' : 'upgrade';
  const { batches, pause } = step.upgrade ?? step.gate ?? {};
  const batchShare = batches ?? parsePercent(assume(findings, `${label}.${kind}.batches`, defaults.batches));
  if (kind === 'upgrade') {
    const portion = resolvePortion(step.upgrade, [...path, 'upgrade'], findings);
    countUpgrade(order, portion === undefined, path, findings);
    const wait = pause ?? parseDuration(assume(findings, `${label}.upgrade.pause`, defaults.pause));
    return [{ kind, batchShare, pause: wait, ...(portion === undefined ? {} : { portion }) }];
  }
  const name = step.gate?.phase ?? '';
  const phase = findPhase(name, phases, [...path, 'gate', 'phase'], findings);
  if (phase === undefined) return [];
  if (order.upgrades === 0) addProblem(findings, path, 'a gate needs the release', 'Put an upgrade step before it.');
  if (phase.minVersion !== undefined && !order.whole && order.upgrades > 0) {
    const what = `phase "${name}" is switched on while a part of the channel runs an older version, against gates.${name}.minVersion: ${phase.minVersion}`;
    addProblem(findings, [...path, 'gate', 'phase'], what, 'Upgrade the rest of the channel before it.');
  }
  checkGateOrder(phase, order.known, phases, [...path, 'gate', 'phase'], findings);
  const mode =
    step.gate?.mode ?? assume<GateMode>(findings, `${label}.gate.mode`, isSubset ? SHADOW_MODE : ENFORCE_MODE);
  order.known.push(name);
  if (mode === 'enforce') order.enforced.push(name);
  return [{ kind, phase: name, batchShare, pause: pause ?? 0, mode, needs: step.gate?.needs ?? [] }];
}

/** @param whole - all that is left of the channel; nothing can be upgraded after it */
function countUpgrade(order: Order, whole: boolean, path: Path, findings: Findings): void {
  if (order.whole) addProblem(findings, path, 'the channel runs the release already', 'Upgrade once.');
  order.upgrades += 1;
  order.whole = whole;
}

/** Which part of the channel's validators an upgrade takes; undefined: all of them. */
function resolvePortion(upgrade: StepInput['upgrade'], path: Path, findings: Findings): PortionPlan | undefined {
  const { count, share, stake } = upgrade ?? {};
  const given = (['count', 'share', 'stake'] as const).filter((key) => upgrade?.[key] !== undefined);
  for (const key of given.slice(1)) {
    addProblem(findings, [...path, key], `"${key}" does not go with "${given[0]}"`, 'Keep one of them.');
  }
  if (count !== undefined) return { kind: 'count', count };
  if (share !== undefined) return { kind: 'share', share };
  return stake === undefined ? undefined : { kind: 'stake', share: stake };
}

/** All stop after one height and install in their own time: the whole chain, since a part of it stops nobody else. */
function resolveHalt(
  upgrade: NonNullable<StepInput['upgrade']>,
  path: Path,
  label: string,
  context: ChannelContext,
  order: Order,
  isSubset: boolean,
): StepPlan {
  const { findings } = context;
  countUpgrade(order, true, path.slice(0, -1), findings);
  for (const key of ['batches', 'pause', 'count', 'share', 'stake'] as const) {
    if (upgrade[key] === undefined) continue;
    const fix = 'Remove it: each operator installs in its own time.';
    addProblem(findings, [...path, key], `"${key}" does not go with "halt"`, fix);
  }
  if (isSubset) {
    const what = `only a part of chain "${context.chain}" runs the release here, and a part cannot halt the chain`;
    addProblem(findings, [...path, 'halt'], what, 'Upgrade in batches, or give the channel a chain of its own.');
  }
  const used = (key: 'after' | 'install'): unknown =>
    assume(findings, `${label}.upgrade.halt.${key}`, conditionalAt(`channels[].steps[].upgrade.halt.${key}`));
  const { after, install } = upgrade.halt ?? {};
  return {
    kind: 'halt-upgrade',
    after: after ?? (used('after') as number),
    install: install ?? parseLaw(used('install')),
  };
}

function findPhase(
  name: string,
  phases: readonly GatePhasePlan[],
  path: Path,
  findings: Findings,
): GatePhasePlan | undefined {
  const phase = phases.find((candidate) => candidate.name === name);
  if (phase === undefined) {
    const names = phases.map((known) => known.name);
    addProblem(findings, path, `there is no gate phase "${name}"`, suggest(name, names, 'Phases'));
  }
  return phase;
}

/** Upgrade, then each gate with a watch after it, then the last watch. */
function deriveSteps(
  context: ChannelContext,
  phases: readonly GatePhasePlan[],
  active: string[],
  isSubset: boolean,
): StepPlan[] {
  const { input, path, label, profile, findings } = context;
  const defaults = CHANNEL_DEFAULTS[profile];
  const note = (key: string, used: Default): string => assume<string>(findings, `${label}.${key}`, used);
  const batchShare = parsePercent(note('upgrade.batches', defaults.batches));
  const pause = parseDuration(note('upgrade.pause', defaults.pause));
  const steps: StepPlan[] = [{ kind: 'upgrade', batchShare, pause }];

  const names = input.gates ?? defaultGates(context, phases, active);
  const mode: GateMode = isSubset ? 'shadow' : 'enforce';
  if (names.length > 0) note('gates.mode', isSubset ? SHADOW_MODE : ENFORCE_MODE);
  const dwell = (key: 'dwell' | 'gateDwell'): Dwell => input[key] ?? parseDwell(note(key, defaults[key]));
  const gateDwell = names.length > 0 ? dwell('gateDwell') : undefined;
  const known = [...active];
  names.forEach((name, i) => {
    const place = input.gates === undefined ? path : [...path, 'gates', i];
    const phase = findPhase(name, phases, place, findings);
    if (phase === undefined) return;
    checkGateOrder(phase, known, phases, place, findings);
    known.push(name);
    if (mode === 'enforce') active.push(name);
    steps.push({ kind: 'gate', phase: name, batchShare, pause: 0, mode, needs: [] });
    if (gateDwell !== undefined) steps.push({ kind: 'dwell', ...gateDwell });
  });
  steps.push({ kind: 'dwell', ...dwell('dwell') });
  return steps;
}

/** All phases that are not active yet, or those of the canary's two that the file knows. */
function defaultGates(
  context: ChannelContext,
  phases: readonly GatePhasePlan[],
  active: readonly string[],
): readonly string[] {
  const { gates } = CHANNEL_DEFAULTS[context.profile];
  const open = phases.map((phase) => phase.name).filter((name) => !active.includes(name));
  const names = gates.value === 'all' ? open : open.filter((name) => (gates.value as readonly string[]).includes(name));
  assume(context.findings, `${context.label}.gates`, { value: names, source: gates.source });
  return names;
}

/** §13.2: witness payouts need both gates. Attesting without pay is allowed, and yet probably not meant. */
export function warnOfUnpaidWitnesses(
  context: ChannelContext,
  steps: readonly StepPlan[],
  active: readonly string[],
  phases: readonly GatePhasePlan[],
): void {
  const switched = steps.flatMap((step) => (step.kind === 'gate' ? [step.phase] : []));
  const enables = (names: readonly string[], gate: GateName): boolean =>
    phases.some((phase) => names.includes(phase.name) && phase.enables.includes(gate));
  if (!enables(switched, 'witness_network') || enables([...active, ...switched], 'timetoke_rewards')) return;
  const what = 'witness_network is on and timetoke_rewards is not: witnesses are never paid';
  addWarning(context.findings, context.path, what, 'Switch on both, or none (blueprint §13.2).');
}
