/**
 * Algorithm 1 line by line: each row is a branch of an upon-rule, the messages that enable it and what must come of it.
 *
 * Source of the rules: Buchman, Kwon & Milosevic 2018, "The latest gossip on BFT consensus" (arXiv 1807.04938v3),
 * Algorithm 1; "asynchronous" marks Malachite's form of L18, where the value arrives later.
 */
import { expect, test } from 'vitest';
import {
  createDriver,
  type Driver,
  type DriverOutput,
  proposeValue,
  receiveProposal,
  receiveVote,
  startRound,
  timeoutElapsed,
} from '#model/consensus/driver';
import { LINES, type Line, RULES } from '#model/consensus/round-machine';
import { TIMEOUT_PRECOMMIT, TIMEOUT_PREVOTE, TIMEOUT_PROPOSE } from '#model/consensus/timeouts';
import { createValidatorSet, NIL, PRECOMMIT, PREVOTE, type VoteType } from '#model/consensus/vote';

const V = 7;
const W = 8;
const OTHERS = [0, 1, 2];
const SELF = 3;

/** One node, its messages as verbs; `outputs` holds what the latest one brought about. */
interface Node {
  readonly driver: Driver;
  outputs: DriverOutput[];
}

type Act = (node: Node) => void;
const act =
  (verb: (driver: Driver, outputs: DriverOutput[]) => void): Act =>
  (node) => {
    node.outputs = [];
    verb(node.driver, node.outputs);
  };
const round = (number: number, proposer = 0) => act((driver, out) => startRound(driver, number, proposer, out));
const proposes = (number: number, value: number, validRound = -1, valid = true) =>
  act((driver, out) => receiveProposal(driver, { round: number, value, validRound, proposer: 0, valid }, out));
const vote = (type: VoteType, number: number, ...values: number[]) =>
  act((driver, out) => {
    for (const [voter, value] of values.entries()) receiveVote(driver, type, number, value, voter, out);
  });
const elapsed = (kind: 0 | 1 | 2, number: number) => act((driver, out) => timeoutElapsed(driver, kind, number, out));
const value = (number: number, id: number) => act((driver, out) => proposeValue(driver, number, id, out));

const prevoteOf = (number: number, id: number) => ({ kind: 'vote', type: PREVOTE, round: number, value: id }) as const;
const precommitOf = (number: number, id: number) =>
  ({ kind: 'vote', type: PRECOMMIT, round: number, value: id }) as const;
const schedules = (timeout: 0 | 1 | 2, number: number) =>
  ({ kind: 'schedule-timeout', timeout, round: number }) as const;

const POLKA = [V, V, V];
/** Round 0 ends with a lock on V, and round 1 starts. */
const LOCKED: Act[] = [round(0), proposes(0, V), vote(PREVOTE, 0, ...POLKA), elapsed(TIMEOUT_PRECOMMIT, 0), round(1)];
/** Round 0 ends without a lock, and round 1 starts. */
const UNLOCKED: Act[] = [round(0), elapsed(TIMEOUT_PRECOMMIT, 0), round(1)];

const ROWS: readonly { line: Line; paper: string; acts: Act[]; last: readonly DriverOutput[] }[] = [
  {
    line: 'L16',
    paper: 'L14 if proposer(h, r) = p; L15 validValue ≠ nil; L16, L19 broadcast it with validRound',
    acts: [...LOCKED.slice(0, -1), round(1, SELF)],
    last: [{ kind: 'propose', round: 1, value: V, validRound: 0 }],
  },
  {
    line: 'L18',
    paper: 'L14 if proposer(h, r) = p; L18 getValue() (asynchronous: with the propose timeout)',
    acts: [round(0, SELF)],
    last: [schedules(TIMEOUT_PROPOSE, 0), { kind: 'get-value', round: 0 }],
  },
  {
    line: 'L19',
    paper: 'L19 broadcast ⟨PROPOSAL, h, r, proposal, −1⟩ (asynchronous: when the value arrives)',
    acts: [round(0, SELF), value(0, V)],
    last: [{ kind: 'propose', round: 0, value: V, validRound: -1 }],
  },
  {
    line: 'L21',
    paper: 'L20 else; L21 schedule OnTimeoutPropose',
    acts: [round(0)],
    last: [schedules(TIMEOUT_PROPOSE, 0)],
  },
  {
    line: 'L24',
    paper: 'L22 upon ⟨PROPOSAL, h, r, v, −1⟩ while propose; L23 valid(v) and (lockedRound = −1 or lockedValue = v)',
    acts: [round(0), proposes(0, V)],
    last: [prevoteOf(0, V)],
  },
  {
    line: 'L26-locked',
    paper: 'L22 …; L25 else, locked on another value; L26 prevote nil',
    acts: [...LOCKED, proposes(1, W)],
    last: [prevoteOf(1, NIL)],
  },
  {
    line: 'L26-invalid',
    paper: 'L22 …; L25 else, not valid(v); L26 prevote nil',
    acts: [round(0), proposes(0, V, -1, false)],
    last: [prevoteOf(0, NIL)],
  },
  {
    line: 'L30',
    paper:
      'L28 upon ⟨PROPOSAL, h, r, v, vr⟩ and a polka for v in vr while propose; L29 lockedRound ≤ vr or lockedValue = v',
    acts: [...UNLOCKED, proposes(1, V, 0), vote(PREVOTE, 0, ...POLKA)],
    last: [prevoteOf(1, V)],
  },
  {
    line: 'L32-locked',
    paper: 'L28 …; L31 else, locked on another value after vr; L32 prevote nil',
    acts: [
      ...UNLOCKED,
      proposes(1, V),
      vote(PREVOTE, 1, ...POLKA),
      elapsed(TIMEOUT_PRECOMMIT, 1),
      round(2),
      proposes(2, W, 0),
      vote(PREVOTE, 0, W, W, W),
    ],
    last: [prevoteOf(2, NIL)],
  },
  {
    line: 'L32-invalid',
    paper: 'L28 …; L31 else, not valid(v); L32 prevote nil',
    acts: [...UNLOCKED, proposes(1, V, 0, false), vote(PREVOTE, 0, ...POLKA)],
    last: [prevoteOf(1, NIL)],
  },
  {
    line: 'L35',
    paper: 'L34 upon 2f+1 ⟨PREVOTE, h, r, *⟩ while prevote for the first time; L35 schedule OnTimeoutPrevote',
    acts: [round(0), proposes(0, V), vote(PREVOTE, 0, V, W, NIL)],
    last: [schedules(TIMEOUT_PREVOTE, 0)],
  },
  {
    line: 'L40',
    paper:
      'L36 upon ⟨PROPOSAL, h, r, v, *⟩ and a polka for v in r while valid(v) and step ≥ prevote; L37–L41 lock, precommit v',
    acts: [round(0), proposes(0, V), vote(PREVOTE, 0, ...POLKA)],
    last: [precommitOf(0, V)],
  },
  {
    line: 'L42',
    paper: 'L36 … in step precommit; L42, L43 validValue ← v, validRound ← r',
    acts: [
      round(0),
      proposes(0, V),
      vote(PREVOTE, 0, V, V, NIL),
      elapsed(TIMEOUT_PREVOTE, 0),
      vote(PREVOTE, 0, V, V, NIL, V),
    ],
    last: [],
  },
  {
    line: 'L45',
    paper: 'L44 upon 2f+1 ⟨PREVOTE, h, r, nil⟩ while prevote; L45 precommit nil',
    acts: [round(0), proposes(0, V), vote(PREVOTE, 0, NIL, NIL, NIL)],
    last: [precommitOf(0, NIL)],
  },
  {
    line: 'L48',
    paper: 'L47 upon 2f+1 ⟨PRECOMMIT, h, r, *⟩ for the first time; L48 schedule OnTimeoutPrecommit',
    acts: [round(0), vote(PRECOMMIT, 0, V, NIL, W)],
    last: [schedules(TIMEOUT_PRECOMMIT, 0)],
  },
  {
    line: 'L51',
    paper: 'L49 upon ⟨PROPOSAL, h, r, v, *⟩ and 2f+1 ⟨PRECOMMIT, h, r, v⟩ while decision = nil; L51 decide, for any r',
    acts: [...UNLOCKED, proposes(0, V), vote(PRECOMMIT, 0, V, V, V)],
    last: [{ kind: 'decide', round: 0, value: V }],
  },
  {
    line: 'L56',
    paper: 'L55 upon f+1 ⟨*, h, r′, *, *⟩ with r′ > r; L56 StartRound(r′)',
    acts: [round(0), vote(PREVOTE, 5, V, NIL)],
    last: [{ kind: 'new-round', round: 5 }],
  },
  {
    line: 'L59',
    paper: 'L57 OnTimeoutPropose while propose; L59 prevote nil',
    acts: [round(0), elapsed(TIMEOUT_PROPOSE, 0)],
    last: [prevoteOf(0, NIL)],
  },
  {
    line: 'L63',
    paper: 'L61 OnTimeoutPrevote while prevote; L63 precommit nil',
    acts: [round(0), proposes(0, V), elapsed(TIMEOUT_PREVOTE, 0)],
    last: [precommitOf(0, NIL)],
  },
  {
    line: 'L67',
    paper: 'L65 OnTimeoutPrecommit; L67 StartRound(r + 1)',
    acts: [round(0), elapsed(TIMEOUT_PRECOMMIT, 0)],
    last: [{ kind: 'new-round', round: 1 }],
  },
];

function play(acts: readonly Act[]): Node {
  const driver = createDriver(SELF, createValidatorSet([...OTHERS, SELF].map(() => 1)));
  const node: Node = { driver, outputs: [] };
  for (const next of acts) next(node);
  return node;
}

const counted = (driver: Driver, line: Line): number => driver.lineCounts[LINES.indexOf(line)] as number;

test.each(ROWS)('$line fires: $paper', ({ line, acts, last }) => {
  const before = play(acts.slice(0, -1));
  const after = play(acts);
  expect(counted(after.driver, line)).toBe(counted(before.driver, line) + 1); // by the last act
  expect(after.outputs).toEqual(last);
});

test('every branch of every upon-rule of Algorithm 1 has its row', () => {
  expect(ROWS.map(({ line }) => line)).toEqual(LINES);
  expect([...new Set(Object.values(RULES))]).toEqual([
    'L14',
    'L20',
    'L22',
    'L28',
    'L34',
    'L36',
    'L44',
    'L47',
    'L49',
    'L55',
    'L57',
    'L61',
    'L65',
  ]);
});
