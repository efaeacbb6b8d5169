import { describe, expect, test } from 'vitest';
import { HOUR } from '#base/time';
import {
  APPEAL_RULES,
  COUNCIL_VOTE_MEDIAN,
  createCaseBook,
  decideAppeals,
  fileAppeal,
  nextDecisionAt,
  openCase,
  refundTo,
} from '#model/slashing/appeal';
import { MONITOR } from '#model/slashing/evidence';
import { NO_PENALTY, PENALTY_RULES, penaltyFor, type Standing } from '#model/slashing/penalty';

const BEFORE: Standing = {
  stake: 1_000n,
  balance: 80_000_000n,
  timetoke: 700n,
  tier: 5,
  score: 800_000,
  successes: 1_000,
  feedback: 0,
  identityValid: true,
  banned: false,
};
const EVIDENCE = { kind: 'false-proof', accused: 3, reporter: MONITOR, height: 10, round: 0 } as const;
const PENALTY = penaltyFor(PENALTY_RULES, 'false-proof', BEFORE);

describe('section 22: appeals', () => {
  test('the window is 72 hours, its end included; one appeal for each case', () => {
    const book = createCaseBook();
    for (const at of [0, 0, 0]) openCase(book, at, EVIDENCE, PENALTY, BEFORE);
    expect(fileAppeal(book, 0, 72 * HOUR, HOUR, true)).toBe('filed');
    expect(fileAppeal(book, 1, 72 * HOUR + 1, HOUR, true)).toBe('too-late');
    expect(fileAppeal(book, 0, 72 * HOUR, HOUR, true)).toBe('closed');
  });

  test('a slash takes effect at once, and one that is overturned gives back exactly what it took', () => {
    const book = createCaseBook();
    const { standing, cut, slashCase } = openCase(book, HOUR, EVIDENCE, PENALTY, BEFORE);
    expect(standing).toMatchObject({ stake: 750n, balance: 30_000_000n, tier: 0, identityValid: false });
    expect(cut).toBe(PENALTY);
    fileAppeal(book, slashCase.id, 2 * HOUR, COUNCIL_VOTE_MEDIAN, true);
    expect(nextDecisionAt(book)).toBe(26 * HOUR);
    expect(decideAppeals(book, 26 * HOUR - 1)).toEqual([]);
    const [decision] = decideAppeals(book, 26 * HOUR);
    expect(decision && refundTo(standing, decision)).toEqual(BEFORE);
    expect(decideAppeals(book, 30 * HOUR)).toEqual([]); // decided once
    expect(nextDecisionAt(book)).toBeNull();
  });

  test('one that is upheld gives back nothing', () => {
    const book = createCaseBook();
    openCase(book, 0, EVIDENCE, PENALTY, BEFORE);
    fileAppeal(book, 0, 0, HOUR, false);
    const [decision] = decideAppeals(book, HOUR);
    expect([decision?.slashCase.state, decision?.refund]).toEqual(['upheld', NO_PENALTY]);
  });

  test('decisions come in order of their time, then of their case', () => {
    const book = createCaseBook();
    for (const voteTakes of [3, 1, 1]) {
      const { slashCase } = openCase(book, 0, EVIDENCE, PENALTY, BEFORE);
      fileAppeal(book, slashCase.id, 0, voteTakes, false);
    }
    expect(decideAppeals(book, 5).map(({ slashCase }) => slashCase.id)).toEqual([1, 2, 0]);
  });

  test('every step is in the audit log', () => {
    const book = createCaseBook();
    openCase(book, 0, EVIDENCE, PENALTY, BEFORE);
    openCase(book, 1, EVIDENCE, PENALTY, BEFORE);
    fileAppeal(book, 0, 2, 10, true);
    fileAppeal(book, 1, 73 * HOUR, 10, true);
    decideAppeals(book, 80 * HOUR);
    expect(book.log.map((entry) => [entry.case, entry.action])).toEqual([
      [0, 'slashed'],
      [1, 'slashed'],
      [0, 'appealed'],
      [1, 'refused'],
      [0, 'overturned'],
    ]);
  });
});

test('a dry run records what would be taken, cuts nothing and refunds nothing', () => {
  const book = createCaseBook({ ...APPEAL_RULES, dryRun: true });
  const { standing, cut, slashCase } = openCase(book, 0, EVIDENCE, PENALTY, BEFORE);
  expect([standing, cut, slashCase.penalty]).toEqual([BEFORE, NO_PENALTY, PENALTY]);
  expect(book.log[0]?.action).toBe('recorded');
  fileAppeal(book, 0, 0, 0, true);
  const [decision] = decideAppeals(book, 0);
  expect(decision && refundTo(standing, decision)).toEqual(BEFORE);
});
