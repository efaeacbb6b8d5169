/**
 * Evidence, penalties and appeals, once `consensus_enforcement` is the chain's rule (blueprint.md section 9).
 *
 * Evidence comes from what nodes met in their consensus (contradicting votes, proofs that do not verify) and from
 * detectors that count what a member of the committee owed and did not send.
 */
import { HOUR, type Micros } from '#base/time';
import { sampleInteger } from '#kernel/distribution';
import { nextUnit, type Stream } from '#kernel/stream';
import { committeeAt, DIALECT_SLASHING, epochOf, type Offence } from '../chain.js';
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
import { mayReturn, type Penalty, type PenaltyRules, penaltyFor, type Standing } from '../slashing/penalty.js';
import { rate } from '../validators/population.js';
import type { Justice, Run, World } from '../world.js';
import { takesPart } from './conditions.js';
import { note } from './timeline.js';

/** What ten duties as a witness earn: just enough for TL3. */
const PROBATION_SUCCESSES = 10;
const MILLION = 1_000_000;
/** Offences that a monitor counts: nobody accuses, the validator just did not send. */
const MONITORED: readonly EvidenceKind[] = ['missed-prevote', 'missed-precommit', 'missed-proof', 'silence'];
/** Heights that a report may be about; nodes learn of a contradiction at the end of its height. */
const WINDOW = 8;

export function createJustice(plan: Plan, n: number): Justice {
  const { slashing, chain } = plan;
  const queues = chain.asBuilt.threeEvidenceClasses ? THREE_CLASSES : FIVE_CLASSES;
  return {
    pool: createEvidencePool({ queues, history: 64, window: WINDOW, repeats: false }),
    detector: createDetector(n),
    cases: createCaseBook({ window: slashing.appealWindow, dryRun: slashing.dryRun }),
    punished: new Set(),
    innocent: new Set(),
    expelled: new Map(),
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
  for (const evidence of detect(run, height, leader)) reportEvidence(justice.pool, evidence);
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

/** Counts a round for the members that sent nothing, and for those that have counts to lose. */
function detect(run: Run, height: number, leader: number): Evidence[] {
  const { chain, justice } = run;
  const { detector } = justice;
  const members: MemberSeen[] = [];
  for (const validator of committeeAt(chain, height).order) {
    const prevote = sent(run, validator, 0, height - 1);
    const precommit = sent(run, validator, 1, height - 1);
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
    feedback: 0,
    identityValid: population.validated[validator] === 1,
    banned: false,
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
  if (slashCase.dryRun) return false;
  if (!justice.punished.has(accused)) note(world, 'slash', `validator ${accused}`, guilty ? kind : `${kind}, wrongly`);
  justice.punished.add(accused);
  if (!guilty) justice.innocent.add(accused);
  burnBalance(run.economy.accounts, accused, cut.balance);
  adopt(run, accused, after);
  if (cut.expelled) justice.expelled.set(accused, { epoch: epochOf(chain, chain.tip), since: world.now });
  appeal(world, run, slashCase.id, !guilty, run.justiceStream);
  return cut.rewardLost;
}

function rulesOf(plan: Plan): PenaltyRules {
  const { profile } = plan.slashing;
  const base = BigInt(plan.rewards.base) < 1n ? 1n : BigInt(plan.rewards.base);
  return { profile, gate: true, base, doubleSlash: plan.chain.asBuilt.doubleSlash, banDoubleSign: false };
}

/** The chain takes over what a penalty or a refund makes of a validator. */
function adopt(run: Run, validator: number, standing: Standing): void {
  const { population } = run.chain;
  population.stake[validator] = Math.max(1, Number(standing.stake));
  population.hours[validator] = Number(standing.timetoke);
  population.successes[validator] = standing.successes;
  population.score[validator] = standing.score / MILLION;
  population.tier[validator] = standing.tier;
  population.validated[validator] = standing.identityValid ? 1 : 0;
}

function appeal(world: World, run: Run, id: number, innocent: boolean, stream: Stream): void {
  const { appeals, vote, overturned } = world.plan.slashing;
  const files = nextUnit(stream) < appeals;
  const takes: Micros = Math.max(1, sampleInteger(vote, stream));
  const succeeds = nextUnit(stream) < overturned && innocent;
  if (files) fileAppeal(run.justice.cases, id, world.now, takes, succeeds);
}

/**
 * Lets operators come back whose identity was taken: under a new one, with a day of uptime and ten duties as a witness,
 * after a full epoch outside (blueprint.md section 22). As built, nobody returns.
 */
export function readmit(world: World, run: Run): void {
  const { chain, justice } = run;
  const { population, asBuilt } = chain;
  const epoch = epochOf(chain, chain.tip);
  for (const [validator, { epoch: expelledAt, since }] of justice.expelled) {
    const up = chain.up[validator] === 1 ? world.now - Math.max(since, run.upSince[validator] as number) : 0;
    const uptimeHours = Math.floor(up / HOUR);
    const witnessDuties = Math.floor(up / chain.blockTime); // one a block, as a witness of the chain
    const terms = { expelledAt, epoch, newIdentity: true, uptimeHours, witnessDuties, banned: false };
    if (asBuilt.bootstrap || !mayReturn(terms)) continue;
    justice.expelled.delete(validator);
    population.validated[validator] = 1;
    population.hours[validator] = Math.min(720, uptimeHours);
    population.successes[validator] = PROBATION_SUCCESSES;
    note(world, 'appeal', `validator ${validator}`, 'is back under a new identity');
  }
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
  if (refund.expelled) {
    population.validated[validator] = 1;
    run.justice.expelled.delete(validator);
  }
  rate(population, validator, asBuilt);
}
