import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UserError } from '#base/error';
import { conformTrace } from '#experiment/conform';
import type { ConformReport } from '#experiment/conformance/report';
import { parseTrace, readTrace } from '#experiment/itf';
import { exportKeeper, exportMachine, exportTraces, type ItfJson } from '#experiment/itf-export';
import { writeTraces } from '#experiment/itf-store';
import {
  createDriver,
  type Driver,
  type DriverOutput,
  proposeValue,
  receiveCommitCertificate,
  receivePolkaCertificate,
  receiveProposal,
  receiveVote,
  startHeight,
  startRound,
  timeoutElapsed,
} from '#model/consensus/driver';
import { LINES } from '#model/consensus/round-machine';
import type { TimeoutKind } from '#model/consensus/timeouts';
import type { TraceEntry, TraceSegment } from '#model/consensus/trace';
import { createValidatorSet, NIL, PRECOMMIT, PREVOTE, type VoteType } from '#model/consensus/vote';
import { FUTURE_ROUNDS_PER_VOTER } from '#model/consensus/vote-keeper';

const POWERS = [30, 25, 0, 20, 15, 10];
const SELF = 1;
const HEIGHT = 7;

type Action =
  | { kind: 'vote'; type: VoteType; round: number; value: number; voter: number }
  | { kind: 'proposal'; round: number; value: number; validRound: number; valid: boolean }
  | { kind: 'timeout'; timeout: TimeoutKind }
  | { kind: 'value'; value: number }
  | { kind: 'certificate'; type: VoteType; round: number; value: number }
  | { kind: 'amnesia' };

const round = fc.integer({ min: 0, max: 3 });
const value = fc.integer({ min: 0, max: 2 });
const type = fc.constantFrom(PREVOTE, PRECOMMIT);
const vote = (power: fc.Arbitrary<number>) =>
  fc.record({
    kind: fc.constant('vote' as const),
    type,
    round,
    value: fc.oneof({ arbitrary: value, weight: 4 }, fc.constant(NIL)),
    voter: power,
  });
const action: fc.Arbitrary<Action> = fc.oneof(
  { arbitrary: vote(fc.integer({ min: 0, max: POWERS.length })), weight: 12 }, // one of them unknown
  {
    arbitrary: fc.record({
      kind: fc.constant('proposal' as const),
      round,
      value,
      validRound: fc.integer({ min: -1, max: 3 }),
      valid: fc.boolean(),
    }),
    weight: 3,
  },
  {
    arbitrary: fc.record({ kind: fc.constant('timeout' as const), timeout: fc.constantFrom<TimeoutKind>(0, 1, 2) }),
    weight: 3,
  },
  { arbitrary: fc.record({ kind: fc.constant('value' as const), value }), weight: 1 },
  { arbitrary: fc.record({ kind: fc.constant('certificate' as const), type, round, value }), weight: 3 },
  { arbitrary: fc.constant({ kind: 'amnesia' as const }), weight: 1 },
);

/** What a driver does with these messages, recorded. */
function record(actions: readonly Action[]): TraceSegment {
  const driver = createDriver(SELF, createValidatorSet(POWERS));
  const entries: TraceEntry[] = [];
  const outputs: DriverOutput[] = [];
  startHeight(driver, HEIGHT);
  driver.trace = entries;
  startRound(driver, 0, proposerOf(0), outputs);
  settle(driver, outputs);
  for (const action of actions) {
    act(driver, action, outputs);
    settle(driver, outputs);
  }
  return { chain: 'main net', height: HEIGHT, validator: SELF, powers: POWERS, entries };
}

const proposerOf = (round: number): number => (round % 2 === 1 ? SELF : 0);

function act(driver: Driver, action: Action, outputs: DriverOutput[]): void {
  switch (action.kind) {
    case 'vote':
      receiveVote(driver, action.type, action.round, action.value, action.voter, outputs);
      return;
    case 'proposal':
      receiveProposal(driver, { ...action, proposer: proposerOf(action.round) }, outputs);
      return;
    case 'timeout':
      timeoutElapsed(driver, action.timeout, driver.state.round, outputs);
      return;
    case 'value':
      proposeValue(driver, driver.state.round, action.value, outputs);
      return;
    case 'certificate': {
      const certificate = { round: action.round, value: action.value, voters: [0, 3, 4, 5] };
      if (action.type === PREVOTE) receivePolkaCertificate(driver, certificate, outputs);
      else receiveCommitCertificate(driver, certificate, outputs);
      return;
    }
    default:
      driver.state = { ...driver.state, lockedRound: -1, lockedValue: NIL, validRound: -1, validValue: NIL };
  }
}

function settle(driver: Driver, outputs: DriverOutput[]): void {
  for (let i = 0; i < outputs.length; i += 1) {
    const output = outputs[i] as DriverOutput;
    if (output.kind === 'new-round') startRound(driver, output.round, proposerOf(output.round), outputs);
    else if (output.kind === 'vote') receiveVote(driver, output.type, output.round, output.value, SELF, outputs);
  }
  outputs.length = 0;
}

const conform = (trace: ItfJson): ConformReport => conformTrace(parseTrace(JSON.stringify(trace), 'own.itf.json'));
const maskedOf = (report: ConformReport): number => Object.values(report.masked).reduce((sum, count) => sum + count, 0);

const votes = (kind: VoteType, inRound: number, of: number): Action[] =>
  [0, 3, 4].map((voter) => ({ kind: 'vote', type: kind, round: inRound, value: of, voter }));
/** A round without a proposal in time, a skip, a double vote, a decision. */
const STORY: readonly Action[] = [
  { kind: 'timeout', timeout: 0 },
  { kind: 'vote', type: PREVOTE, round: 0, value: 1, voter: 0 },
  { kind: 'vote', type: PREVOTE, round: 0, value: 2, voter: 0 },
  ...votes(PREVOTE, 2, 1),
  { kind: 'proposal', round: 2, value: 1, validRound: -1, valid: true },
  ...votes(PRECOMMIT, 2, 1),
];

/** Locked on one value in round 1, it refuses another one in rounds 2 and 4. */
const LOCKED: readonly Action[] = [
  { kind: 'timeout', timeout: 2 },
  { kind: 'proposal', round: 1, value: 1, validRound: -1, valid: true },
  ...votes(PREVOTE, 1, 1),
  { kind: 'timeout', timeout: 2 },
  { kind: 'certificate', type: PREVOTE, round: 0, value: 2 },
  { kind: 'proposal', round: 2, value: 2, validRound: 0, valid: true },
  { kind: 'timeout', timeout: 2 },
  { kind: 'timeout', timeout: 2 },
  { kind: 'proposal', round: 4, value: 2, validRound: -1, valid: true },
];

describe('what a driver has done is a trace that agrees with the model, nothing masked', () => {
  test('whatever messages it was given', () => {
    const seen = { machine: 0, keeper: 0, lines: new Set<string>(), evidence: 0, rejected: 0 };
    fc.assert(
      fc.property(fc.array(action, { minLength: 20, maxLength: 60, size: 'max' }), (actions) => {
        const segment = record(actions);
        for (const trace of [exportMachine(segment), exportKeeper(segment)]) {
          const report = conform(trace);
          expect(report.divergence).toBeNull();
          expect(maskedOf(report)).toBe(0);
          seen.machine += report.comparisons.machine;
          seen.keeper += report.comparisons.keeper;
          seen.rejected += report.rejected;
          for (const [line, count] of Object.entries(report.lines)) if (count > 0) seen.lines.add(line);
        }
        seen.evidence += segment.entries.filter((one) => one.kind === 'vote' && one.counted !== one.value).length;
      }),
      { numRuns: 500, seed: 1, examples: [[[...LOCKED]]] },
    );
    expect(seen.machine).toBeGreaterThan(1_000);
    expect(seen.keeper).toBeGreaterThan(3_000);
    expect(seen.evidence).toBeGreaterThan(100);
    expect(seen.rejected).toBeGreaterThan(100);
    expect(LINES.filter((line) => !seen.lines.has(line))).toEqual([]);
  });

  test('in a story with a skip, a double vote and a decision, every step is compared', () => {
    const segment = record(STORY);
    const steps = segment.entries.filter(({ kind }) => kind === 'step').length;
    const machine = conform(exportMachine(segment));
    expect(machine).toMatchObject({ kind: 'sm', comparisons: { machine: steps }, divergences: 0 });
    expect(machine.lines).toMatchObject({ L21: 2, L59: 1, L56: 1, L24: 1, L40: 1, L51: 1 });
    const keeper = conform(exportKeeper(segment));
    expect(keeper).toMatchObject({ kind: 'vk', divergences: 0 });
    expect(keeper.comparisons.keeper).toBe(segment.entries.length - steps);
  });
});

describe('a trace that was tampered with differs', () => {
  type Variant = { tag: string; value: unknown };
  type State = { output: Variant; lastEmitted: Variant };
  const statesOf = (trace: ItfJson): State[] => (JSON.parse(JSON.stringify(trace)) as { states: State[] }).states;
  const withStates = (trace: ItfJson, states: State[]): ItfJson => ({ ...(trace as object), states }) as ItfJson;

  test('in any output of the machine', () => {
    const trace = exportMachine(record(STORY));
    for (let i = 1; i < statesOf(trace).length; i += 1) {
      const states = statesOf(trace);
      const before = (states[i] as State).output.tag;
      const tag = before === 'ErrorOutput' ? 'NoConsensusOutput' : 'ErrorOutput';
      (states[i] as State).output = { tag, value: { '#tup': [] } };
      expect(conform(withStates(trace, states)).divergence?.step).toBe(i);
    }
  });

  test('in any output of the keeper', () => {
    const trace = exportKeeper(record(STORY.filter((one) => one.kind !== 'vote' || one.value === 1))); // no double vote
    for (let i = 1; i < statesOf(trace).length; i += 1) {
      const states = statesOf(trace);
      const { tag } = (states[i] as State).lastEmitted;
      const other =
        tag === 'NoVKOutput' ? { tag: 'PolkaNilVKOutput', value: 0 } : { tag: 'NoVKOutput', value: { '#tup': [] } };
      (states[i] as State).lastEmitted = other;
      expect(conform(withStates(trace, states)).divergence?.step).toBe(i);
    }
  });
});

test('while unstarted, the machine shows the round it has left, as the model does', () => {
  const { states } = exportMachine(record(STORY)) as { states: { output: { tag: string }; state: object }[] };
  const skipped = states.find(({ output }) => output.tag === 'SkipRoundOutput');
  expect(skipped?.state).toMatchObject({ round: { '#bigint': '0' }, step: { tag: 'UnstartedStep' } });
});

test('a vote that the keeper refuses leaves no trace', () => {
  const cast = (inRound: number, voter: number): Action => ({
    kind: 'vote',
    type: PREVOTE,
    round: inRound,
    value: 1,
    voter,
  });
  const future = Array.from({ length: FUTURE_ROUNDS_PER_VOTER + 5 }, (_, i) => cast(i + 1, 5));
  const { entries } = record([cast(0, POWERS.length), ...future]);
  expect(entries.filter(({ kind }) => kind === 'vote')).toHaveLength(FUTURE_ROUNDS_PER_VOTER);
});

test('each height has two files, named by chain, validator and height; a second start has a number', () => {
  const segment = record(STORY);
  const files = [...exportTraces([segment, { ...segment, height: 8 }, segment]).keys()];
  expect(files).toEqual([
    'main_net-v1-h7.sm.itf.json',
    'main_net-v1-h7.vk.itf.json',
    'main_net-v1-h8.sm.itf.json',
    'main_net-v1-h8.vk.itf.json',
    'main_net-v1-h7-2.sm.itf.json',
    'main_net-v1-h7-2.vk.itf.json',
  ]);
});

test('traces are written whole, into a folder made for them, or the user is told why not', () => {
  const dir = mkdtempSync(join(tmpdir(), 'itf-'));
  const paths = writeTraces(join(dir, 'deep', 'er'), exportTraces([record(STORY)]));
  expect(readdirSync(join(dir, 'deep', 'er')).sort()).toEqual([
    'main_net-v1-h7.sm.itf.json',
    'main_net-v1-h7.vk.itf.json',
  ]);
  for (const path of paths) expect(conformTrace(readTrace(path)).divergences).toBe(0);
  writeFileSync(join(dir, 'file'), '');
  expect(() => writeTraces(join(dir, 'file'), exportTraces([record(STORY)]))).toThrow(UserError);
});
