/**
 * Operations: who is on call, and whether incidents have stages.
 */
import { DAY } from '#base/time';
import type { AdoptionPlan } from '#model/operations/adoption';
import type { IncidentPlan, OncallPlan } from '#model/people-plan';
import type { OperationsPlan } from '#model/plan';
import { profileOf } from './channel.js';
import { conditionalAt } from './defaults.js';
import { durationDistribution } from './distribution.js';
import { addProblem, assume, type Findings } from './findings.js';
import { PEOPLE_DEFAULTS } from './people-defaults.js';
import { WEEKDAYS } from './people-schema.js';
import type { Sections } from './schema.js';
import { find, type TreeMap } from './tree.js';

type Input = Sections['operations'];

/** Longer than any replication. */
const ALWAYS = Number.MAX_SAFE_INTEGER;

/** @param channels - names, in order of promotion */
export function resolveOperations(
  input: Input,
  channels: readonly string[],
  tree: TreeMap,
  findings: Findings,
): OperationsPlan {
  const { batches, oncall, incident, decision, adoption, ...rest } = input;
  if (decision !== undefined) {
    for (const key of ['oncall', 'incident']) {
      if (find(tree, ['operations', key]) === undefined) continue;
      const what = `"${key}" has no effect beside "decision", which stands for all stages of an incident`;
      addProblem(findings, ['operations', key], what, 'Remove one of them.');
    }
  }
  return {
    ...rest,
    batchShare: batches,
    decision: decision ?? null,
    oncall: resolveOncall(oncall, channels),
    incident: resolveIncident(incident),
    adoption: adoption === undefined ? null : resolveAdoption(adoption, findings),
  };
}

function resolveAdoption(input: NonNullable<Input['adoption']>, findings: Findings): AdoptionPlan {
  const used = <T>(key: 'twoThirds' | 'spread'): T => {
    return assume<T>(findings, `operations.adoption.${key}`, conditionalAt(`operations.adoption.${key}`));
  };
  return {
    twoThirds: input.twoThirds ?? durationDistribution.parse(used('twoThirds')),
    spread: input.spread ?? used('spread'),
  };
}

function resolveIncident({ notice, ...stages }: Input['incident']): IncidentPlan {
  return { notice: notice ?? null, ...stages };
}

function resolveOncall(
  { coverage, until, shifts, startDay, startTime, ...rest }: Input['oncall'],
  channels: readonly string[],
): OncallPlan {
  const isMainnet = (name: string, i: number): boolean => {
    return channels.includes('mainnet') ? name === 'mainnet' : i === channels.length - 1;
  };
  const aroundTheClock = channels.map((name, i) => {
    if (coverage !== 'until') return coverage === 'always' ? ALWAYS : 0;
    if (profileOf(name) === 'canary') return ALWAYS;
    return isMainnet(name, i) ? until : 0;
  });
  return {
    ...rest,
    shifts: shifts.map(({ days, hours: [from, to] }) => ({ days: days.map(dayNumber), from, to })),
    aroundTheClock,
    begin: dayNumber(startDay) * DAY + startTime,
  };
}

function dayNumber(day: (typeof WEEKDAYS)[number]): number {
  return WEEKDAYS.indexOf(day);
}

/** Paths of defaults that a scenario does not use. */
export function unusedPeopleDefaults({ decision }: Input): string[] {
  if (decision === undefined) return [];
  return Object.keys(PEOPLE_DEFAULTS).filter((path) => /^operations\.(?:oncall|incident)\./.test(path));
}
