/**
 * Exit codes: a promise to scripts and CI. 10, 11 and 14 of a verdict come from `#experiment/verdict`.
 */

export const DONE = 0; // also: every expectation holds
export const INTERNAL_ERROR = 1; // a bug of ours
export const BAD_USAGE = 2; // bad usage, unreadable or invalid input
export const EXPECTATION_FAILED = 10;
export const INCONCLUSIVE = 11;
export const REGRESSION = 12; // against the baseline
export const MISMATCH = 13; // determinism, fidelity or conformance
export const INCOMPLETE = 14; // the budget ended first, shards are missing, a worker died
export const INTERRUPTED = { SIGINT: 130, SIGTERM: 143 } as const;

export const EXIT_CODE_HELP = `Exit codes:
  0  go: every expectation holds       2  bad usage or invalid input
  10 an expectation failed             14 incomplete: budget hit or shards missing
  11 inconclusive                      130, 143 interrupted; what was done is kept
  12 a regression against a baseline   1  internal error, with the command that replays it
  13 determinism or traces disagree`;
