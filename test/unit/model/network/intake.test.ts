import { expect, test } from 'vitest';
import { SECOND } from '#base/time';
import {
  admits,
  clearIntake,
  createIntake,
  dequeue,
  enqueue,
  type Intake,
  refusals,
  serviceTime,
  TOPIC_BLOCKS,
  TOPIC_SYNC,
  TOPIC_VOTES,
  topicOf,
} from '#model/network/intake';
import {
  MESSAGE_JUNK,
  MESSAGE_PART,
  MESSAGE_POLKA_CERTIFICATE,
  MESSAGE_PRECOMMIT,
  MESSAGE_PREVOTE,
  MESSAGE_PROPOSAL,
  MESSAGE_ROUND_CERTIFICATE,
  MESSAGE_SYNC_REQUEST,
  MESSAGE_SYNC_RESPONSE,
} from '#model/network/message';
import type { QueuesPlan } from '#model/plan';

const N = 3;
const PROCESSING = 75;

function intakeOf(over: Partial<QueuesPlan> = {}): Intake {
  const plan: QueuesPlan = {
    processing: PROCESSING,
    announcements: false,
    votes: 4,
    blocks: 2,
    sync: 1,
    ratePerPeer: 0,
    replayWindow: 0,
  };
  return createIntake({ ...plan, ...over }, N);
}

test('votes, certificates and junk come before blocks, and blocks before synchronization', () => {
  const votes = [
    MESSAGE_PREVOTE,
    MESSAGE_PRECOMMIT,
    MESSAGE_POLKA_CERTIFICATE,
    MESSAGE_ROUND_CERTIFICATE,
    MESSAGE_JUNK,
  ];
  for (const kind of votes) expect(topicOf(kind)).toBe(TOPIC_VOTES);
  for (const kind of [MESSAGE_PROPOSAL, MESSAGE_PART]) expect(topicOf(kind)).toBe(TOPIC_BLOCKS);
  for (const kind of [MESSAGE_SYNC_REQUEST, MESSAGE_SYNC_RESPONSE]) expect(topicOf(kind)).toBe(TOPIC_SYNC);
});

test('a full queue drops what comes; the queues of other topics and nodes have room', () => {
  const intake = intakeOf();
  for (let i = 0; i < 4; i += 1) expect(enqueue(intake, 0, MESSAGE_PREVOTE, i)).toBe(true);
  expect(enqueue(intake, 0, MESSAGE_PRECOMMIT, 4)).toBe(false);
  expect(enqueue(intake, 1, MESSAGE_PRECOMMIT, 5)).toBe(true);
  for (let i = 0; i < 2; i += 1) expect(enqueue(intake, 0, MESSAGE_PROPOSAL, i)).toBe(true);
  expect(enqueue(intake, 0, MESSAGE_PART, 2)).toBe(false);
  expect(enqueue(intake, 0, MESSAGE_SYNC_REQUEST, 0)).toBe(true);
  expect(enqueue(intake, 0, MESSAGE_SYNC_RESPONSE, 1)).toBe(false);
  expect([intake.dropped, refusals(intake)]).toEqual([3, 3]);
  dequeue(intake, 0);
  expect(enqueue(intake, 0, MESSAGE_PREVOTE, 6)).toBe(true);
});

test('the first topic that has something is served, each in order of arrival', () => {
  const intake = intakeOf();
  enqueue(intake, 0, MESSAGE_SYNC_REQUEST, 30);
  enqueue(intake, 0, MESSAGE_PART, 20);
  enqueue(intake, 0, MESSAGE_PROPOSAL, 21);
  enqueue(intake, 0, MESSAGE_PRECOMMIT, 10);
  enqueue(intake, 0, MESSAGE_PREVOTE, 11);
  enqueue(intake, 1, MESSAGE_PREVOTE, 99);
  expect([0, 1, 2, 3, 4, 5].map(() => dequeue(intake, 0))).toEqual([10, 11, 20, 21, 30, undefined]);
});

test('a peer that has sent enough in a second waits for the next, and no other peer with it', () => {
  const intake = intakeOf({ ratePerPeer: 2 });
  const admitted = (node: number, peer: number, now: number) => admits(intake, node, peer, MESSAGE_PREVOTE, now, now);
  expect([1, 2, 3].map((now) => admitted(0, 1, now))).toEqual([true, true, false]);
  expect(admitted(0, 2, 4)).toBe(true);
  expect(admitted(1, 1, 5)).toBe(true);
  expect(admitted(0, 1, SECOND - 1)).toBe(false);
  expect(admitted(0, 1, SECOND)).toBe(true);
  expect([intake.limited, refusals(intake)]).toEqual([2, 2]);
});

test('no limit lets any number in', () => {
  const intake = intakeOf();
  for (let i = 0; i < 1000; i += 1) expect(admits(intake, 0, 1, MESSAGE_PREVOTE, 7, 0)).toBe(true);
  expect(refusals(intake)).toBe(0);
});

test('what was there before is refused until newer messages have pushed it out of the memory', () => {
  const intake = intakeOf({ replayWindow: 3 });
  const admitted = (digest: number, kind = MESSAGE_PREVOTE, node = 0) => admits(intake, node, 1, kind, digest, 0);
  expect([1, 2, 3].map((digest) => admitted(digest))).toEqual([true, true, true]);
  expect([3, 2, 1].map((digest) => admitted(digest))).toEqual([false, false, false]);
  expect(admitted(4)).toBe(true); // pushes 1 out, which a refusal has not made young again
  expect(admitted(1)).toBe(true); // pushes 2 out
  expect([3, 4].map((digest) => admitted(digest))).toEqual([false, false]);
  expect(admitted(2)).toBe(true);
  expect([intake.replayed, refusals(intake)]).toEqual([5, 5]);
});

test('memories are by topic and node; requests and junk are not remembered', () => {
  const intake = intakeOf({ replayWindow: 3 });
  const admitted = (node: number, kind: number) => admits(intake, node, 1, kind, 7, 0);
  expect([0, 1].map((node) => admitted(node, MESSAGE_PREVOTE))).toEqual([true, true]);
  expect(admitted(0, MESSAGE_PROPOSAL)).toBe(true);
  expect(admitted(0, MESSAGE_PRECOMMIT)).toBe(false);
  for (const kind of [MESSAGE_SYNC_REQUEST, MESSAGE_SYNC_RESPONSE, MESSAGE_JUNK]) {
    expect([admitted(2, kind), admitted(2, kind)]).toEqual([true, true]);
  }
});

test('a vote costs once more for each neighbour that announces to have it', () => {
  expect(serviceTime(intakeOf(), MESSAGE_PREVOTE, 6)).toBe(PROCESSING);
  const announcing = intakeOf({ announcements: true });
  expect(serviceTime(announcing, MESSAGE_PREVOTE, 6)).toBe(7 * PROCESSING);
  expect(serviceTime(announcing, MESSAGE_PART, 6)).toBe(PROCESSING);
  expect(serviceTime(announcing, MESSAGE_SYNC_REQUEST, 6)).toBe(PROCESSING);
  expect(serviceTime(intakeOf({ processing: 0 }), MESSAGE_PREVOTE, 6)).toBe(1);
});

test('a node that stops forgets what waited and what was there; a pause makes all forget', () => {
  const intake = intakeOf({ replayWindow: 3 });
  const fill = () => {
    for (const node of [0, 1]) {
      intake.busy[node] = 1;
      enqueue(intake, node, MESSAGE_PREVOTE, 1);
      admits(intake, node, 2, MESSAGE_PREVOTE, 7, 0);
    }
  };
  const state = (node: number) => [
    intake.busy[node],
    dequeue(intake, node),
    admits(intake, node, 2, MESSAGE_PREVOTE, 7, 0),
  ];
  fill();
  clearIntake(intake, 0);
  expect(state(0)).toEqual([0, undefined, true]);
  expect(state(1)).toEqual([1, 1, false]);
  fill();
  clearIntake(intake, null);
  expect([state(0), state(1)]).toEqual([
    [0, undefined, true],
    [0, undefined, true],
  ]);
});
