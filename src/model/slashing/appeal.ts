/**
 * Slashes as cases: written down, open to appeal, decided by a vote of the council.
 *
 * A slash takes effect at once and an appeal suspends nothing; one that succeeds gives back exactly what was taken. In a
 * dry run the cases are recorded and nothing is cut. Every step is an entry of an audit log that is only appended to.
 * How long the council takes and what it decides are draws of the caller. Source: blueprint.md section 22, "Council vote,
 * appeals": window 72 h, median vote 24 h, no suspension, refund on success.
 */
import { assert } from '#base/assert';
import { HOUR, type Micros } from '#base/time';
import type { Evidence } from './evidence.js';
import { applyPenalty, NO_PENALTY, type Penalty, type Standing, undoPenalty } from './penalty.js';

export const APPEAL_WINDOW: Micros = 72 * HOUR;
/** Median time to a decision; the draws of the caller spread around it. */
export const COUNCIL_VOTE_MEDIAN: Micros = 24 * HOUR;

export interface AppealRules {
  readonly window: Micros; // after the slash; an appeal at its very end is still in time
  readonly dryRun: boolean; // record, cut nothing
}

export const APPEAL_RULES: AppealRules = { window: APPEAL_WINDOW, dryRun: false };

export type CaseState = 'open' | 'appealed' | 'upheld' | 'overturned';

export interface SlashCase {
  readonly id: number; // position in the book
  readonly at: Micros;
  readonly evidence: Evidence;
  readonly penalty: Penalty; // what was taken, in a dry run what would have been
  readonly dryRun: boolean;
  state: CaseState;
  decisionAt: Micros; // of the council; NaN without an appeal
  overturns: boolean; // what the council will decide
}

export interface AuditEntry {
  readonly at: Micros;
  readonly case: number;
  readonly action: 'slashed' | 'recorded' | 'appealed' | 'refused' | 'upheld' | 'overturned';
}

export interface CaseBook {
  readonly rules: AppealRules;
  readonly cases: SlashCase[];
  readonly log: AuditEntry[]; // in order of time
}

export function createCaseBook(rules: AppealRules = APPEAL_RULES): CaseBook {
  return { rules, cases: [], log: [] };
}

/** A case and what it leaves of the accused. */
export interface Slashed {
  readonly slashCase: SlashCase;
  readonly standing: Standing; // unchanged in a dry run
  readonly cut: Penalty; // what accounts and stakes must give up now; nothing in a dry run
}

/** Writes a slash down and cuts, unless this is a dry run. */
export function openCase(
  book: CaseBook,
  at: Micros,
  evidence: Evidence,
  penalty: Penalty,
  standing: Standing,
): Slashed {
  const { dryRun } = book.rules;
  const slashCase: SlashCase = {
    id: book.cases.length,
    at,
    evidence,
    penalty,
    dryRun,
    state: 'open',
    decisionAt: Number.NaN,
    overturns: false,
  };
  book.cases.push(slashCase);
  book.log.push({ at, case: slashCase.id, action: dryRun ? 'recorded' : 'slashed' });
  return dryRun
    ? { slashCase, standing, cut: NO_PENALTY }
    : { slashCase, standing: applyPenalty(standing, penalty), cut: penalty };
}

/**
 * Files an appeal.
 *
 * @param voteTakes - µs until the council decides, drawn by the caller
 * @param overturns - what it decides, drawn by the caller
 * @returns whether the appeal was taken: in time and the first of its case
 */
export function fileAppeal(
  book: CaseBook,
  id: number,
  at: Micros,
  voteTakes: Micros,
  overturns: boolean,
): 'filed' | 'too-late' | 'closed' {
  const slashCase = caseOf(book, id);
  assert(at >= slashCase.at && voteTakes >= 0, `an appeal at ${at} follows the slash at ${slashCase.at}`);
  const answer = slashCase.state !== 'open' ? 'closed' : at > slashCase.at + book.rules.window ? 'too-late' : 'filed';
  book.log.push({ at, case: id, action: answer === 'filed' ? 'appealed' : 'refused' });
  if (answer === 'filed') {
    slashCase.state = 'appealed';
    slashCase.decisionAt = at + voteTakes;
    slashCase.overturns = overturns;
  }
  return answer;
}

/** What a decision gives back. */
export interface Decision {
  readonly slashCase: SlashCase;
  readonly refund: Penalty; // what accounts and stakes are owed; nothing if upheld or in a dry run
}

/** Decides every appeal that is due by `now`, in order of decision, then of case; each once. */
export function decideAppeals(book: CaseBook, now: Micros): Decision[] {
  const due = book.cases
    .filter(({ state, decisionAt }) => state === 'appealed' && decisionAt <= now)
    .toSorted((a, b) => a.decisionAt - b.decisionAt || a.id - b.id);
  return due.map((slashCase) => {
    slashCase.state = slashCase.overturns ? 'overturned' : 'upheld';
    book.log.push({ at: slashCase.decisionAt, case: slashCase.id, action: slashCase.state });
    return { slashCase, refund: slashCase.overturns && !slashCase.dryRun ? slashCase.penalty : NO_PENALTY };
  });
}

/** When the next decision is due, or null. */
export function nextDecisionAt(book: CaseBook): Micros | null {
  const open = book.cases.filter(({ state }) => state === 'appealed').map(({ decisionAt }) => decisionAt);
  return open.length === 0 ? null : open.reduce((a, b) => Math.min(a, b));
}

/** The standing after a decision: what was taken is given back if the slash did not hold. */
export function refundTo(standing: Standing, decision: Decision): Standing {
  return undoPenalty(standing, decision.refund);
}

function caseOf(book: CaseBook, id: number): SlashCase {
  const slashCase = book.cases[id];
  assert(slashCase !== undefined, `case ${id} is in the book`);
  return slashCase;
}
