/**
 * Causes that a rehearsal can be repeated without, on the same luck.
 *
 * A fault that is left out keeps its place and its streams: its draws are made and nothing comes of them. So until the
 * fault first acts, the rehearsal without it is the very same, fact by fact; and where it never acts, to the end.
 */
import type { Outcome } from '#model/outcome';
import type { ChannelPlan, Plan } from '#model/plan';

export type Cause =
  | { readonly kind: 'fault'; readonly name: string }
  | { readonly kind: 'evidence'; readonly name: string } // an item of readiness that may be missing, refused or broken
  | { readonly kind: 'restarts' } // planned ones, of upgrades, gates and the way back
  | { readonly kind: 'faults' }; // all of them

/** What an undoing's record says where planned restarts are behind it. */
const RESTARTS = 'restarts';

/** A cause in words. */
export function nameCause(cause: Cause): string {
  if (cause.kind === 'fault' || cause.kind === 'evidence') return cause.name;
  return cause.kind === 'restarts' ? 'planned restarts' : 'all faults';
}

/** Every cause of a plan: each fault, evidence that may go wrong, the planned restarts, and all faults where there are several. */
export function listCauses({ faults, readiness }: Pick<Plan, 'faults' | 'readiness'>): Cause[] {
  const single = faults.map(({ name }): Cause => ({ kind: 'fault', name }));
  const open = readiness.filter(({ fails, missing, changeEvery }) => fails > 0 || missing > 0 || changeEvery !== null);
  const evidence = open.map(({ name }): Cause => ({ kind: 'evidence', name }));
  return [...single, ...evidence, { kind: 'restarts' }, ...(faults.length > 1 ? [{ kind: 'faults' } as const] : [])];
}

/**
 * The plan without a cause. Evidence is delivered after the same work, accepted at once and never broken. Planned restarts are kept and take no time: nodes stop and are back at once; that a node
 * joins again, replays its log and makes its keys takes what it takes.
 */
export function planWithout(plan: Plan, cause: Cause): Plan {
  if (cause.kind === 'restarts') {
    const operations = { ...plan.operations, restart: { kind: 'constant', value: 0 } as const };
    return { ...plan, operations, channels: plan.channels.map(installAtOnce) };
  }
  if (cause.kind === 'evidence') {
    const sound = { fails: 0, missing: 0, changeEvery: null };
    return {
      ...plan,
      readiness: plan.readiness.map((item) => (item.name === cause.name ? { ...item, ...sound } : item)),
    };
  }
  const isLeftOut = (name: string): boolean => cause.kind === 'faults' || cause.name === name;
  return {
    ...plan,
    faults: plan.faults.map((fault) => (isLeftOut(fault.name) ? { ...fault, probability: 0 } : fault)),
  };
}

function installAtOnce(channel: ChannelPlan): ChannelPlan {
  const steps = channel.steps.map((step) => {
    return step.kind === 'halt-upgrade' ? { ...step, install: { kind: 'constant', value: 0 } as const } : step;
  });
  return { ...channel, steps };
}

/**
 * Whether leaving the cause out can change anything in a replication.
 *
 * @param outcome - with details
 */
export function mayMatter(cause: Cause, { struck = [], readiness }: Pick<Outcome, 'struck' | 'readiness'>): boolean {
  if (cause.kind === 'restarts') return true;
  if (cause.kind === 'evidence') {
    return readiness.some(({ name, rework, delivered }) => name === cause.name && (rework > 0 || delivered === null));
  }
  return cause.kind === 'faults' ? struck.length > 0 : struck.some(({ fault }) => fault === cause.name);
}

/** Whether the rehearsal's own record of an undoing names the cause. */
export function isNamed(cause: Cause, recorded: string, faults: Plan['faults']): boolean {
  if (cause.kind === 'evidence') return recorded === cause.name;
  const isFault = faults.some(({ name }) => name === recorded);
  if (cause.kind === 'restarts') return recorded === RESTARTS && !isFault;
  return isFault && (cause.kind === 'faults' || cause.name === recorded);
}
