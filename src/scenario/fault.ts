/**
 * Faults: when each happens and whom it hits.
 */
import type { Distribution } from '#kernel/distribution';
import type { ChannelPlan, FaultPlan, GatePhasePlan, PartitionFault, PruningFault, Target, Trigger } from '#model/plan';
import { resolveByzantine } from './byzantine.js';
import type { Default } from './default-row.js';
import { conditionalAt, FAULT_DEFAULTS } from './defaults.js';
import { parseLaw } from './distribution.js';
import type { FaultInput, MisfireInput, PruningInput, StorageInput, TargetsInput } from './fault-schema.js';
import { addProblem, assume, type Findings } from './findings.js';
import { suggest } from './suggest.js';
import type { Path } from './tree.js';
import { parseDuration, parsePercent } from './units.js';

/** The cause of an undoing that no fault is behind; no fault may bear this name. */
export const UNEXPLAINED = 'unexplained';

/** What faults may refer to; lists that failed to load are undefined and not checked against. */
export interface FaultContext {
  readonly channels: readonly ChannelPlan[] | undefined;
  readonly channelNames: readonly string[];
  readonly phases: readonly GatePhasePlan[] | undefined;
  readonly crashRestart: Distribution | undefined;
  readonly findings: Findings;
}

export function resolveFaults(input: readonly FaultInput[], context: FaultContext): FaultPlan[] {
  const names = nameFaults(input);
  input.forEach((fault, i) => {
    const name = names[i] ?? '';
    const path = ['faults', i, fault.name === undefined ? 'kind' : 'name'];
    if (names.indexOf(name) !== i)
      addProblem(context.findings, path, `a fault "${name}" stands above already`, 'Rename one.');
    if (name === UNEXPLAINED) addProblem(context.findings, path, `"${name}" means no fault at all`, 'Rename it.');
  });
  return input.map((fault, i) => resolveFault(fault, names[i] ?? fault.kind, ['faults', i], context));
}

/** The names of faults: their own, or kind and number, such as `crash-1`. */
export function nameFaults(input: readonly { readonly kind: string; readonly name?: string | undefined }[]): string[] {
  const counts = new Map<string, number>();
  return input.map((fault) => {
    if (fault.name !== undefined) return fault.name;
    const count = (counts.get(fault.kind) ?? 0) + 1;
    counts.set(fault.kind, count);
    return `${fault.kind}-${count}`;
  });
}

function resolveFault(input: FaultInput, name: string, path: Path, context: FaultContext): FaultPlan {
  const { findings } = context;
  const { probability } = input;
  if (input.kind === 'bad-release') {
    const { defect, perHeight } = input;
    if (input.gate !== undefined) checkPhase(input.gate, [...path, 'gate'], context);
    const part = input.share ?? parsePercent(assume(findings, `faults.${name}.share`, FAULT_DEFAULTS.share));
    const minUpgraded =
      input.minUpgraded ?? assume<number>(findings, `faults.${name}.minUpgraded`, FAULT_DEFAULTS.minUpgraded);
    const trigger = resolveTrigger(input, name, undefined, path, context);
    const gate = input.gate ?? null;
    return { kind: input.kind, name, trigger, probability, defect, perHeight, share: part, gate, minUpgraded };
  }
  if (input.kind === 'misfire') return resolveMisfire(input, name, path, context);
  if (input.kind === 'pruning') return resolvePruning(input, name, path, context);
  const { targets } = input;
  if (targets.channel !== undefined) checkChannel(targets.channel, [...path, 'targets', 'channel'], context);
  const trigger = resolveTrigger(input, name, targets.channel, path, context);
  const target = resolveTarget(targets, [...path, 'targets'], context);
  const shared = { name, trigger, probability, target };
  switch (input.kind) {
    case 'crash':
      return { ...shared, kind: input.kind, duration: input.for ?? defaultOutage(name, FAULT_DEFAULTS.crash, context) };
    case 'storage':
      return { ...shared, kind: input.kind, what: input.what, duration: storeOutage(input, name, path, context) };
    case 'backend':
      return { ...shared, kind: input.kind, duration: input.for };
    case 'partition': {
      const direction =
        input.direction ??
        assume<PartitionFault['direction']>(findings, `faults.${name}.direction`, conditionalAt('faults[].direction'));
      return { ...shared, kind: input.kind, direction, moves: input.moves ?? null, duration: input.for };
    }
    case 'clog':
      return { ...shared, kind: input.kind, duration: input.for };
    case 'loss':
      return { ...shared, kind: input.kind, loss: input.loss, duration: input.for };
    case 'duplicate':
      return { ...shared, kind: input.kind, share: input.share, duration: input.for };
    case 'delay':
    case 'reorder': {
      const part = input.share ?? parsePercent(assume(findings, `faults.${name}.share`, FAULT_DEFAULTS.messages));
      const delay: Distribution = input.kind === 'delay' ? input.delay : { kind: 'uniform', min: 0, max: input.spread };
      return { ...shared, kind: 'delay', share: part, delay, duration: input.for };
    }
    case 'byzantine':
      return { ...shared, ...resolveByzantine(input, name, path, findings) };
    case 'slow':
      return { ...shared, kind: input.kind, on: input.on, factor: input.factor, duration: input.for };
    case 'drift':
      checkPhase(input.gate, [...path, 'gate'], context);
      return { ...shared, kind: input.kind, gate: input.gate, duration: input.for };
  }
}

/** It comes with the gate step that arms it, and needs no other time. */
function resolveMisfire(input: MisfireInput, name: string, path: Path, context: FaultContext): FaultPlan {
  const { findings } = context;
  const { kind, probability, gate, channel, how, targets } = input;
  checkPhase(gate, [...path, 'gate'], context);
  checkChannel(channel, [...path, 'channel'], context);
  checkStep(channel, gate, [...path, 'gate'], context);
  if (targets.channel !== undefined && targets.channel !== channel) {
    const what = `the gate misfires in channel "${channel}" and hits channel "${targets.channel}"`;
    addProblem(findings, [...path, 'targets', 'channel'], what, 'Name one channel.');
  }
  if (how === 'partial' && input.by !== undefined) {
    const what = '"by" does not go with "how: partial": the nodes never apply the gate';
    addProblem(findings, [...path, 'by'], what, 'Remove it, or write early or late.');
  }
  const by =
    how === 'partial' ? 0 : (input.by ?? assume<number>(findings, `faults.${name}.by`, FAULT_DEFAULTS.misfireBy));
  const duration = input.for ?? parseLaw(assume(findings, `faults.${name}.for`, FAULT_DEFAULTS.misfire));
  const target = resolveTarget(targets, [...path, 'targets'], context);
  const trigger: Trigger = { kind: 'after', channel, step: gate, delay: 0 };
  return { kind, name, trigger, probability, gate, how, by, duration, target };
}

/** Until somebody starts the nodes again; a damaged backup stops nobody. */
function storeOutage(input: StorageInput, name: string, path: Path, context: FaultContext): Distribution {
  if (input.what !== 'backup') return input.for ?? defaultOutage(name, FAULT_DEFAULTS.store, context);
  if (input.for !== undefined) {
    const what = '"for" does not go with "what: backup", which stops no node';
    addProblem(context.findings, [...path, 'for'], what, 'Remove it.');
  }
  return { kind: 'constant', value: 0 };
}

/** An order to the worker of a chain: it is of no node in particular. */
function resolvePruning(input: PruningInput, name: string, path: Path, context: FaultContext): PruningFault {
  const { kind, order, probability } = input;
  const trigger = resolveTrigger(input, name, undefined, path, context);
  if (order === 'pause' && input.for === undefined) {
    addProblem(context.findings, path, 'a pause of pruning has no end', 'Write how long it lasts, such as "for: 30m".');
  }
  if (order === 'cancel' && input.for !== undefined) {
    addProblem(context.findings, [...path, 'for'], '"for" does not go with "order: cancel"', 'Remove it.');
  }
  const duration = input.for ?? { kind: 'constant', value: 0 };
  return { kind, name, trigger, probability, order, duration, target: { kind: 'share', share: 1, of: 'chain' } };
}

function defaultOutage(name: string, used: Default, context: FaultContext): Distribution {
  assume(context.findings, `faults.${name}.for`, used);
  // Without a valid section `operations` the scenario is refused anyway.
  return context.crashRestart ?? { kind: 'constant', value: 0 };
}

function resolveTrigger(
  input: Exclude<FaultInput, MisfireInput>,
  name: string,
  targetChannel: string | undefined,
  path: Path,
  context: FaultContext,
): Trigger {
  const { findings } = context;
  const { at, when, rate, every, channel } = input;
  const chosen = [at, when, rate, every].filter((one) => one !== undefined).length;
  const fromStart = input.kind === 'bad-release' || input.kind === 'byzantine';
  if (chosen > 1 || (chosen === 0 && !fromStart)) {
    addProblem(findings, path, `the fault happens in ${chosen} ways`, 'Write exactly one of at, when, rate and every.');
  }
  if (channel !== undefined) checkChannel(channel, [...path, 'channel'], context);
  if (channel !== undefined && rate === undefined && every === undefined) {
    const fix = `Write "when: { channel: ${channel}, after: … }".`;
    addProblem(findings, [...path, 'channel'], '"channel" goes with "rate" and "every" only', fix);
  }
  const bound = channel ?? targetChannel;
  const first = channel ?? when?.channel;
  if (targetChannel !== undefined && first !== undefined && first !== targetChannel) {
    const what = `the fault happens in channel "${first}" and hits channel "${targetChannel}"`;
    addProblem(findings, [...path, 'targets', 'channel'], what, 'Name one channel.');
  }
  if (rate !== undefined) return { kind: 'rate', every: rate, regular: false, channel: bound ?? null };
  if (every !== undefined) return { kind: 'rate', every, regular: true, channel: bound ?? null };
  if (when !== undefined) {
    checkChannel(when.channel, [...path, 'when', 'channel'], context);
    if (when.gate !== undefined) checkStep(when.channel, when.gate, [...path, 'when', 'gate'], context);
    return { kind: 'after', channel: when.channel, step: when.gate ?? null, delay: when.after };
  }
  const start = input.kind === 'byzantine' ? FAULT_DEFAULTS.byzantine : FAULT_DEFAULTS.release;
  const time = at ?? parseDuration(assume(findings, `faults.${name}.at`, start));
  return bound === undefined ? { kind: 'at', time } : { kind: 'after', channel: bound, step: null, delay: time };
}

function resolveTarget(input: TargetsInput, path: Path, context: FaultContext): Target {
  const { findings, channels } = context;
  const pool = input.of ?? (input.channel === undefined ? 'chain' : 'channel');
  if (input.channel !== undefined && pool === 'chain') {
    addProblem(
      findings,
      [...path, 'of'],
      'targets in a channel are not those of the whole chain',
      'Remove one of the two.',
    );
  }
  const where = channels?.filter((channel) => input.channel === undefined || channel.name === input.channel);
  const most = where?.map((channel) => (pool === 'channel' ? channel.validators : channel.chainValidators)) ?? [];
  const limit = most.length === 0 ? Number.POSITIVE_INFINITY : Math.max(...most);
  if (input.count !== undefined) {
    if (input.count > limit)
      addProblem(findings, [...path, 'count'], `there are at most ${limit}`, `Write at most ${limit}.`);
    return { kind: 'count', count: input.count, of: pool };
  }
  if (input.share !== undefined) return { kind: 'share', share: input.share, of: pool };
  if (input.power !== undefined) return { kind: 'power', power: input.power, of: pool };
  if (input.faulty !== undefined) return { kind: 'faulty', beyond: input.faulty, of: pool };
  if (input.validators !== undefined) {
    const chain = Math.max(0, ...(channels?.map((channel) => channel.chainValidators) ?? []));
    input.validators.forEach((validator, i) => {
      if (channels === undefined || validator < chain) return;
      const what = `there is no validator ${validator} in any chain`;
      addProblem(findings, [...path, 'validators', i], what, `Write numbers from 0 to ${chain - 1}.`);
    });
    return { kind: 'validators', validators: input.validators };
  }
  return { kind: 'leader' };
}

function checkChannel(name: string, path: Path, { channelNames, findings }: FaultContext): void {
  if (channelNames.includes(name)) return;
  addProblem(findings, path, `there is no channel "${name}"`, suggest(name, channelNames, 'Channels'));
}

function checkPhase(name: string, path: Path, { phases, findings }: FaultContext): void {
  if (phases === undefined || phases.some((phase) => phase.name === name)) return;
  const names = phases.map((phase) => phase.name);
  addProblem(findings, path, `there is no gate phase "${name}"`, suggest(name, names, 'Phases'));
}

/** A fault after a gate step waits for ever if the channel has no such step. */
function checkStep(channel: string, gate: string, path: Path, context: FaultContext): void {
  const plan = context.channels?.find((candidate) => candidate.name === channel);
  if (plan === undefined) return;
  const gates = plan.steps.flatMap((step) => (step.kind === 'gate' ? [step.phase] : []));
  if (gates.includes(gate)) return;
  addProblem(
    context.findings,
    path,
    `channel "${channel}" has no gate step "${gate}"`,
    suggest(gate, gates, 'Its gates'),
  );
}
