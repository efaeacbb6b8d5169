import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HOUR, MINUTE, SECOND } from '#base/time';
import { replayReplication, toDetail } from '#experiment/replay';
import type { ReplicationDetail } from '#experiment/result';
import { formatStatusFeed, type StatusRecord, statusJsonSchema, statusRecord, toStatusFeed } from '#experiment/status';
import { type LoadedScenario, loadScenarioText } from '#scenario/load';

const CHANNELS = `  - { name: testnet, validators: 4, gates: [], dwell: 70m, checks: [] }
  - { name: canary, chain: main, chainValidators: 7, validators: 3, gates: [], dwell: 80m, checks: [] }
  - { name: mainnet, chain: main, validators: 7, gates: [], dwell: 90m, checks: [] }`;

function load(faults: string, channels = CHANNELS): LoadedScenario {
  const text = `apiVersion: rollout-sim/v1
name: feed
question: What would the status page say?
horizon: 8h
channels:
${channels}
faults:
${faults}
expect: ['P(rollout.completed) >= 1%']
`;
  return loadScenarioText(text, 'feed.yaml');
}

async function feedOf(loaded: LoadedScenario): Promise<{ records: StatusRecord[]; detail: ReplicationDetail }> {
  const detail = toDetail(await replayReplication(loaded, 0), 'typical');
  const records = toStatusFeed(detail, loaded.plan.chain.blockTime);
  for (const line of formatStatusFeed(records).trimEnd().split('\n')) statusRecord.parse(JSON.parse(line));
  return { records, detail };
}

/** Every moment of the replication lies in exactly one record, and none is longer than an hour. */
function expectWhole(records: readonly StatusRecord[], end: number): void {
  expect(records[0]?.start).toBe(0);
  records.forEach((record, i) => {
    expect(record.end).toBe(records[i + 1]?.start ?? end);
    expect(record.end - record.start).toBeGreaterThan(0);
    expect(record.end - record.start).toBeLessThanOrEqual(HOUR);
  });
}

test('every hour of every window has exactly one record, under its own channel', async () => {
  const { records, detail } = await feedOf(
    load('  - { name: out, kind: crash, at: 20m, for: 5m, targets: { validators: [1, 2] } }'),
  );
  expectWhole(records, detail.end);
  const windows = detail.timeline.filter(({ kind }) => kind === 'channel-start');
  expect(windows.map(({ channel }) => channel)).toEqual(['testnet', 'canary', 'mainnet']);
  for (const { at, channel } of windows) {
    expect(records.find(({ start }) => start === at)?.channel).toBe(channel);
  }
  for (const { start, channel } of records) {
    expect(windows.findLast(({ at }) => at <= start)?.channel).toBe(channel);
  }
  const told = records.flatMap(({ incidents }) => incidents.map(({ words }) => words));
  expect(told.filter((words) => words.startsWith('The window of'))).toHaveLength(6);
  expect(records[0]).toMatchObject({ state: 'outage', reasons: [expect.any(String), expect.any(String)] });
  expect(records.slice(1).every(({ state }) => state === 'operational')).toBe(true);
});

test('a chain that stands still is out in every hour until its end, with who is down', async () => {
  const only = '  - { name: testnet, validators: 4, gates: [], dwell: 9h, checks: [] }';
  const { records, detail } = await feedOf(
    load('  - { name: out, kind: crash, at: 90m, for: 20h, targets: { validators: [1, 2] } }', only),
  );
  expect(detail.result).toBe('unfinished');
  expectWhole(records, 8 * HOUR);
  expect(records[0]?.state).not.toBe('outage');
  expect(records.slice(1).map(({ state }) => state)).toEqual([...Array.from({ length: 7 }, () => 'outage')]);
  expect(records.map(({ validatorsDown }) => validatorsDown)).toEqual([0, 2, 2, 2, 2, 2, 2, 2]);
});

test('an outage that ends leaves nobody down in the hours after it, and all of them in those before', async () => {
  const only = '  - { name: testnet, validators: 4, gates: [], dwell: 4h, checks: [] }';
  const { records } = await feedOf(
    load('  - { name: out, kind: crash, at: 50m, for: 90m, targets: { validators: [1, 2] } }', only),
  );
  expect(records.slice(0, 4).map(({ validatorsDown }) => validatorsDown)).toEqual([2, 2, 0, 0]);
});

test('the state follows the thresholds of the alerts', () => {
  const hour = (blocks: number, stall: number) => {
    const start = 10 * MINUTE;
    const told = (kind: string, at: number) => ({ at, kind, channel: 'a', subject: 'chain', cause: '' });
    const timeline = stall === 0 ? [] : [told('stall-start', start), told('stall-end', start + stall * 5 * SECOND)];
    const rest = { participationMean: 1, roundsMean: 1, intervalMean: 1, finalityMean: 1, finalityMax: 1 };
    const proofs = { proofLatencyMean: null, proofLatencyP50: null, proofBacklogMax: null, validatorsDown: 0 };
    const hours = [{ start: 0, channel: 'a', height: 1, slots: 720, blocks, ...rest, ...proofs }];
    return toStatusFeed({ replication: 0, hours, timeline, end: HOUR }, 5 * SECOND)[0]?.state;
  };
  expect([hour(648, 0), hour(647, 0), hour(540, 0), hour(539, 0)]).toEqual([
    'operational',
    'degraded',
    'degraded',
    'outage',
  ]);
  expect([hour(720, 11), hour(720, 12), hour(720, 23), hour(720, 24)]).toEqual([
    'operational',
    'degraded',
    'degraded',
    'outage',
  ]);
  const rank = ['operational', 'degraded', 'outage'];
  fc.assert(
    fc.property(fc.nat(720), fc.nat(720), fc.nat(40), (a, b, stall) => {
      const [few, many] = [Math.min(a, b), Math.max(a, b)].map((blocks) => rank.indexOf(hour(blocks, stall) as string));
      expect(few).toBeGreaterThanOrEqual(many as number);
    }),
    { numRuns: 50 },
  );
});

test('the schema names every key of a record', () => {
  const schema = statusJsonSchema() as { properties: Record<string, { description?: string }>; required: string[] };
  expect(Object.keys(schema.properties).sort()).toEqual(Object.keys(statusRecord.shape).sort());
  expect(schema.required.sort()).toEqual(Object.keys(statusRecord.shape).sort());
});
