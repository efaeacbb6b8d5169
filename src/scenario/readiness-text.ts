/**
 * Preparation and people in words.
 */
import { DAY, formatDuration } from '#base/time';
import type { OperationsPlan, Plan } from '#model/plan';
import type { EvidencePlan } from '#model/readiness-plan';
import { describeLaw } from './law-text.js';
import { WEEKDAYS } from './people-schema.js';
import { formatQuantity } from './quantity.js';

/** Items of evidence, a row each: name, and what becomes of it. */
export function readinessRows({ readiness, channels }: Plan): string[][] {
  return readiness.map((item) => [
    item.name,
    item.owner,
    describeItem(
      item,
      readiness,
      channels.map(({ name }) => name),
    ),
  ]);
}

function describeItem(item: EvidencePlan, all: readonly EvidencePlan[], channels: readonly string[]): string {
  const { kind, duration, after, fails, rework, missing, gates, waiveAfter, deadline, changeEvery } = item;
  const parts = [
    `${kind}, ${describeLaw(duration)}`,
    ...(after.length === 0 ? [] : [`after ${after.map((before) => all[before]?.name).join(', ')}`]),
    ...(fails === 0 ? [] : [`not accepted in ${formatQuantity(fails, 'share')}, then ${describeLaw(rework)} again`]),
    ...(missing === 0 ? [] : [`missing in ${formatQuantity(missing, 'share')}`]),
    ...(changeEvery === null ? [] : [`broken by a change every ${formatDuration(changeEvery)}`]),
    gates.length === 0 ? 'waived' : `before ${gates.map((channel) => channels[channel]).join(', ')}`,
    ...(waiveAfter === null ? [] : [`waived after ${describeLaw(waiveAfter)}`]),
    ...(deadline === null ? [] : [`due at ${formatDuration(deadline)}`]),
  ];
  return parts.join('; ');
}

/** Who is on call, and how an incident goes. */
export function describePeople(operations: OperationsPlan): string[] {
  const { adoption, forwardFix } = operations;
  if (adoption === null) return describeResponse(operations);
  const taken = `two thirds run it in ${describeLaw(adoption.twoThirds)}, each operator with a spread of ${adoption.spread}`;
  return [
    ...describeResponse(operations),
    `A release that mends the chain is out in ${describeLaw(forwardFix)}; ${taken}.`,
  ];
}

function describeResponse({ decision, incident, oncall }: OperationsPlan): string[] {
  if (decision !== null) return [`Incidents: a decision takes ${describeLaw(decision)}.`];
  const { response, people, levels, escalateAfter, offShift, begin } = oncall;
  const each = people === 1 ? 'one person' : `${people} people`;
  const level = levels === 1 ? '' : ` on each of ${levels} levels, ${formatDuration(escalateAfter)} apart`;
  const day = WEEKDAYS[Math.floor(begin / DAY)] ?? '';
  const stages = [
    ...(incident.notice === null ? [] : [`noticed without a check in ${describeLaw(incident.notice)}`]),
    `acknowledged in ${describeLaw(response)}, off shift ${offShift} times as long`,
    `diagnosed in ${describeLaw(incident.diagnose)}, wrongly in ${formatQuantity(incident.misdiagnosed, 'share')}`,
    `decided in ${describeLaw(incident.decide)}`,
  ];
  return [
    `On call: ${each}${level}; the rollout begins on ${day} at ${formatDuration(begin % DAY)}.`,
    `Incidents: ${stages.join('; ')}.`,
  ];
}
