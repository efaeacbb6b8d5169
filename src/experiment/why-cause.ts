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
  | { readonly kind: 'restarts' } // planned ones, of upgrades, gates and the way back
  | { readonly kind: 'faults' }; // all of them

/** What an undoing's record says where planned restarts are behind it. */
const RESTARTS = 'restarts';

/** A cause in words. */
export function nameCause(cause: Cause): string {
  if (cause.kind === 'fault') return cause.name;
  return cause.kind === 'restarts' ? 'planned restarts' : 'all faults';
}

/** Every cause of a plan: each fault, the planned restarts, and all faults where there are several. */
export function listCauses({ faults }: Pick<Plan, 'faults'>): Cause[] {
  const single = faults.map(({ name }): Cause => ({ kind: 'fault', name }));
  return [...single, { kind: 'restarts' }, ...(faults.length > 1 ? [{ kind: 'faults' } as const] : [])];
}

/**
 * The plan without a cause. Planned restarts are kept and take no time: nodes stop and are back at once; that a node
 * joins again, replays its log and makes its keys takes what it takes.
 */
export function planWithout(plan: Plan, cause: Cause): Plan {
  if (cause.kind === 'restarts') {
    const operations = { ...plan.operations, restart: { kind: 'constant', value: 0 } as const };
    return { ...plan, operations, channels: plan.channels.map(installAtOnce) };
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
export function mayMatter(cause: Cause, { struck = [] }: Pick<Outcome, 'struck'>): boolean {
  if (cause.kind === 'restarts') return true;
  return cause.kind === 'faults' ? struck.length > 0 : struck.some(({ fault }) => fault === cause.name);
}

/** Whether the rehearsal's own record of an undoing names the cause. */
export function isNamed(cause: Cause, recorded: string, faults: Plan['faults']): boolean {
  const isFault = faults.some(({ name }) => name === recorded);
  if (cause.kind === 'restarts') return recorded === RESTARTS && !isFault;
  return isFault && (cause.kind === 'faults' || cause.name === recorded);
}
