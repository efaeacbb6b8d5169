/**
 * Preparation evidence: names into indices, what a file leaves out, and what does not fit together.
 */
import { DAY, formatDuration, type Micros } from '#base/time';
import { prepare } from '#model/readiness/activity';
import type { EvidencePlan } from '#model/readiness-plan';
import { conditionalAt } from './defaults.js';
import { addProblem, addWarning, assume, type Findings } from './findings.js';
import type { EvidenceInput } from './readiness-schema.js';
import { roughMean } from './schedule.js';
import { suggest } from './suggest.js';
import type { Path } from './tree.js';

/**
 * The items of a scenario.
 *
 * @param channels - names, in order of promotion
 */
export function resolveReadiness(
  input: readonly EvidenceInput[],
  channels: readonly string[],
  findings: Findings,
): EvidencePlan[] {
  const names = input.map(({ name }) => name);
  const items = input.map((one, i) => resolveItem(one, ['readiness', i], names, channels, findings));
  if (!checkOrder(items, names, findings)) return items;
  const times = preparedTimes(items);
  items.forEach(({ name, deadline }, i) => {
    const time = times[i] as Micros;
    if (deadline === null || time <= deadline) return;
    const what = `"${name}" takes about ${formatDuration(time)}, longer than its deadline`;
    addWarning(findings, ['readiness', i, 'deadline'], what, 'It is late more often than not.');
  });
  return items;
}

function resolveItem(
  input: EvidenceInput,
  path: Path,
  names: readonly string[],
  channels: readonly string[],
  findings: Findings,
): EvidencePlan {
  const {
    name,
    kind,
    duration,
    fails,
    missing,
    after = [],
    waived = false,
    waiveAfter,
    deadline,
    broken,
    gated = false,
  } = input;
  if (names.indexOf(name) !== path[1]) {
    addProblem(findings, [...path, 'name'], `an item "${name}" stands above already`, 'Rename one.');
  }
  refuseUnfit(input, path, findings);
  const used = (key: 'owner' | 'rework' | 'gates'): void => {
    assume(findings, `readiness.${name}.${key}`, conditionalAt(`readiness[].${key}`));
  };
  if (input.owner === undefined) used('owner');
  if (input.rework === undefined && fails > 0) used('rework');
  if (input.gates === undefined && !waived) used('gates');
  const indexOf = (word: string, known: readonly string[], key: string, i: number, noun: string): number[] => {
    const index = known.indexOf(word);
    if (index >= 0) return [index];
    addProblem(findings, [...path, key, i], `there is no "${word}"`, suggest(word, known, noun));
    return [];
  };
  const byDefault = kind === 'coverage' ? channels.map((_, i) => i) : [0];
  const gates = input.gates?.flatMap((channel, i) => indexOf(channel, channels, 'gates', i, 'Channels'));
  return {
    name,
    kind,
    owner: input.owner ?? `${name} itself`,
    duration,
    after: after.flatMap((before, i) => indexOf(before, names, 'after', i, 'Items')),
    fails,
    rework: input.rework ?? duration,
    missing,
    gates: waived ? [] : (gates ?? byDefault),
    waiveAfter: waiveAfter ?? null,
    deadline: deadline ?? null,
    changeEvery: broken === undefined || broken === 0 || gated ? null : Math.round(DAY / -Math.log1p(-broken)),
  };
}

/** Keys that do not go with the kind, or with each other. */
function refuseUnfit(
  { kind, gates, waived, waiveAfter, broken, gated }: EvidenceInput,
  path: Path,
  findings: Findings,
): void {
  const refuse = (key: string, what: string, fix: string): void => addProblem(findings, [...path, key], what, fix);
  if (waived === true && kind === 'coverage') {
    refuse('waived', 'coverage is never waived', 'Remove it (blueprint §17: any regression blocks).');
  }
  if (waiveAfter !== undefined && kind === 'coverage') {
    refuse('waiveAfter', 'coverage is never waived', 'Remove it (blueprint §17: any regression blocks).');
  }
  if (waived === true && gates !== undefined) {
    refuse('gates', 'no channel waits for what is waived', 'Remove gates, or waived.');
  }
  if (waived === true && waiveAfter !== undefined) {
    refuse('waiveAfter', 'it is waived beforehand', 'Remove waiveAfter, or waived.');
  }
  if (kind === 'freeze') return;
  if (broken !== undefined) refuse('broken', 'only a freeze is broken', 'Remove it, or write kind: freeze.');
  if (gated !== undefined) refuse('gated', 'only a freeze keeps changes out', 'Remove it, or write kind: freeze.');
}

/** @returns whether no item follows itself */
function checkOrder(items: readonly EvidencePlan[], names: readonly string[], findings: Findings): boolean {
  const follows = items.map(({ after }) => new Set(after));
  for (let grown = true; grown; ) {
    grown = false;
    for (const all of follows) {
      const { size } = all;
      for (const before of [...all]) for (const earlier of follows[before] ?? []) all.add(earlier);
      if (all.size > size) grown = true;
    }
  }
  const first = follows.findIndex((all, i) => all.has(i));
  if (first < 0) return true;
  const circle = names.filter((_, i) => follows[i]?.has(i) === true);
  addProblem(
    findings,
    ['readiness', first, 'after'],
    `items follow each other: ${circle.join(', ')}`,
    'Break the circle.',
  );
  return false;
}

/** About when each item is delivered: mean times, rework as often as in the mean, no breach of a freeze. */
function preparedTimes(items: readonly EvidencePlan[]): Micros[] {
  const work = (item: number): Micros => {
    const { duration, rework, fails } = items[item] as EvidencePlan;
    return Math.round(roughMean(duration) + (roughMean(rework) * fails) / (1 - fails));
  };
  const luck = {
    isMissing: () => false,
    work,
    isAccepted: () => true,
    change: () => Number.POSITIVE_INFINITY,
  };
  return prepare(items, luck, Number.MAX_SAFE_INTEGER).delivered.map((time) => time ?? 0);
}

/**
 * How long a rollout takes that waits for its evidence, if nothing goes wrong.
 *
 * @param times - of the channels
 */
export function plannedTime(times: readonly Micros[], items: readonly EvidencePlan[]): Micros {
  const delivered = preparedTimes(items);
  return times.reduce((begin, time, channel) => {
    const awaited = items.flatMap(({ gates }, i) => (gates.includes(channel) ? [delivered[i] as Micros] : []));
    return Math.max(begin, ...awaited) + time;
  }, 0);
}
