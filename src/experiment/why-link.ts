/**
 * The links of a causal chain, and what a timeline tells of a stretch of time; in words that can be repeated.
 */
import { formatDuration, type Micros } from '#base/time';
import type { Outcome, Struck } from '#model/outcome';
import type { Plan } from '#model/plan';

/** What a link of the chain is. */
export type LinkRole = 'cause' | 'effect' | 'seen' | 'decided' | 'way back' | 'lost' | 'recovery' | 'outcome';

export interface Link {
  readonly at: Micros;
  readonly role: LinkRole;
  readonly channel: string;
  readonly words: string; // a sentence without its full stop
}

/** One chain of a story: from what came first to what came of it. */
export interface Episode {
  readonly title: string;
  readonly explained: boolean; // its cause is known
  readonly from: Micros;
  readonly to: Micros;
  readonly links: readonly Link[];
}

/** A stretch without blocks that a timeline notes. */
export interface Stall {
  readonly from: Micros;
  readonly to: Micros;
  readonly channel: string;
}

const NAMED_VALIDATORS = 12;

export function listStalls(
  timeline: readonly { readonly at: Micros; readonly kind: string; readonly channel: string }[],
): Stall[] {
  const starts = timeline.filter(({ kind }) => kind === 'stall-start');
  const ends = timeline.filter(({ kind }) => kind === 'stall-end');
  return starts.map(({ at, channel }, i) => ({ from: at, to: ends[i]?.at ?? at, channel }));
}

/** `validators 1, 4 and 6, 21.4% of the power`. */
export function describeHit({ validators, power }: Struck): string {
  const named = validators.slice(0, NAMED_VALIDATORS).map(String);
  const rest = validators.length - named.length;
  const last = rest > 0 ? `${rest} more` : named.pop();
  const list = named.length === 0 ? last : `${named.join(', ')} and ${last}`;
  return `${validators.length === 1 ? 'validator' : 'validators'} ${list}, ${percent(power)} of the power`;
}

/** A fault or a defect that acted, as the root of a chain. */
export function describeStrike(one: Struck, { faults }: Plan): string {
  const fault = faults.find(({ name }) => name === one.fault);
  const end = one.end === null ? 'with no end of its own' : `for ${formatDuration(one.end - one.at)}`;
  const what =
    fault?.kind === 'bad-release'
      ? `The release shows its defect ${one.fault} (${fault.defect})`
      : `Fault ${one.fault} begins (${fault?.kind ?? 'unknown'})`;
  return `${what}, ${end}: ${describeHit(one)}`;
}

/** How many blocks the hours that overlap a stretch got, and their participation at the lowest. */
export function describeHours({ hours = [] }: Outcome, from: Micros, to: Micros): string | null {
  const over = hours.filter((hour, i) => {
    const end = hours[i + 1]?.start ?? Number.POSITIVE_INFINITY;
    return hour.start <= to && end > from;
  });
  if (over.length === 0) return null;
  const slots = over.reduce((sum, hour) => sum + hour.slots, 0);
  const blocks = over.reduce((sum, hour) => sum + hour.blocks, 0);
  const lowest = over.flatMap(({ participationMean }) => participationMean ?? []);
  const signed =
    lowest.length === 0 ? '' : `; at least ${percent(Math.min(...lowest))} of the power signed, hour by hour`;
  const span = over.length === 1 ? 'the hour concerned' : `the ${over.length} hours concerned`;
  return `In ${span} ${blocks} of ${slots} slots got a block${signed}`;
}

export function percent(share: number): string {
  return `${Number((100 * share).toFixed(1))}%`;
}

export function count(n: number, noun: string, many = `${noun}s`): string {
  return `${n} ${n === 1 ? noun : many}`;
}
