/**
 * Evidence, penalties and appeals, once `consensus_enforcement` is the chain's rule (blueprint.md section 9).
 *
 * Evidence comes from what nodes met in their consensus (contradicting votes, proofs that do not verify) and from
 * detectors that count what a member of the committee owed and did not send.
 */
import type { Micros } from '#base/time';
import { sampleInteger } from '#kernel/distribution';
import { nextUnit, type Stream } from '#kernel/stream';
import { committeeAt, DIALECT_SLASHING, DIALECT_WITNESSES, type Offence } from '../chain.js';
import { createWitnessChannel, offerMessage, releaseMessages, WITNESS_META } from '../network/token-bucket.js';
import type { Plan } from '../plan.js';
import { burnBalance, refundBalance } from '../rewards/accounts.js';
import { createCaseBook, decideAppeals, fileAppeal, openCase } from '../slashing/appeal.js';
import { createDetector, endRound, type MemberSeen } from '../slashing/detector.js';
import {
  createEvidencePool,
  drainEvidence,
  type Evidence,
  type EvidenceKind,
  FIVE_CLASSES,
  reportEvidence,
  sealHeight,
  THREE_CLASSES,
} from '../slashing/evidence.js';
import { isPenalty, type Penalty, type PenaltyRules, penaltyFor, type Standing } from '../slashing/penalty.js';
import { createWithholdingWatch, hearReport, seeVotes, sendReports } from '../slashing/withholding.js';
import { rate } from '../validators/population.js';
import type { Justice, Run, World } from '../world.js';
import { takesPart } from './conditions.js';
import { expel } from './probation.js';
import { note } from './timeline.js';
import { isOnline } from './witnesses.js';

const MILLION = 1_000_000;
/** Offences that a monitor counts: nobody accuses, the validator just did not send. */
const MONITORED: readonly EvidenceKind[] = ['missed-prevote', 'missed-precommit', 'missed-proof', 'silence'];
/** Heights that a report may be about; nodes learn of a contradiction at the end of its height. */
const WINDOW = 8;

export function createJustice(plan: Plan, n: number, now: Micros): Justice {
  const { slashing, chain } = plan;
  const queues = chain.asBuilt.threeEvidenceClasses ? THREE_CLASSES : FIVE_CLASSES;
  return {
    pool: createEvidencePool({ queues, history: 64, window: WINDOW, repeats: false }),
    detector: createDetector(n),
    cases: createCaseBook({ window: slashing.appealWindow, dryRun: slashing.dryRun }),
    punished: new Set(),
    innocent: new Set(),
    expelled: new Map(),
    banned: new Set(),
    withholding: createWithholdingWatch(n),
    reportChannel: createWitnessChannel(WITNESS_META, chain.asBuilt.witnessRefill, now),
    reported: new Set(),
    overturned: 0,
  };
}

/**
 * Judges what is known when a block is finalized.
 *
 * @param bits - of the gates that are the chain's rule
 * @returns validators whose entry of this block is withheld
 */
export function judgeBlock(world: World, run: Run, height: number, leader: number, bits: number): readonly number[] {
  const { chain, justice } = run;
  const offences = chain.offences;
  if (offences.length > 0) chain.offences = [];
  if ((bits & DIALECT_SLASHING) === 0) return [];
  for (const offence of offences) report(justice, offence);
  const absent: number[] = [];
  for (const evidence of detect(run, height, leader, absent)) reportEvidence(justice.pool, evidence);
  if ((bits & DIALECT_WITNESSES) !== 0) hearWitnesses(world, run, height, absent);
  const flagged: number[] = [];
  for (const evidence of drainEvidence(justice.pool)) {
    if (punish(world, run, evidence)) flagged.push(evidence.accused);
  }
  sealHeight(justice.pool, height);
  return flagged;
}

const KIND_OF: Readonly<Record<Offence['kind'], EvidenceKind>> = {
  'double-sign': 'double-sign-precommit',
  'false-proof': 'false-proof',
  'refused-vote': 'refused-vote',
  forged: 'refused-vote',
};

function report(justice: Justice, { validator, kind, height }: Offence): void {
  reportEvidence(justice.pool, { kind: KIND_OF[kind], accused: validator, reporter: validator, height, round: 0 });
}

/**
 * Witnesses report who stays away; what comes through their channel may be evidence.
 *
 * @param absent - whose votes have not come for so long that they are reported
 */
function hearWitnesses(world: World, run: Run, height: number, absent: readonly number[]): void {
  const { justice, chain, economy } = run;
  const { withholding, reportChannel, pool, reported } = justice;
  if (absent.length === 0 && reportChannel.waiting.length === 0) return;
  const needed = Math.max(1, Math.ceil(world.plan.slashing.witnessReports * economy.witnesses.length));
  const hear = (): void => {
    for (const message of releaseMessages(reportChannel, world.now)) {
      const accused = message % chain.n;
      const evidence = hearReport(withholding, accused, Math.floor(message / chain.n), needed, height);
      if (evidence === null) continue;
      reportEvidence(pool, evidence);
      reported.add(accused);
    }
  };
  hear();
  for (const accused of absent) {
    const online = economy.witnesses.filter((witness) => isOnline(world, run, height, witness));
    for (const witness of sendReports(withholding, accused, online)) {
      offerMessage(reportChannel, witness * chain.n + accused);
      hear();
    }
  }
}

/**
 * Counts a round for the members that sent nothing, and for those that have counts to lose.
 *
 * @param absent - receives those whose votes have not come for so long that witnesses report them
 */
function detect(run: Run, height: number, leader: number, absent: number[]): Evidence[] {
  const { chain, justice } = run;
  const { detector, withholding } = justice;
  const members: MemberSeen[] = [];
  for (const validator of committeeAt(chain, height).order) {
    const prevote = sent(run, validator, 0, height - 1);
    const precommit = sent(run, validator, 1, height - 1);
    if (seeVotes(withholding, validator, prevote && precommit)) absent.push(validator);
    const counted =
      (detector.prevotes[validator] as number) +
      (detector.precommits[validator] as number) +
      (detector.silence[validator] as number);
    if (prevote && precommit && counted === 0) continue;
    members.push({ validator, prevote, precommit, message: prevote || precommit });
  }
  if (members.length === 0) return [];
  return endRound(detector, { height, round: 0, committed: true, leader, proof: true, members });
}

/** Whether a validator has sent a vote of a type at a height or later, as far as can be known. */
function sent(run: Run, validator: number, type: 0 | 1, height: number): boolean {
  const { chain } = run;
  if ((chain.votedAt[2 * validator + type] as number) >= height) return true;
  return run.mode === 'block' && takesPart(chain, validator);
}

function standingOf(run: Run, validator: number): Standing {
  const { population } = run.chain;
  return {
    stake: BigInt(population.stake[validator] as number),
    balance: run.economy.accounts.validators[validator] as bigint,
    timetoke: BigInt(population.hours[validator] as number),
    tier: population.tier[validator] as number,
    score: Math.round((population.score[validator] as number) * MILLION),
    successes: population.successes[validator] as number,
    feedback: population.feedback[validator] as number,
    identityValid: population.validated[validator] === 1,
    banned: run.justice.banned.has(validator),
  };
}

/** @returns whether the validator loses its entry of the block */
function punish(world: World, run: Run, evidence: Evidence): boolean {
  const { justice, chain } = run;
  const { accused, kind } = evidence;
  const standing = standingOf(run, accused);
  const penalty = penaltyFor(rulesOf(world.plan), kind, standing);
  const { slashCase, standing: after, cut } = openCase(justice.cases, world.now, evidence, penalty, standing);
  const guilty = chain.everFaulty[accused] === 1 || MONITORED.includes(kind);
  if (slashCase.dryRun || (kind === 'vote-withholding' && !isPenalty(cut))) return false;
  if (!justice.punished.has(accused)) note(world, 'slash', `validator ${accused}`, guilty ? kind : `${kind}, wrongly`);
  justice.punished.add(accused);
  if (!guilty) justice.innocent.add(accused);
  burnBalance(run.economy.accounts, accused, cut.balance);
  adopt(run, accused, after);
  if (cut.expelled) expel(world, run, accused);
  appeal(world, run, slashCase.id, !guilty, run.justiceStream);
  return cut.rewardLost;
}

function rulesOf(plan: Plan): PenaltyRules {
  const { profile, banDoubleSign } = plan.slashing;
  const base = BigInt(plan.rewards.base) < 1n ? 1n : BigInt(plan.rewards.base);
  return { profile, gate: true, base, doubleSlash: plan.chain.asBuilt.doubleSlash, banDoubleSign };
}

/** The chain takes over what a penalty or a refund makes of a validator. */
function adopt(run: Run, validator: number, standing: Standing): void {
  const { population } = run.chain;
  population.stake[validator] = Math.max(1, Number(standing.stake));
  population.hours[validator] = Number(standing.timetoke);
  population.successes[validator] = standing.successes;
  population.feedback[validator] = standing.feedback;
  population.score[validator] = standing.score / MILLION;
  population.tier[validator] = standing.tier;
  population.validated[validator] = standing.identityValid ? 1 : 0;
  if (standing.banned) run.justice.banned.add(validator);
}

function appeal(world: World, run: Run, id: number, innocent: boolean, stream: Stream): void {
  const { appeals, vote, overturned } = world.plan.slashing;
  const files = nextUnit(stream) < appeals;
  const takes: Micros = Math.max(1, sampleInteger(vote, stream));
  const succeeds = nextUnit(stream) < overturned && innocent;
  if (files) fileAppeal(run.justice.cases, id, world.now, takes, succeeds);
}

/** Decides the appeals that are due; what was taken wrongly is given back. */
export function decideCases(world: World, run: Run): void {
  const { justice } = run;
  for (const { slashCase, refund } of decideAppeals(justice.cases, world.now)) {
    if (slashCase.state !== 'overturned') continue;
    justice.overturned += 1;
    const { accused } = slashCase.evidence;
    giveBack(run, accused, refund);
    note(world, 'appeal', `validator ${accused}`, 'the slash did not hold');
  }
}

function giveBack(run: Run, validator: number, refund: Penalty): void {
  const { population, asBuilt } = run.chain;
  refundBalance(run.economy.accounts, validator, refund.balance);
  population.stake[validator] = (population.stake[validator] as number) + Number(refund.stake);
  population.hours[validator] = Math.min(720, (population.hours[validator] as number) + Number(refund.timetoke));
  population.successes[validator] = (population.successes[validator] as number) + refund.successes;
  population.feedback[validator] = (population.feedback[validator] as number) + refund.feedback;
  if (refund.banned) run.justice.banned.delete(validator);
  if (refund.expelled) {
    population.validated[validator] = 1;
    run.justice.expelled.delete(validator);
  }
  rate(population, validator, asBuilt);
}
