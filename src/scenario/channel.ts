/**
 * Channels: on which chain each runs, with how many validators, in which steps.
 */
import type { CheckPlan } from '#model/check-plan';
import type { ChannelPlan, GatePhasePlan } from '#model/plan';
import { CANARY_CHAIN, CANARY_MIN, CANARY_SHARE, CHANNEL_DEFAULTS, type Profile } from './channel-defaults.js';
import type { ChannelInput } from './channel-schema.js';
import { resolveChecks } from './check.js';
import { addProblem, addWarning, assume, type Findings } from './findings.js';
import { type ChannelContext, resolveSteps, warnOfUnpaidWitnesses } from './step.js';
import { suggest } from './suggest.js';
import { parsePercent } from './units.js';

export function resolveChannels(
  input: readonly ChannelInput[],
  phases: readonly GatePhasePlan[],
  findings: Findings,
): ChannelPlan[] {
  const names = input.map((channel) => channel.name);
  const contexts = input.map((channel, i): ChannelContext => {
    const path = ['channels', i];
    const label = `channels.${channel.name}`;
    if (names.indexOf(channel.name) !== i) {
      addProblem(findings, [...path, 'name'], `a channel "${channel.name}" stands above already`, 'Rename one.');
    }
    return {
      input: channel,
      path,
      label,
      profile: profileOf(channel.name),
      chain: chainOf(channel, names, findings),
      findings,
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
    warnOfUnpaidWitnesses(context, steps, active, phases);
    const plans = resolveChecks(checks, context.profile, [...context.path, 'checks'], context.label, findings);
    checkNeeds(context, plans);
    const { maintenance: announced } = CHANNEL_DEFAULTS[context.profile];
    const maintenance =
      context.input.maintenance ?? assume<boolean>(findings, `${context.label}.maintenance`, announced);
    return [{ name, chain: context.chain, chainValidators: size, validators, maintenance, steps, checks: plans }];
  });
}

/** A gate step waits for checks of its channel; one that does not exist would never succeed. */
function checkNeeds({ input, path, findings }: ChannelContext, checks: readonly CheckPlan[]): void {
  // Of checks that are broken the names may be unknown.
  if (input.checks !== undefined && input.checks.length > checks.length) return;
  const names = checks.map((check) => check.name);
  (input.steps ?? []).forEach((step, i) => {
    (step.gate?.needs ?? []).forEach((name, j) => {
      const place = [...path, 'steps', i, 'gate', 'needs', j];
      if (checks.find((check) => check.name === name)?.mode === 'observe') {
        const fix = 'Let it enforce, or need another one.';
        addProblem(findings, place, `check "${name}" only observes, so nothing can wait for it`, fix);
      }
      if (names.includes(name)) return;
      const what = `channel "${input.name}" has no check "${name}"`;
      addProblem(findings, place, what, suggest(name, names, 'Its checks'));
    });
  });
}

export function profileOf(name: string): Profile {
  return name === 'development' || name === 'testnet' || name === 'canary' || name === 'mainnet' ? name : 'other';
}

function chainOf(channel: ChannelInput, names: readonly string[], findings: Findings): string {
  if (channel.chain !== undefined) return channel.chain;
  if (channel.name !== 'canary' || !names.includes('mainnet')) return channel.name;
  return assume<string>(findings, `channels.${channel.name}.chain`, CANARY_CHAIN);
}

/** The number of validators of the channel's chain, once per chain: a problem is told at the channel that causes it. */
function sizeOfChain(context: ChannelContext, all: readonly ChannelContext[]): number | undefined {
  const sharing = all.filter((other) => other.chain === context.chain);
  const stated = sharing.find((other) => other.input.chainValidators !== undefined)?.input.chainValidators;
  const own = context.input.chainValidators;
  if (own !== undefined && own !== stated) {
    const what = `chain "${context.chain}" has ${stated} validators already`;
    addProblem(context.findings, [...context.path, 'chainValidators'], what, 'State the number once.');
  }
  if (stated !== undefined) return stated;
  const counts = sharing.flatMap(({ input }) =>
    input.validators !== undefined && 'count' in input.validators ? [input.validators.count] : [],
  );
  if (counts.length > 0) return Math.max(...counts);
  const share = context.input.validators !== undefined;
  const what = share ? `no channel says how many validators chain "${context.chain}" has` : 'is missing';
  const fix = share ? 'Add chainValidators.' : `Add "validators:" to channel "${context.input.name}".`;
  addProblem(context.findings, [...context.path, 'validators'], what, fix);
  return undefined;
}

function countValidators(context: ChannelContext, size: number | undefined): number | undefined {
  const { input, path, label, profile, findings } = context;
  if (size === undefined) return undefined;
  const place = [...path, 'validators'];
  if (input.validators === undefined && profile !== 'canary') {
    addProblem(findings, place, 'is missing', `Add "validators:" to channel "${input.name}".`);
    return undefined;
  }
  if (input.validators === undefined) {
    const count = Math.min(size, Math.max(CANARY_MIN, portion(parsePercent(String(CANARY_SHARE.value)), size)));
    assume(findings, `${label}.validators`, { ...CANARY_SHARE, value: `${CANARY_SHARE.value} (${count} of ${size})` });
    return count;
  }
  const count = 'count' in input.validators ? input.validators.count : portion(input.validators.share, size);
  if (count > size) {
    addProblem(
      findings,
      place,
      `is more than the ${size} validators of chain "${context.chain}"`,
      `Write at most ${size}.`,
    );
    return undefined;
  }
  // §22: below a third of the power a failing canary cannot stop finality.
  if (profile === 'canary' && count < size && 3 * count >= size) {
    addWarning(findings, place, `${count} of ${size} validators can stop the chain`, 'Choose fewer than a third.');
  }
  return count;
}

/** A share of `size` validators, rounded up, at least 1. */
function portion(share: number, size: number): number {
  return Math.max(1, Math.ceil(share * size - 1e-9)); // 0.07 × 100 is a little more than 7
}
