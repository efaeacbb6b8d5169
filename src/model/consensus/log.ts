/**
 * The write-ahead log of one node at one height: what its driver was given, in order.
 *
 * What is appended is safe once it is flushed; a crash loses the rest. Replaying the log into a fresh driver brings back
 * the state, since the core is deterministic and timeouts are logged as inputs. Certificates are logged as well: upstream
 * leaves them out, and a node that locked or skipped on one may contradict itself after a restart (its issue 1445).
 * Source: Malachite `docs/architecture/adr-007-write-ahead-log.md`; consensus.md section 13.
 */
import type { Certificate, RoundCertificate } from './certificate.js';
import {
  type Driver,
  type DriverOutput,
  receivePolkaCertificate,
  receiveProposal,
  receiveRoundCertificate,
  receiveVote,
  timeoutElapsed,
} from './driver.js';
import type { TimeoutKind } from './timeouts.js';
import { PRECOMMIT, PREVOTE, type ValueId, type VoteType } from './vote.js';

export interface Log {
  entries: Int32Array; // rows of [operation, round, value, voter or valid round]
  length: number; // rows in use
  flushed: number; // rows that a crash leaves
  certificates: (Certificate | RoundCertificate)[]; // by number
}

const ROW = 4;
const OP_PREVOTE = PREVOTE;
const OP_PRECOMMIT = PRECOMMIT;
const OP_PROPOSAL = 2;
const OP_INVALID_PROPOSAL = 3;
const OP_CERTIFICATE = 4;
const OP_TIMEOUT = 5; // plus the kind

export function createLog(): Log {
  return { entries: new Int32Array(16 * ROW), length: 0, flushed: 0, certificates: [] };
}

/** Starts the log of a new height. */
export function truncateLog(log: Log): void {
  log.length = 0;
  log.flushed = 0;
  if (log.certificates.length > 0) log.certificates = [];
}

/** Forces what was appended to the disk. */
export function flushLog(log: Log): void {
  log.flushed = log.length;
}

/** A crash: what was not flushed is gone. */
export function tearLog(log: Log): void {
  log.length = log.flushed;
}

export function logVote(log: Log, type: VoteType, round: number, value: ValueId, voter: number): void {
  append(log, type, round, value, voter);
}

export function logProposal(log: Log, round: number, value: ValueId, validRound: number, valid: boolean): void {
  append(log, valid ? OP_PROPOSAL : OP_INVALID_PROPOSAL, round, value, validRound);
}

export function logCertificate(log: Log, certificate: Certificate | RoundCertificate): void {
  append(log, OP_CERTIFICATE, certificate.round, log.certificates.length, 0);
  log.certificates.push(certificate);
}

/** Gives a driver a certificate of either kind. */
export function takeCertificate(
  driver: Driver,
  certificate: Certificate | RoundCertificate,
  outputs: DriverOutput[],
): void {
  if ('kind' in certificate) receiveRoundCertificate(driver, certificate, outputs);
  else receivePolkaCertificate(driver, certificate, outputs);
}

export function logTimeout(log: Log, kind: TimeoutKind, round: number): void {
  append(log, OP_TIMEOUT + kind, round, 0, 0);
}

function append(log: Log, operation: number, round: number, value: number, detail: number): void {
  const at = log.length * ROW;
  if (at === log.entries.length) {
    const longer = new Int32Array(2 * at);
    longer.set(log.entries);
    log.entries = longer;
  }
  const entries = log.entries;
  entries[at] = operation;
  entries[at + 1] = round;
  entries[at + 2] = value;
  entries[at + 3] = detail;
  log.length += 1;
}

/**
 * Feeds one entry of the log to a driver.
 *
 * @param row - 0 … length − 1
 * @param proposerOf - proposer of a round of the log's height
 */
export function replayEntry(
  log: Log,
  row: number,
  driver: Driver,
  proposerOf: (round: number) => number,
  outputs: DriverOutput[],
): void {
  const at = row * ROW;
  const [operation, round, value, detail] = log.entries.subarray(at, at + ROW) as unknown as [
    number,
    number,
    number,
    number,
  ];
  if (operation === OP_PREVOTE || operation === OP_PRECOMMIT) {
    receiveVote(driver, operation, round, value, detail, outputs);
  } else if (operation === OP_CERTIFICATE) {
    takeCertificate(driver, log.certificates[value] as Certificate | RoundCertificate, outputs);
  } else if (operation >= OP_TIMEOUT) {
    timeoutElapsed(driver, (operation - OP_TIMEOUT) as TimeoutKind, round, outputs);
  } else {
    const valid = operation === OP_PROPOSAL;
    receiveProposal(driver, { round, value, validRound: detail, proposer: proposerOf(round), valid }, outputs);
  }
}
