/**
 * Channels wait for their preparation evidence (blueprint.md section 17).
 *
 * What is under way is waited for. What is missing holds the channel: it is waived after a while, or the promotion is given up
 * at the limit of a hold.
 */
import { formatDuration, type Micros } from '#base/time';
import { sampleInteger } from '#kernel/distribution';
import { createStream, nextUnit, type Stream } from '#kernel/stream';
import { type EvidenceRecord, READINESS } from '../outcome.js';
import type { Plan } from '../plan.js';
import { type Luck, type Preparation, prepare } from '../readiness/activity.js';
import { criticalPath, slackOf } from '../readiness/critical.js';
import type { EvidencePlan } from '../readiness-plan.js';
import type { Readiness, World } from '../world.js';
import { ACTION_ABORT } from './action.js';
import { EVIDENCE, plan } from './agenda.js';
import { isDelivered } from './evidence.js';
import { note } from './timeline.js';
import { decideUndo } from './undoing.js';

/** Draws what becomes of the evidence, each item from streams of its name. */
export function drawReadiness({ readiness: items, horizon }: Plan, seed: string, replication: number): Readiness {
  const preparation = prepare(items, createLuck(items, seed, replication), horizon);
  const isRequired = items.map(({ gates }) => gates.length > 0);
  const critical = criticalPath(items, preparation, isRequired);
  const slack = slackOf(items, preparation, isRequired);
  const records = items.map(({ name, kind, owner }, item): EvidenceRecord => {
    const delivered = preparation.delivered[item] ?? null;
    return {
      name,
      kind,
      owner,
      delivered,
      worked: delivered === null ? null : workedOn(preparation, item),
      rework: preparation.rework[item] as number,
      critical: critical[item] as boolean,
      slack: slack[item] ?? null,
    };
  });
  const waivers = items.map(({ name, waiveAfter }) => {
    return waiveAfter === null
      ? null
      : sampleInteger(waiveAfter, createStream(seed, replication, `readiness/${name}/waiver`));
  });
  return { records, never: neverDelivered(items, preparation), waivers, waived: items.map(() => false), heldFor: -1 };
}

/** Attempts, acceptances and changes of an item come from separate streams: another attempt moves nothing else. */
function createLuck(items: readonly EvidencePlan[], seed: string, replication: number): Luck {
  const streamsOf = (part: string): Stream[] => {
    return items.map(({ name }) => createStream(seed, replication, `readiness/${name}/${part}`));
  };
  const [missing, work, acceptance, change] = ['missing', 'work', 'acceptance', 'change'].map(streamsOf) as [
    Stream[],
    Stream[],
    Stream[],
    Stream[],
  ];
  const isMissing = items.map((item, i) => nextUnit(missing[i] as Stream) < item.missing);
  const planOf = (item: number) => items[item] as EvidencePlan;
  return {
    isMissing: (item) => isMissing[item] as boolean,
    work: (item, attempt) => {
      const { duration, rework } = planOf(item);
      return sampleInteger(attempt === 0 ? duration : rework, work[item] as Stream);
    },
    isAccepted: (item) => nextUnit(acceptance[item] as Stream) >= planOf(item).fails,
    change: (item) => {
      const { changeEvery } = planOf(item);
      if (changeEvery === null) return Number.POSITIVE_INFINITY;
      return Math.max(1, sampleInteger({ kind: 'exponential', mean: changeEvery }, change[item] as Stream));
    },
  };
}

function workedOn({ runs }: Preparation, wanted: number): Micros {
  return runs.reduce((sum, { item, start, end }) => (item === wanted ? sum + end - start : sum), 0);
}

/** What is missing, and what follows it. */
function neverDelivered(items: readonly EvidencePlan[], { isMissing }: Preparation): boolean[] {
  const never = [...isMissing];
  for (let found = true; found; ) {
    found = false;
    items.forEach(({ after }, item) => {
      if (never[item] === true || !after.some((before) => never[before] === true)) return;
      never[item] = true;
      found = true;
    });
  }
  return never;
}

/**
 * Whether the channel under way may start. If not, it waits, and it is asked again when something is due.
 */
export function isPrepared(world: World): boolean {
  const { rollout, readiness, now } = world;
  if (readiness.heldFor === rollout.channel) return endHold(world);
  const open = openItems(world);
  if (open.length === 0) return true;
  const due = open.flatMap((item) => readiness.records[item]?.delivered ?? []);
  const isComing = open.some((item) => readiness.never[item] === false);
  if (!isComing) {
    beginHold(world, open);
    return false;
  }
  if (rollout.state !== 'preparing') note(world, 'prepare', namesOf(world, open), 'the channel waits for its evidence');
  rollout.state = 'preparing';
  // What comes after the horizon keeps the channel waiting to the end.
  if (due.length > 0) plan(world, Math.max(now, ...due), EVIDENCE, 0, rollout.channel);
  return false;
}

/** Items that the channel under way may not start without, and that are not there. */
function openItems(world: World): number[] {
  const { rollout, readiness } = world;
  return world.plan.readiness.flatMap(({ gates }, item) => {
    const isOpen = gates.includes(rollout.channel) && readiness.waived[item] === false && !isDelivered(world, item);
    return isOpen ? [item] : [];
  });
}

/** Only what is missing is open: people wait for it as long as they hold anything, unless they waive it before. */
function beginHold(world: World, open: readonly number[]): void {
  const { rollout, readiness, now } = world;
  const { holdLimit } = world.plan.operations;
  rollout.state = 'preparing';
  rollout.heldSince = now;
  readiness.heldFor = rollout.channel;
  note(world, 'hold', namesOf(world, open), 'it is missing: the channel does not start');
  plan(world, now + Math.max(1, Math.min(holdLimit, waiverTime(world, open))), EVIDENCE, 0, rollout.channel);
}

/** µs until all of some missing items are waived; Infinity if one never is. */
function waiverTime({ readiness }: World, open: readonly number[]): Micros {
  return Math.max(...open.map((item) => readiness.waivers[item] ?? Number.POSITIVE_INFINITY));
}

/** @returns whether the channel may start */
function endHold(world: World): boolean {
  const { rollout, readiness } = world;
  const open = openItems(world);
  readiness.heldFor = -1;
  const held = formatDuration(world.now - rollout.heldSince);
  if (waiverTime(world, open) <= world.plan.operations.holdLimit) {
    for (const item of open) readiness.waived[item] = true;
    note(world, 'evidence', namesOf(world, open), `waived after ${held}: the channel starts without it`);
    return true;
  }
  note(world, 'check-failed', READINESS, `${namesOf(world, open)} is missing, held for ${held}`);
  decideUndo(world, READINESS, ACTION_ABORT, world.plan.readiness[open[0] as number]?.name);
  return false;
}

function namesOf(world: World, items: readonly number[]): string {
  return items.map((item) => world.plan.readiness[item]?.name).join(', ');
}

/** When everything that some channel waits for was there; the horizon if it never was, null without any. */
export function readyAt({ plan: { readiness: items, horizon }, readiness }: World): Micros | null {
  const required = items.flatMap(({ gates }, item) =>
    gates.length > 0 ? [readiness.records[item]?.delivered ?? horizon] : [],
  );
  return required.length === 0 ? null : Math.max(...required);
}

/** 1 if every item with a deadline was delivered by it, else 0; null without deadlines. */
export function isOnTime({ plan: { readiness: items }, readiness }: World): number | null {
  const dated = items.flatMap(({ deadline }, item) => (deadline === null ? [] : [{ deadline, item }]));
  if (dated.length === 0) return null;
  const late = dated.some(
    ({ deadline, item }) => (readiness.records[item]?.delivered ?? Number.POSITIVE_INFINITY) > deadline,
  );
  return late ? 0 : 1;
}

/** Times that work was done again; null without any items. */
export function reworkOf({ readiness: { records } }: World): number | null {
  return records.length === 0 ? null : records.reduce((sum, { rework }) => sum + rework, 0);
}
