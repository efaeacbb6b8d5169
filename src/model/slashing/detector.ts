/**
 * Detectors of censorship and inactivity: how often in a row a validator owed something and did not send it.
 *
 * They look at the end of each round and at each commit. A counter that reaches its limit fires and starts again at 0; a
 * delivery sets it back as well. Source: blueprint.md section 9.2: 3 prevotes, 3 precommits, 2 proofs of a leader, 4
 * rounds of silence; reporter `consensus-monitor`.
 */
import { type Evidence, type EvidenceKind, MONITOR } from './evidence.js';

export interface DetectorRules {
  readonly prevotes: number; // rounds in a row
  readonly precommits: number;
  readonly proofs: number; // rounds in a row that the validator led
  readonly silence: number;
  readonly proofToNextRound: boolean; // as built: the proof of a round that commits counts for the next one
}

export const DETECTOR_RULES: DetectorRules = {
  prevotes: 3,
  precommits: 3,
  proofs: 2,
  silence: 4,
  proofToNextRound: false,
};

/** Misses in a row, by validator. */
export interface Detector {
  readonly rules: DetectorRules;
  readonly prevotes: number[];
  readonly precommits: number[];
  readonly proofs: number[];
  readonly silence: number[];
  carried: number; // as built: the leader whose proof counts for the next round; −1: nobody
}

/** What was seen of the committee in one round. */
export interface RoundSeen {
  readonly height: number;
  readonly round: number;
  readonly committed: boolean;
  readonly leader: number;
  readonly proof: boolean; // whether the leader's proof came
  readonly members: readonly MemberSeen[];
}

export interface MemberSeen {
  readonly validator: number;
  readonly prevote: boolean;
  readonly precommit: boolean;
  readonly message: boolean; // of any kind
}

export function createDetector(n: number, rules: DetectorRules = DETECTOR_RULES): Detector {
  const zeros = (): number[] => Array.from({ length: n }, () => 0);
  return { rules, prevotes: zeros(), precommits: zeros(), proofs: zeros(), silence: zeros(), carried: -1 };
}

/** Counts one round and tells what it proves, member by member: prevote, precommit, proof, silence. */
export function endRound(detector: Detector, seen: RoundSeen): Evidence[] {
  const { rules } = detector;
  const found: Evidence[] = [];
  const judge = (counter: number[], validator: number, came: boolean, limit: number, kind: EvidenceKind): void => {
    const missed = came ? 0 : (counter[validator] as number) + 1;
    const fires = missed >= limit;
    counter[validator] = fires ? 0 : missed;
    if (fires) found.push({ kind, accused: validator, reporter: MONITOR, height: seen.height, round: seen.round });
  };
  const proof = countProof(detector, seen);
  for (const { validator, prevote, precommit, message } of seen.members) {
    judge(detector.prevotes, validator, prevote, rules.prevotes, 'missed-prevote');
    judge(detector.precommits, validator, precommit, rules.precommits, 'missed-precommit');
    if (validator === seen.leader) judge(detector.proofs, validator, proof, rules.proofs, 'missed-proof');
    judge(detector.silence, validator, message, rules.silence, 'silence');
  }
  return found;
}

/**
 * Whether the leader's proof counts for this round. As built, one of a round that commits does not: it counts for the next
 * round, where it only helps if the same validator leads again.
 */
function countProof(detector: Detector, { proof, committed, leader }: RoundSeen): boolean {
  if (!detector.rules.proofToNextRound) return proof;
  const carried = detector.carried === leader;
  detector.carried = proof && committed ? leader : -1;
  return carried || (proof && !committed);
}

/** Forgets what was counted, for validators that leave the committee. */
export function forgetMember(detector: Detector, validator: number): void {
  for (const counter of [detector.prevotes, detector.precommits, detector.proofs, detector.silence]) {
    counter[validator] = 0;
  }
}
