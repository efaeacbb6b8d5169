/**
 * Channels: on which chain each runs, with how many validators, in which steps.
 */
import type { ChannelPlan, GateMode, GatePhasePlan, StepPlan } from '#model/plan';
import { type ChannelInput, type Dwell, parseDwell, type StepInput } from './channel-schema.js';
import { resolveChecks } from './check.js';
import {
  CANARY_CHAIN,
  CANARY_MIN,
  CANARY_SHARE,
  CHANNEL_DEFAULTS,
  type Default,
  ENFORCE_MODE,
  type Profile,
  SHADOW_MODE,
} from './defaults.js';
import { checkGateOrder } from './gate.js';
import { addProblem, addWarning, assume, type Report } from './report.js';
import { suggest } from './suggest.js';
import type { Path } from './tree.js';
import { parseDuration, parsePercent } from './units.js';

interface Context {
  readonly input: ChannelInput;
  readonly path: Path;
  readonly label: string; // in the list of assumptions
  readonly profile: Profile;
  readonly chain: string;
  readonly report: Report;
}

export function resolveChannels(
  input: readonly ChannelInput[],
  phases: readonly GatePhasePlan[],
  report: Report,
): ChannelPlan[] {
  const names = input.map((channel) => channel.name);
  const contexts = input.map((channel, i): Context => {
    const path = ['channels', i];
    const label = `channels.${channel.name}`;
    if (names.indexOf(channel.name) !== i) {
      addProblem(report, [...path, 'name'], `a channel "${channel.name}" stands above already`, 'Rename one.');
    }
    return {
      input: channel,
      path,
      label,
      profile: profileOf(channel.name),
      chain: chainOf(channel, names, report),
      report,
    };
  });
  // Phases that an earlier channel of the same chain has left active.
  const activeByChain = new Map<string, string[]>();
  return contexts.flatMap((context) => {
    const size = sizeOfChain(context, contexts);
    const validators = countValidators(context, size);
    if (size === undefined || validators === undefined) return [];
    const active = activeByChain.get(context.chain) ?? [];
    activeByChain.set(context.chain, active);
    const { name, checks } = context.input;
    const steps = resolveSteps(context, phases, active, validators < size);
    const plans = resolveChecks(checks, context.profile, [...context.path, 'checks'], context.label, report);
    return [{ name, chain: context.chain, chainValidators: size, validators, steps, checks: plans }];
  });
}

export function profileOf(name: string): Profile {
  return name === 'development' || name === 'testnet' || name === 'canary' || name === 'mainnet' ? name : 'other';
}

function chainOf(channel: ChannelInput, names: readonly string[], report: Report): string {
  if (channel.chain !== undefined) return channel.chain;
  if (channel.name !== 'canary' || !names.includes('mainnet')) return channel.name;
  return assume<string>(report, `channels.${channel.name}.chain`, CANARY_CHAIN);
}

/** The number of validators of the channel's chain, once per chain: a problem is told at the channel that causes it. */
function sizeOfChain(context: Context, all: readonly Context[]): number | undefined {
  const sharing = all.filter((other) => other.chain === context.chain);
  const stated = sharing.find((other) => other.input.chainValidators !== undefined)?.input.chainValidators;
  const own = context.input.chainValidators;
  if (own !== undefined && own !== stated) {
    const what = `chain "${context.chain}" has ${stated} validators already`;
    addProblem(context.report, [...context.path, 'chainValidators'], what, 'State the number once.');
  }
  if (stated !== undefined) return stated;
  const counts = sharing.flatMap(({ input }) =>
    input.validators !== undefined && 'count' in input.validators ? [input.validators.count] : [],
  );
  if (counts.length > 0) return Math.max(...counts);
  const share = context.input.validators !== undefined;
  const what = share ? `no channel says how many validators chain "${context.chain}" has` : 'is missing';
  const fix = share ? 'Add chainValidators.' : `Add "validators:" to channel "${context.input.name}".`;
  addProblem(context.report, [...context.path, 'validators'], what, fix);
  return undefined;
}

function countValidators(context: Context, size: number | undefined): number | undefined {
  const { input, path, label, profile, report } = context;
  if (size === undefined) return undefined;
  const place = [...path, 'validators'];
  if (input.validators === undefined && profile !== 'canary') {
    addProblem(report, place, 'is missing', `Add "validators:" to channel "${input.name}".`);
    return undefined;
  }
  if (input.validators === undefined) {
    const count = Math.min(size, Math.max(CANARY_MIN, portion(parsePercent(String(CANARY_SHARE.value)), size)));
    assume(report, `${label}.validators`, { ...CANARY_SHARE, value: `${CANARY_SHARE.value} (${count} of ${size})` });
    return count;
  }
  const count = 'count' in input.validators ? input.validators.count : portion(input.validators.share, size);
  if (count > size) {
    addProblem(
      report,
      place,
      `is more than the ${size} validators of chain "${context.chain}"`,
      `Write at most ${size}.`,
    );
    return undefined;
  }
  // §22: below a third of the power a failing canary cannot stop finality.
  if (profile === 'canary' && count < size && 3 * count >= size) {
    addWarning(report, place, `${count} of ${size} validators can stop the chain`, 'Choose fewer than a third.');
  }
  return count;
}

/** A share of `size` validators, rounded up, at least 1. */
function portion(share: number, size: number): number {
  return Math.max(1, Math.ceil(share * size - 1e-9)); // 0.07 × 100 is a little more than 7
}

function resolveSteps(
  context: Context,
  phases: readonly GatePhasePlan[],
  active: string[],
  isSubset: boolean,
): StepPlan[] {
  const { input, path, report } = context;
  if (input.steps === undefined) return deriveSteps(context, phases, active, isSubset);
  for (const key of ['dwell', 'gateDwell', 'gates'] as const) {
    if (input[key] === undefined) continue;
    addProblem(report, [...path, key], `"${key}" has no effect beside "steps"`, `Remove it, or write it as a step.`);
  }
  const order = { upgrades: 0, enforced: active, known: [...active] };
  return input.steps.flatMap((step, i) =>
    resolveStep(step, [...path, 'steps', i], `${context.label}.steps[${i}]`, context, phases, order, isSubset),
  );
}

interface Order {
  upgrades: number;
  readonly enforced: string[]; // phases left active for later channels of the chain
  readonly known: string[]; // phases active in this channel, in shadow mode too
}

function resolveStep(
  step: StepInput,
  path: Path,
  label: string,
  context: Context,
  phases: readonly GatePhasePlan[],
  order: Order,
  isSubset: boolean,
): StepPlan[] {
  const { report, profile } = context;
  const defaults = CHANNEL_DEFAULTS[profile];
  if (step.dwell !== undefined) return [{ kind: 'dwell', ...step.dwell }];
  const kind = step.upgrade === undefined ? 'gate' : 'upgrade';
  const { batches, pause } = step.upgrade ?? step.gate ?? {};
  const batchShare = batches ?? parsePercent(assume(report, `${label}.${kind}.batches`, defaults.batches));
  if (kind === 'upgrade') {
    order.upgrades += 1;
    if (order.upgrades > 1) addProblem(report, path, 'the channel runs the release already', 'Upgrade once.');
    return [
      { kind, batchShare, pause: pause ?? parseDuration(assume(report, `${label}.upgrade.pause`, defaults.pause)) },
    ];
  }
  const name = step.gate?.phase ?? '';
  const phase = findPhase(name, phases, [...path, 'gate', 'phase'], report);
  if (phase === undefined) return [];
  if (order.upgrades === 0) addProblem(report, path, 'a gate needs the release', 'Put an upgrade step before it.');
  checkGateOrder(phase, order.known, phases, [...path, 'gate', 'phase'], report);
  const mode = step.gate?.mode ?? assume<GateMode>(report, `${label}.gate.mode`, isSubset ? SHADOW_MODE : ENFORCE_MODE);
  order.known.push(name);
  if (mode === 'enforce') order.enforced.push(name);
  return [{ kind, phase: name, batchShare, pause: pause ?? 0, mode }];
}

function findPhase(
  name: string,
  phases: readonly GatePhasePlan[],
  path: Path,
  report: Report,
): GatePhasePlan | undefined {
  const phase = phases.find((candidate) => candidate.name === name);
  if (phase === undefined) {
    const names = phases.map((known) => known.name);
    addProblem(report, path, `there is no gate phase "${name}"`, suggest(name, names, 'Phases'));
  }
  return phase;
}

/** Upgrade, then each gate with a watch after it, then the last watch. */
function deriveSteps(
  context: Context,
  phases: readonly GatePhasePlan[],
  active: string[],
  isSubset: boolean,
): StepPlan[] {
  const { input, path, label, profile, report } = context;
  const defaults = CHANNEL_DEFAULTS[profile];
  const note = (key: string, used: Default): string => assume<string>(report, `${label}.${key}`, used);
  const batchShare = parsePercent(note('upgrade.batches', defaults.batches));
  const pause = parseDuration(note('upgrade.pause', defaults.pause));
  const steps: StepPlan[] = [{ kind: 'upgrade', batchShare, pause }];

  const names = input.gates ?? defaultGates(context, phases);
  const mode: GateMode = isSubset ? 'shadow' : 'enforce';
  if (names.length > 0) note('gates.mode', isSubset ? SHADOW_MODE : ENFORCE_MODE);
  const dwell = (key: 'dwell' | 'gateDwell'): Dwell => input[key] ?? parseDwell(note(key, defaults[key]));
  const gateDwell = names.length > 0 ? dwell('gateDwell') : undefined;
  const known = [...active];
  names.forEach((name, i) => {
    const place = input.gates === undefined ? path : [...path, 'gates', i];
    const phase = findPhase(name, phases, place, report);
    if (phase === undefined) return;
    checkGateOrder(phase, known, phases, place, report);
    known.push(name);
    if (mode === 'enforce') active.push(name);
    steps.push({ kind: 'gate', phase: name, batchShare, pause: 0, mode });
    if (gateDwell !== undefined) steps.push({ kind: 'dwell', ...gateDwell });
  });
  steps.push({ kind: 'dwell', ...dwell('dwell') });
  return steps;
}

/** All phases, or those of the canary's two that the file knows. */
function defaultGates(context: Context, phases: readonly GatePhasePlan[]): readonly string[] {
  const { gates } = CHANNEL_DEFAULTS[context.profile];
  const all = phases.map((phase) => phase.name);
  const names = gates.value === 'all' ? all : all.filter((name) => (gates.value as readonly string[]).includes(name));
  assume(context.report, `${context.label}.gates`, { value: names, source: gates.source });
  return names;
}
