/**
 * The hourly status feed of one replication, `status.jsonl`: what operators would report while the windows of a rollout
 * are open, one record for each hour of each channel's window. zod guards this door too.
 *
 * Thresholds are those of the production alerts (blueprint.md section 15.2), read by the hour.
 */
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { canonicalJson } from '#base/order';
import type { Micros } from '#base/time';
import type { ReplicationDetail } from './result.js';
import { listStalls, type Stall } from './why-link.js';

export const STATUS_FILE = 'status.jsonl';

/** Blocks over slots below which the chain is degraded, or out: "production ratio". */
const PRODUCTION = { degraded: 0.9, outage: 0.75 };
/** Slots that finality lags at which the chain is degraded, or out: "finality_lag_slots". */
const LAG_SLOTS = { degraded: 12, outage: 24 };

export const statusRecord = z
  .strictObject({
    schemaVersion: z.literal(1),
    replication: z.int().min(0).describe('the replication whose feed this is'),
    start: z.int().min(0).describe('µs since the rollout began, start of the hour'),
    end: z.int().min(0).describe('µs since the rollout began, end of the hour or of what is left of it'),
    channel: z.string().describe('the channel whose window it is'),
    state: z
      .enum(['operational', 'degraded', 'outage'])
      .describe('outage: production below 75% or finality 24 slots behind; degraded: below 90% or 12 slots behind'),
    reasons: z.array(z.string()).describe('why it is not operational'),
    height: z.int().min(0).describe('last height finalized by the end of the hour'),
    slots: z.int().min(0).describe('slots of the hour'),
    blocks: z.int().min(0).describe('blocks finalized in it'),
    participation: z.number().min(0).max(1).nullable().describe('share of the power that signed a block, mean'),
    finalityMean: z.number().min(0).nullable().describe('µs to finality, mean'),
    finalityMax: z.number().min(0).nullable().describe('µs to finality, longest'),
    proofLatencyP50: z.number().min(0).nullable().describe('µs from a block to its proof, median'),
    proofLatencyMean: z.number().min(0).nullable().describe('µs from a block to its proof, mean'),
    backlog: z.int().min(0).nullable().describe('most blocks that waited for their proof'),
    validatorsDown: z.int().min(0).describe('validators down at the end of the hour'),
    incidents: z
      .array(z.strictObject({ at: z.int().min(0).describe('µs since the rollout began'), words: z.string() }))
      .describe('what happened, as a public status page would say it'),
  })
  .describe('One line of status.jsonl: one hour of the typical replication.');
export type StatusRecord = z.infer<typeof statusRecord>;

/** JSON Schema, draft 2020-12, of one line of the feed: what `rollout-sim schema --status` prints. */
export function statusJsonSchema(): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(statusRecord, { target: 'draft-2020-12' });
  return { $schema, title: 'rollout-sim status record', ...rest };
}

/**
 * The feed of a replication.
 *
 * @param blockTime - µs of a slot
 * @returns one record for each of its hours, in order of time
 */
export function toStatusFeed(
  { replication, hours, timeline, end: last }: Pick<ReplicationDetail, 'replication' | 'hours' | 'timeline' | 'end'>,
  blockTime: Micros,
): StatusRecord[] {
  const stalls = listStalls(timeline);
  return hours.map((hour, i) => {
    const { start, channel, height, slots, blocks } = hour;
    const end = hours[i + 1]?.start ?? last;
    const isLast = i === hours.length - 1;
    const happened = timeline.filter(({ at }) => at >= start && (at < end || isLast));
    return {
      schemaVersion: 1,
      replication,
      start,
      end,
      channel,
      ...judgeHour({ start, end, slots, blocks }, stalls, blockTime),
      height: Math.max(0, height),
      slots,
      blocks,
      participation: hour.participationMean === null ? null : Math.min(1, hour.participationMean),
      finalityMean: hour.finalityMean,
      finalityMax: hour.finalityMax,
      proofLatencyP50: hour.proofLatencyP50 ?? null,
      proofLatencyMean: hour.proofLatencyMean,
      backlog: hour.proofBacklogMax,
      validatorsDown: hour.validatorsDown,
      incidents: happened.flatMap((transition) => {
        const words = INCIDENTS[transition.kind]?.(transition) ?? null;
        return words === null ? [] : [{ at: transition.at, words }];
      }),
    };
  });
}

type Judged = Pick<StatusRecord, 'start' | 'end' | 'slots' | 'blocks'>;

function judgeHour(
  { start, end, slots, blocks }: Judged,
  stalls: readonly Stall[],
  blockTime: Micros,
): Pick<StatusRecord, 'state' | 'reasons'> {
  const ratio = blocks / Math.max(1, slots);
  const within = stalls.filter((stall) => stall.from < end && stall.to > start);
  const lag = Math.max(0, ...within.map((stall) => Math.floor((Math.min(stall.to, end) - stall.from) / blockTime)));
  const long = slots >= LAG_SLOTS.degraded; // less says nothing by its ratio
  const isOut = (long && ratio < PRODUCTION.outage) || lag >= LAG_SLOTS.outage;
  const isDegraded = (long && ratio < PRODUCTION.degraded) || lag >= LAG_SLOTS.degraded;
  const reasons = [
    ...(long && ratio < PRODUCTION.degraded ? [`${blocks} of ${slots} slots got a block`] : []),
    ...(lag >= LAG_SLOTS.degraded ? [`finality was ${lag} slots behind`] : []),
  ];
  return { state: isOut ? 'outage' : isDegraded ? 'degraded' : 'operational', reasons };
}

type Told = ReplicationDetail['timeline'][number];

/** What a public page tells, in its words; what is not here it does not tell. */
const INCIDENTS: Readonly<Record<string, (transition: Told) => string | null>> = {
  'stall-start': ({ cause }) => `Block production has stopped (${cause})`,
  'stall-end': () => 'Blocks are produced again',
  hold: ({ channel }) => `The rollout in ${channel} is on hold`,
  resume: ({ channel, subject }) =>
    subject === 'restored backup'
      ? 'The chain starts again from a restored backup'
      : `The rollout in ${channel} goes on`,
  'check-failed': ({ channel, subject }) => `The check ${subject} failed in ${channel}; people decide what to do`,
  abort: ({ channel }) => `The promotion in ${channel} is given up; nodes go back to the previous release`,
  'gate-rollback': ({ channel }) => `Features are switched off again in ${channel}`,
  'state-rollback': ({ channel }) => `All nodes of ${channel} stop and a backup is restored`,
  'rollback-failed': ({ cause }) => `There is no way back: ${cause}`,
  'gate-active': ({ subject }) => `Feature ${subject} is active`,
  'gate-inactive': ({ subject }) => `Feature ${subject} is off again`,
  'channel-start': ({ channel }) => `The window of ${channel} opens`,
  'channel-end': ({ channel }) => `The window of ${channel} closes`,
  end: ({ subject }) => `The rollout ends: ${subject}`,
};

/** The bytes of a feed: one canonical record a line. */
export function formatStatusFeed(records: readonly StatusRecord[]): string {
  return records.map((record) => `${canonicalJson(record)}\n`).join('');
}

/**
 * Writes the feed of the typical replication beside its place and renames it; a feed that was there is removed if the
 * run has no typical replication.
 *
 * @returns the records written; 0: no file
 */
export function writeStatusFeed(dir: string, details: readonly ReplicationDetail[], blockTime: Micros): number {
  const file = join(dir, STATUS_FILE);
  const typical = details.find(({ role }) => role === 'typical');
  if (typical === undefined) {
    rmSync(file, { force: true });
    return 0;
  }
  const records = toStatusFeed(typical, blockTime);
  const beside = join(dir, `.${STATUS_FILE}.${process.pid}.tmp`);
  mkdirSync(dir, { recursive: true });
  writeFileSync(beside, formatStatusFeed(records), { flush: true });
  renameSync(beside, file);
  return records.length;
}
