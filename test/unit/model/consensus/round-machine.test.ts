import { describe, expect, test } from 'vitest';
import {
  apply,
  createRoundState,
  type RoundInput,
  type RoundState,
  STEP_COMMIT,
  STEP_PRECOMMIT,
  STEP_PREVOTE,
  STEP_PROPOSE,
  STEP_UNSTARTED,
  type Step,
} from '#model/consensus/round-machine';
import { TIMEOUT_PRECOMMIT, TIMEOUT_PREVOTE, TIMEOUT_PROPOSE } from '#model/consensus/timeouts';
import { NIL, PRECOMMIT, PREVOTE } from '#model/consensus/vote';

const at = (step: Step, round: number, more: Partial<RoundState> = {}): RoundState => ({
  ...createRoundState(1),
  round,
  step,
  ...more,
});
const lockedOn = (value: number, round: number) => ({
  lockedValue: value,
  lockedRound: round,
  validValue: value,
  validRound: round,
});
const prevote = (round: number, value: number) => ({ kind: 'vote', type: PREVOTE, round, value });
const precommit = (round: number, value: number) => ({ kind: 'vote', type: PRECOMMIT, round, value });

test('before the first round nothing is locked, valid or decided', () => {
  const none = {
    lockedValue: NIL,
    lockedRound: -1,
    validValue: NIL,
    validRound: -1,
    decisionValue: NIL,
    decisionRound: -1,
  };
  expect(createRoundState(5)).toEqual({ height: 5, round: -1, step: STEP_UNSTARTED, scheduled: 0, ...none });
});

function expectReject(state: RoundState, input: RoundInput): void {
  expect(apply(state, input)).toEqual({ state, output: null, accepted: false, line: null });
}

describe('L11–L21: a round starts', () => {
  test('a proposer with a valid value proposes it again with its round and no timeout', () => {
    const { state, output, line } = apply(at(STEP_UNSTARTED, 1, lockedOn(7, 0)), {
      kind: 'new-round',
      round: 2,
      proposing: true,
    });
    expect([state.step, state.round, state.scheduled, line]).toEqual([STEP_PROPOSE, 2, 0, 'L16']);
    expect(output).toEqual({ kind: 'propose', round: 2, value: 7, validRound: 0 });
  });
  test('a proposer without one asks for a value and waits no longer than the propose timeout', () => {
    const { state, output, line } = apply(createRoundState(1), { kind: 'new-round', round: 0, proposing: true });
    expect([state.step, state.scheduled, line]).toEqual([STEP_PROPOSE, 1 << TIMEOUT_PROPOSE, 'L18']);
    expect(output).toEqual({ kind: 'get-value', round: 0 });
  });
  test('the others schedule the propose timeout', () => {
    const { state, output, line } = apply(createRoundState(1), { kind: 'new-round', round: 0, proposing: false });
    expect([state.step, line]).toEqual([STEP_PROPOSE, 'L21']);
    expect(output).toEqual({ kind: 'schedule-timeout', timeout: TIMEOUT_PROPOSE, round: 0 });
  });
  test('a round does not start twice, nor an earlier one', () => {
    expectReject(at(STEP_PROPOSE, 0), { kind: 'new-round', round: 0, proposing: false });
    expectReject(at(STEP_PROPOSE, 0), { kind: 'new-round', round: 1, proposing: false });
    expectReject(at(STEP_UNSTARTED, 2), { kind: 'new-round', round: 1, proposing: false });
  });
  test('the value that was asked for is proposed as new, in step propose of its round only', () => {
    const input = { kind: 'propose-value', round: 1, value: 7 } as const;
    const { state, output, line } = apply(at(STEP_PROPOSE, 1), input);
    expect([state, line]).toEqual([at(STEP_PROPOSE, 1), 'L19']);
    expect(output).toEqual({ kind: 'propose', round: 1, value: 7, validRound: -1 });
    expectReject(at(STEP_PREVOTE, 1), input);
    expectReject(at(STEP_PROPOSE, 2), input);
  });
});

describe('L22: a new proposal', () => {
  const input = { kind: 'proposal', round: 1, value: 7 } as const;
  test.each([
    ['not locked: prevote it', {}, 7, 'L24'],
    ['locked on it: prevote it', lockedOn(7, 0), 7, 'L24'],
    ['locked on another: prevote nil', lockedOn(8, 0), NIL, 'L26-locked'],
  ])('%s', (_, locks, value, line) => {
    const result = apply(at(STEP_PROPOSE, 1, locks), input);
    expect([result.state.step, result.output, result.line]).toEqual([STEP_PREVOTE, prevote(1, value), line]);
    expect(result.state).toMatchObject(locks);
  });
  test('invalid: prevote nil', () => {
    const result = apply(at(STEP_PROPOSE, 1), { kind: 'invalid-proposal', round: 1 });
    expect([result.state.step, result.output, result.line]).toEqual([STEP_PREVOTE, prevote(1, NIL), 'L26-invalid']);
  });
  test.each([STEP_UNSTARTED, STEP_PREVOTE, STEP_PRECOMMIT])('nothing in step %i or another round', (step) => {
    expectReject(at(step, 1), input);
    expectReject(at(step, 1), { kind: 'invalid-proposal', round: 1 });
    expectReject(at(STEP_PROPOSE, 2), input);
    expectReject(at(STEP_PROPOSE, 0), { kind: 'invalid-proposal', round: 1 });
  });
});

describe('L28: a value proposed again with its polka', () => {
  const input = { kind: 'proposal-and-polka-previous', round: 3, value: 7, validRound: 1 } as const;
  test.each([
    ['not locked: prevote it', {}, 7, 'L30'],
    ['locked on another before its valid round: prevote it', lockedOn(8, 0), 7, 'L30'],
    ['locked on another in its valid round: prevote it', lockedOn(8, 1), 7, 'L30'],
    ['locked on another since: prevote nil', lockedOn(8, 2), NIL, 'L32-locked'],
    ['locked on it since: prevote it', lockedOn(7, 2), 7, 'L30'],
  ])('%s', (_, locks, value, line) => {
    const result = apply(at(STEP_PROPOSE, 3, locks), input);
    expect([result.state.step, result.output, result.line]).toEqual([STEP_PREVOTE, prevote(3, value), line]);
  });
  test('invalid: prevote nil', () => {
    const invalid = { kind: 'invalid-proposal-and-polka-previous', round: 3, validRound: 1 } as const;
    const result = apply(at(STEP_PROPOSE, 3), invalid);
    expect([result.output, result.line]).toEqual([prevote(3, NIL), 'L32-invalid']);
    expectReject(at(STEP_PREVOTE, 3), invalid);
    expectReject(at(STEP_PROPOSE, 3), { ...invalid, validRound: 3 });
    expectReject(at(STEP_PROPOSE, 3), { ...invalid, validRound: -1 });
  });
  test('nothing unless 0 ≤ valid round < round, in step propose of that round', () => {
    expectReject(at(STEP_PROPOSE, 3), { ...input, validRound: -1 });
    expectReject(at(STEP_PROPOSE, 3), { ...input, validRound: 3 });
    expectReject(at(STEP_PREVOTE, 3), input);
    expectReject(at(STEP_PROPOSE, 4), input);
  });
});

describe('L34–L48: quorums of the current round', () => {
  test('mixed prevotes schedule the prevote timeout, once, in step prevote', () => {
    const first = apply(at(STEP_PREVOTE, 1), { kind: 'polka-any', round: 1 });
    expect(first.output).toEqual({ kind: 'schedule-timeout', timeout: TIMEOUT_PREVOTE, round: 1 });
    expect([first.state.step, first.line]).toEqual([STEP_PREVOTE, 'L35']);
    expectReject(first.state, { kind: 'polka-any', round: 1 });
    expectReject(at(STEP_PROPOSE, 1), { kind: 'polka-any', round: 1 });
    expectReject(at(STEP_PRECOMMIT, 1), { kind: 'polka-any', round: 1 });
    expectReject(at(STEP_PREVOTE, 2), { kind: 'polka-any', round: 1 });
  });
  test('a polka in step prevote locks and precommits', () => {
    const result = apply(at(STEP_PREVOTE, 1, lockedOn(8, 0)), {
      kind: 'proposal-and-polka-current',
      round: 1,
      value: 7,
    });
    expect([result.output, result.line]).toEqual([precommit(1, 7), 'L40']);
    expect(result.state).toEqual(at(STEP_PRECOMMIT, 1, lockedOn(7, 1)));
  });
  test('a polka in step precommit moves the valid value only', () => {
    const before = at(STEP_PRECOMMIT, 1, lockedOn(8, 0));
    const result = apply(before, { kind: 'proposal-and-polka-current', round: 1, value: 7 });
    expect([result.output, result.accepted, result.line]).toEqual([null, true, 'L42']);
    expect(result.state).toEqual({ ...before, validValue: 7, validRound: 1 });
  });
  test('a polka in step propose or of another round does nothing', () => {
    expectReject(at(STEP_PROPOSE, 1), { kind: 'proposal-and-polka-current', round: 1, value: 7 });
    expectReject(at(STEP_PREVOTE, 2), { kind: 'proposal-and-polka-current', round: 1, value: 7 });
  });
  test('a nil polka in step prevote precommits nil', () => {
    const result = apply(at(STEP_PREVOTE, 1), { kind: 'polka-nil', round: 1 });
    expect([result.state.step, result.output, result.line]).toEqual([STEP_PRECOMMIT, precommit(1, NIL), 'L45']);
    expectReject(at(STEP_PRECOMMIT, 1), { kind: 'polka-nil', round: 1 });
    expectReject(at(STEP_PROPOSE, 1), { kind: 'polka-nil', round: 1 });
  });
  test.each([STEP_UNSTARTED, STEP_PROPOSE, STEP_PREVOTE, STEP_PRECOMMIT])(
    'mixed precommits in step %i schedule the precommit timeout, once',
    (step) => {
      const first = apply(at(step, 1), { kind: 'precommit-any', round: 1 });
      expect(first.output).toEqual({ kind: 'schedule-timeout', timeout: TIMEOUT_PRECOMMIT, round: 1 });
      expect([first.state.step, first.line]).toEqual([step, 'L48']);
      expectReject(first.state, { kind: 'precommit-any', round: 1 });
      expectReject(at(step, 2), { kind: 'precommit-any', round: 1 });
    },
  );
});

describe('L49: the decision', () => {
  test.each([STEP_UNSTARTED, STEP_PROPOSE, STEP_PREVOTE, STEP_PRECOMMIT])('in step %i, for any round', (step) => {
    for (const round of [0, 1, 5]) {
      const result = apply(at(step, 1), { kind: 'proposal-and-precommit-value', round, value: 7 });
      expect([result.output, result.line]).toEqual([{ kind: 'decide', round, value: 7 }, 'L51']);
      expect(result.state).toEqual(at(STEP_COMMIT, 1, { decisionValue: 7, decisionRound: round }));
    }
  });
  test('after it nothing is accepted', () => {
    const decided = at(STEP_COMMIT, 1, { decisionValue: 7, decisionRound: 1 });
    const inputs: RoundInput[] = [
      { kind: 'new-round', round: 2, proposing: true },
      { kind: 'proposal-and-precommit-value', round: 1, value: 8 },
      { kind: 'precommit-any', round: 1 },
      { kind: 'proposal-and-polka-current', round: 1, value: 8 },
      { kind: 'skip-round', round: 3 },
      { kind: 'timeout', timeout: TIMEOUT_PRECOMMIT, round: 1 },
    ];
    for (const input of inputs) expectReject(decided, input);
  });
});

describe('L55–L67: skips and timeouts', () => {
  test('votes of a later round skip to it; locks survive, scheduled timeouts do not', () => {
    const before = at(STEP_PRECOMMIT, 1, { ...lockedOn(7, 1), scheduled: 7 });
    const result = apply(before, { kind: 'skip-round', round: 4 });
    expect([result.output, result.line]).toEqual([{ kind: 'new-round', round: 4 }, 'L56']);
    expect(result.state).toEqual(at(STEP_UNSTARTED, 4, lockedOn(7, 1)));
    expectReject(before, { kind: 'skip-round', round: 1 });
    expectReject(before, { kind: 'skip-round', round: 0 });
  });
  test('the propose timeout prevotes nil, in step propose only', () => {
    const input = { kind: 'timeout', timeout: TIMEOUT_PROPOSE, round: 1 } as const;
    const result = apply(at(STEP_PROPOSE, 1), input);
    expect([result.state.step, result.output, result.line]).toEqual([STEP_PREVOTE, prevote(1, NIL), 'L59']);
    expectReject(at(STEP_PREVOTE, 1), input);
    expectReject(at(STEP_PROPOSE, 2), input);
  });
  test('the prevote timeout precommits nil, in step prevote only', () => {
    const input = { kind: 'timeout', timeout: TIMEOUT_PREVOTE, round: 1 } as const;
    const result = apply(at(STEP_PREVOTE, 1), input);
    expect([result.state.step, result.output, result.line]).toEqual([STEP_PRECOMMIT, precommit(1, NIL), 'L63']);
    expectReject(at(STEP_PROPOSE, 1), input);
    expectReject(at(STEP_PRECOMMIT, 1), input);
    expectReject(at(STEP_PREVOTE, 2), input);
  });
  test.each([STEP_PROPOSE, STEP_PREVOTE, STEP_PRECOMMIT])(
    'the precommit timeout in step %i asks for the next round',
    (step) => {
      const input = { kind: 'timeout', timeout: TIMEOUT_PRECOMMIT, round: 1 } as const;
      const result = apply(at(step, 1, { scheduled: 7 }), input);
      expect([result.output, result.line]).toEqual([{ kind: 'new-round', round: 2 }, 'L67']);
      expect(result.state).toEqual(at(STEP_UNSTARTED, 2));
      expectReject(at(step, 2), input);
    },
  );
  test('no timeout elapses before the first round', () => {
    expectReject(createRoundState(1), { kind: 'timeout', timeout: TIMEOUT_PRECOMMIT, round: -1 });
  });
});

describe('where a locked node prevotes its locked value', () => {
  const locked = at(STEP_PROPOSE, 2, lockedOn(7, 1));
  test.each<[string, RoundInput]>([
    ['L26-locked', { kind: 'proposal', round: 2, value: 8 }],
    ['L26-invalid', { kind: 'invalid-proposal', round: 2 }],
    ['L32-locked', { kind: 'proposal-and-polka-previous', round: 2, value: 8, validRound: 0 }],
    ['L32-invalid', { kind: 'invalid-proposal-and-polka-previous', round: 2, validRound: 0 }],
    ['L59', { kind: 'timeout', timeout: TIMEOUT_PROPOSE, round: 2 }],
  ])('%s prevotes it, and nil without a lock', (line, input) => {
    const result = apply(locked, input, 'locked-value');
    expect([result.output, result.line]).toEqual([prevote(2, 7), line]);
    expect(result.state).toEqual({ ...locked, step: STEP_PREVOTE });
    expect(apply(locked, input).output).toEqual(prevote(2, NIL));
    if (line !== 'L26-locked' && line !== 'L32-locked')
      expect(apply(at(STEP_PROPOSE, 2), input, 'locked-value').output).toEqual(prevote(2, NIL));
  });
  test('it prevotes what is proposed with a later polka', () => {
    const input = { kind: 'proposal-and-polka-previous', round: 2, value: 8, validRound: 1 } as const;
    expect(apply(locked, input, 'locked-value').output).toEqual(prevote(2, 8));
  });
});
