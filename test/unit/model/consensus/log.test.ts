import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Certificate, RoundCertificate } from '#model/consensus/certificate';
import {
  createDriver,
  type Driver,
  type DriverOutput,
  MALACHITE_RULES,
  proposeValue,
  receiveProposal,
  receiveVote,
  startHeight,
  startRound,
  timeoutElapsed,
} from '#model/consensus/driver';
import {
  createLog,
  flushLog,
  type Log,
  logCertificate,
  logProposal,
  logTimeout,
  logVote,
  replayEntry,
  takeCertificate,
  tearLog,
  truncateLog,
} from '#model/consensus/log';
import { STEP_COMMIT } from '#model/consensus/round-machine';
import { TIMEOUT_PRECOMMIT, TIMEOUT_PREVOTE, TIMEOUT_PROPOSE, type TimeoutKind } from '#model/consensus/timeouts';
import { createValidatorSet, NIL, PRECOMMIT, PREVOTE, type VoteType } from '#model/consensus/vote';
import { voteOf } from '#model/consensus/vote-keeper';
import type { ConsensusRules } from '#model/plan';

const N = 4;
const SELF = 3;
const ROUNDS = 4;
const RUNS = 400;

/** A node with its log: the driver, what it has said, and what a shell does for both. */
interface Node {
  readonly driver: Driver;
  readonly log: Log;
  readonly said: string[]; // its votes, each once, in order
  outputs: DriverOutput[];
}

type Input =
  | { kind: 'vote'; type: VoteType; round: number; value: number; voter: number }
  | { kind: 'proposal'; round: number; value: number; validRound: number; valid: boolean }
  | { kind: 'certificate'; certificate: Certificate | RoundCertificate }
  | { kind: 'timeout'; timeout: TimeoutKind; round: number }
  | { kind: 'value-ready'; round: number; value: number };

const proposerOf = (round: number): number => round % N;

function createNode(log: Log = createLog(), rules: ConsensusRules = MALACHITE_RULES): Node {
  const driver = createDriver(SELF, createValidatorSet([1, 1, 1, 1]), rules);
  const node: Node = { driver, log, said: [], outputs: [] };
  startHeight(driver, 1);
  startRound(driver, 0, proposerOf(0), node.outputs);
  settle(node);
  return node;
}

/** What the shell of a node does with outputs; its own votes and proposals are logged and flushed before they leave. */
function settle(node: Node): void {
  const { driver, log, outputs } = node;
  for (let i = 0; i < outputs.length; i += 1) {
    const output = outputs[i] as DriverOutput;
    if (output.kind === 'new-round') {
      flushLog(log);
      startRound(driver, output.round, proposerOf(output.round), outputs);
    } else if (output.kind === 'vote') {
      logVote(log, output.type, output.round, output.value, SELF);
      flushLog(log);
      say(node, `${output.type}/${output.round}/${output.value}`);
      receiveVote(driver, output.type, output.round, output.value, SELF, outputs);
    } else if (output.kind === 'propose') {
      const { round, value, validRound } = output;
      logProposal(log, round, value, validRound, true);
      receiveProposal(driver, { round, value, validRound, proposer: SELF, valid: true }, outputs);
      flushLog(log);
    }
  }
  outputs.length = 0;
}

function say(node: Node, vote: string): void {
  if (!node.said.includes(vote)) node.said.push(vote);
}

function give(node: Node, input: Input): void {
  const { driver, log, outputs } = node;
  if (driver.state.step === STEP_COMMIT) return;
  switch (input.kind) {
    case 'vote':
      logVote(log, input.type, input.round, input.value, input.voter);
      receiveVote(driver, input.type, input.round, input.value, input.voter, outputs);
      break;
    case 'proposal': {
      const { round, value, validRound, valid } = input;
      logProposal(log, round, value, validRound, valid);
      receiveProposal(driver, { round, value, validRound, proposer: proposerOf(round), valid }, outputs);
      break;
    }
    case 'certificate':
      logCertificate(log, input.certificate);
      takeCertificate(driver, input.certificate, outputs);
      break;
    case 'timeout':
      logTimeout(log, input.timeout, input.round);
      timeoutElapsed(driver, input.timeout, input.round, outputs);
      break;
    default:
      proposeValue(driver, input.round, input.value, outputs);
  }
  settle(node);
}

/** A crash and a restart: a fresh driver takes in what the log still holds. */
function restart({ log }: Node, rules: ConsensusRules = MALACHITE_RULES): Node {
  tearLog(log);
  const rows = log.length;
  const node = createNode(log, rules);
  for (let row = 0; row < rows && node.driver.state.step !== STEP_COMMIT; row += 1) {
    replayEntry(log, row, node.driver, proposerOf, node.outputs);
    settle(node);
  }
  log.length = rows;
  log.flushed = rows;
  return node;
}

/** All that a node's future depends on. */
function knowledge({ driver, said }: Node) {
  const votes = Array.from({ length: ROUNDS + 1 }, (_, round) =>
    [PREVOTE, PRECOMMIT].map((type) =>
      Array.from({ length: N }, (_, voter) => voteOf(driver.keeper, round, type as VoteType, voter)),
    ),
  );
  const { state, proposals, polkaCertificates, prevoteRound, prevoteValue, precommitRound, precommitValue } = driver;
  const last = { prevoteRound, prevoteValue, precommitRound, precommitValue };
  return structuredClone({ state, proposals, polkaCertificates, last, votes, said, evidence: driver.keeper.evidence });
}

const vote = (type: VoteType, round: number, value: number, voter: number): Input => {
  return { kind: 'vote', type, round, value, voter };
};
const proposal = (round: number, value: number, validRound = -1, valid = true): Input => {
  return { kind: 'proposal', round, value, validRound, valid };
};
const timeout = (kind: TimeoutKind, round: number): Input => ({ kind: 'timeout', timeout: kind, round });
const certificate = (of: Certificate | RoundCertificate): Input => ({ kind: 'certificate', certificate: of });

function giveAll(node: Node, inputs: readonly Input[]): Node {
  for (const input of inputs) give(node, input);
  return node;
}

describe('a restarted node', () => {
  test('is locked as it was and has said the same', () => {
    const node = giveAll(createNode(), [
      proposal(0, 7),
      vote(PREVOTE, 0, 7, 0),
      vote(PREVOTE, 0, 7, 1),
      vote(PRECOMMIT, 0, NIL, 0),
    ]);
    flushLog(node.log);
    const before = knowledge(node);
    expect(before.state).toMatchObject({ lockedValue: 7, lockedRound: 0 });
    expect(before.said).toEqual(['0/0/7', '1/0/7']);
    expect(knowledge(restart(node))).toEqual(before);
  });

  test('is in the round that timeouts brought it to', () => {
    const node = giveAll(createNode(), [
      timeout(TIMEOUT_PROPOSE, 0),
      vote(PREVOTE, 0, NIL, 0),
      vote(PREVOTE, 0, 7, 1),
      timeout(TIMEOUT_PREVOTE, 0),
      vote(PRECOMMIT, 0, NIL, 0),
      vote(PRECOMMIT, 0, 7, 1),
      timeout(TIMEOUT_PRECOMMIT, 0),
    ]);
    const before = knowledge(node);
    expect(before.state.round).toBe(1);
    expect(knowledge(restart(node))).toEqual(before);
  });

  test('keeps a lock that it took on a certificate', () => {
    const node = giveAll(createNode(), [proposal(0, 7), certificate({ round: 0, value: 7, voters: [0, 1, 2] })]);
    expect(node.driver.state.lockedValue).toBe(7);
    const again = restart(node);
    expect(again.driver.state).toMatchObject({ lockedValue: 7, lockedRound: 0 });
    expect(again.driver.polkaCertificates).toEqual(node.driver.polkaCertificates);
  });

  test('is in the round that a certificate let it skip to', () => {
    const votes = [0, 1].map((voter) => ({ type: PREVOTE, value: NIL, voter }) as const);
    const node = giveAll(createNode(), [certificate({ round: 2, kind: 'skip', votes })]);
    expect(node.driver.state.round).toBe(2);
    expect(restart(node).driver.state.round).toBe(2);
  });

  test('calls a proposal invalid that it called so before', () => {
    const node = giveAll(createNode(), [proposal(0, 7, -1, false)]);
    const again = restart(node);
    expect(again.said).toEqual([`${PREVOTE}/0/${NIL}`]);
    expect(again.driver.proposals).toEqual([{ round: 0, value: 7, validRound: -1, proposer: 0, valid: false }]);
  });

  test('does not propose another value in a round that it proposed in', () => {
    const node = createNode();
    give(node, certificate({ round: 2, kind: 'precommit', votes: [0, 1, 2].map(nilPrecommit) }));
    give(node, timeout(TIMEOUT_PRECOMMIT, 2));
    expect(node.driver.state.round).toBe(SELF); // whose proposer it is
    give(node, { kind: 'value-ready', round: SELF, value: 9 });
    const again = restart(node);
    give(again, { kind: 'value-ready', round: SELF, value: 8 });
    expect(again.driver.proposals.map(({ value }) => value)).toEqual([9]);
    expect(again.said).toEqual([`${PREVOTE}/${SELF}/9`]);
  });
});

const nilPrecommit = (voter: number) => ({ type: PRECOMMIT, value: NIL, voter }) as const;

test('a crash takes what was not flushed, and no more', () => {
  const node = giveAll(createNode(), [proposal(0, 7), vote(PREVOTE, 0, 7, 0), vote(PRECOMMIT, 0, 7, 1)]);
  expect([node.log.length, node.log.flushed]).toEqual([4, 2]); // proposal and own prevote; two votes of others
  const again = restart(node);
  expect(voteOf(again.driver.keeper, 0, PREVOTE, SELF)).toBe(7);
  expect(voteOf(again.driver.keeper, 0, PREVOTE, 0)).toBeUndefined();
  expect(voteOf(again.driver.keeper, 0, PRECOMMIT, 1)).toBeUndefined();
  expect([again.log.length, again.log.flushed]).toEqual([2, 2]);
});

test('the log of a new height is empty, and a long one keeps its entries', () => {
  const log = createLog();
  for (let i = 0; i < 100; i += 1) logVote(log, PREVOTE, i % ROUNDS, 5, i % N);
  logCertificate(log, { round: 0, value: 5, voters: [0, 1, 2] });
  const driver = createDriver(SELF, createValidatorSet([1, 1, 1, 1]));
  startHeight(driver, 1);
  startRound(driver, 0, 0, []);
  for (let row = 0; row < N; row += 1) replayEntry(log, row, driver, proposerOf, []);
  for (let voter = 0; voter < N; voter += 1) expect(voteOf(driver.keeper, voter % ROUNDS, PREVOTE, voter)).toBe(5);
  truncateLog(log);
  expect([log.length, log.flushed, log.certificates]).toEqual([0, 0, []]);
});

// Votes and certificates of the others; in a round of its own nobody else proposes.
const anyRound = fc.nat(ROUNDS - 1);
const anyValue = fc.constantFrom(NIL, 7, 7, 7, 8);
const anyType = fc.constantFrom(PREVOTE, PRECOMMIT);
const anyInput: fc.Arbitrary<Input> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('vote' as const),
      type: anyType,
      round: anyRound,
      value: anyValue,
      voter: fc.nat(SELF - 1),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('proposal' as const),
      round: fc.nat(SELF - 1),
      value: fc.constantFrom(7, 7, 8),
      validRound: fc.constantFrom(-1, -1, 0, 1),
      valid: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('certificate' as const),
      certificate: fc.oneof(
        fc.record({ round: anyRound, value: fc.constantFrom(7, 8), voters: fc.constant([0, 1, 2]) }),
        fc.record({
          round: anyRound,
          kind: fc.constantFrom('precommit' as const, 'skip' as const),
          votes: fc.tuple(anyValue, anyValue, anyValue).map((values) => {
            return values.map((value, voter) => ({ type: PRECOMMIT, value, voter }));
          }),
        }),
      ),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('timeout' as const),
      timeout: fc.constantFrom(TIMEOUT_PROPOSE, TIMEOUT_PREVOTE, TIMEOUT_PRECOMMIT),
      round: anyRound,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('value-ready' as const), round: fc.constant(SELF), value: fc.nat(9) }),
  },
);

test.each<ConsensusRules>([MALACHITE_RULES, { skip: 'quorum', locked: 'locked-value' }])(
  'whatever a node is given and whenever it crashes, it is as it was when it last flushed: %j',
  (rules) => {
    const steps = fc.array(fc.record({ input: anyInput, flush: fc.boolean() }), { minLength: 5, maxLength: 40 });
    const rounds = new Set<number>();
    fc.assert(
      fc.property(steps, (all) => {
        const node = createNode(createLog(), rules);
        let flushed = knowledge(node);
        for (const { input, flush } of all) {
          give(node, input);
          if (flush) flushLog(node.log);
          if (node.log.flushed === node.log.length) flushed = knowledge(node);
        }
        const said = [...node.said];
        const again = restart(node, rules);
        expect(knowledge(again)).toEqual(flushed);
        expect(again.said).toEqual(said); // nothing was said before it was safe
        rounds.add(again.driver.state.round);
      }),
      { numRuns: RUNS, seed: 1 },
    );
    expect(rounds.size).toBe(ROUNDS + 1); // all were reached
  },
);
