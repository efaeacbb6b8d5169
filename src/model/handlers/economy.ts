/**
 * The chain's economy, epoch by epoch: payment, audit, uptime, standing, elections ahead.
 *
 * Blocks are only written down; when the last block of an epoch is finalized the epoch is paid, an auditor that shares no
 * code with the payment recomputes it, uptime is credited, scores and tiers are worked out anew, and the committee of the
 * epoch after the next is elected from that standing: one epoch ahead, so that no node can need it before it is known.
 */
import { addInteger, addText } from '#base/fingerprint';
import type { Micros } from '#base/time';
import type { Stream } from '#kernel/stream';
import { auditEpoch, type Books, type EpochRecord, type TelemetryGap } from '../audit/audit.js';
import { committeeAt, epochOf } from '../chain.js';
import { logFact } from '../fact-log.js';
import { createWitnessChannel, WITNESS_PROOFS } from '../network/token-bucket.js';
import type { Plan, RewardBug, RewardsPlan } from '../plan.js';
import {
  type Accounts,
  auditAccounts,
  closeEpoch,
  createAccounts,
  openingFor,
  type PayOptions,
  SOUND_PAY,
} from '../rewards/accounts.js';
import { type EpochPayment, payEpoch } from '../rewards/epoch-payment.js';
import { createExporters } from '../rewards/exporter.js';
import { clearJournal, createJournal } from '../rewards/journal.js';
import { type Member, PAYOUT_TERMS, type PayoutTerms, payoutOrder } from '../rewards/payout.js';
import type { Committee } from '../validators/committee.js';
import { rate } from '../validators/population.js';
import { decayTimetoke, recordProof } from '../validators/timetoke.js';
import type { Economy, Run, World } from '../world.js';
import { readmit } from './probation.js';
import { retryReplays } from './replay.js';
import { electAhead } from './shell.js';
import { decideCases } from './slashing.js';
import { readExporters } from './telemetry.js';
import { note } from './timeline.js';
import {
  addressOf,
  chooseWitnesses,
  createPeers,
  drawCandidates,
  heardWitnesses,
  letOut,
  scorePeers,
} from './witnesses.js';

/** Nodes that would be a witness, for each that is chosen: an assumption. */
const CANDIDATES_PER_WITNESS = 2;

/** Accounts with treasuries filled for the plan's days of emission. */
export function createEconomy(plan: Plan, n: number, blocksPerDay: number, now: Micros, stream: Stream): Economy {
  const terms = termsOf(plan.rewards);
  const opening = openingFor(terms, Math.round(blocksPerDay), Math.round(plan.rewards.treasuryDays));
  const candidates = drawCandidates(CANDIDATES_PER_WITNESS * plan.witnesses.count, n, stream, now);
  return {
    accounts: createAccounts(n, candidates.length, opening),
    journal: createJournal(),
    exporters: createExporters(n, plan.telemetry.interval),
    terms,
    epochs: 0,
    isOpen: false,
    settledTo: 0,
    uptimeTo: now,
    absoluteError: 0n,
    expectedTotal: 0n,
    violations: 0,
    off: new Set(),
    peers: createPeers(candidates.length),
    witnessChannel: createWitnessChannel(WITNESS_PROOFS, plan.chain.asBuilt.witnessRefill, now),
    candidates,
    witnesses: chooseWitnesses(candidates, n, plan.witnesses.count),
    witnessed: 0,
    attestations: 0,
    findings: [],
    gapUnits: 0n,
    countedUnits: 0n,
    gaps: new Map(),
    told: false,
  };
}

function termsOf(plan: RewardsPlan): PayoutTerms {
  const terms = PAYOUT_TERMS[plan.rule];
  const { ledgerBase, ledgerBonus, witnessReward, leaderPool, witnessPool, minHours } = plan.terms;
  if (plan.rule === 'A') return { ...terms, base: BigInt(ledgerBase), leaderBonus: ledgerBonus };
  const { leaderBonus, witnessShare, witnessTreasury } = plan;
  const shared = { ...terms, base: BigInt(plan.base), leaderBonus, witnessShare, witnessTreasury };
  return { ...shared, witnessReward: BigInt(witnessReward), leaderPool, witnessPool, minHours };
}

/** Closes an epoch, or what there is of it: everything that standing and money depend on. */
export function settleEpoch(world: World, run: Run, height: number): void {
  const { chain, economy } = run;
  if (economy.journal.count > 0) payAndAudit(world, run, committeeAt(chain, height));
  if (economy.isOpen) {
    economy.isOpen = false;
    if (economy.epochs === world.plan.rewards.auditEpochs) reportAudit(world, run);
  }
  if (height <= economy.settledTo) return;
  economy.settledTo = height;
  scorePeers(world, run);
  retryReplays(world, run);
  proveUptime(world, run);
  decideCases(world, run);
  readmit(world, run);
  const { population, asBuilt } = chain;
  for (let node = 0; node < chain.n; node += 1) {
    if (asBuilt.bootstrap) break;
    rate(population, node, asBuilt);
    if (world.plan.validators.scoreDecay) population.score[node] = 0.95 * (population.score[node] as number);
  }
  if (!asBuilt.committeePerBlock) electAhead(chain, epochOf(chain, height) + 2);
}

/** Pays a block by itself, and audits it, where every block has a committee of its own. */
export function settleBlock(world: World, run: Run, height: number): void {
  if (run.economy.journal.count > 0) payAndAudit(world, run, committeeAt(run.chain, height));
}

/** Pays and audits what the journal holds: an epoch, or as much of it as one committee decided. */
function payAndAudit(world: World, run: Run, committee: Committee): void {
  const { economy, chain } = run;
  const { accounts, journal } = economy;
  if (!economy.isOpen) economy.epochs += 1;
  economy.isOpen = true;
  economy.attestations += letOut(economy.witnessChannel, journal, world.now);
  const payment = paymentOf(world, run, committee);
  const before = booksOf(accounts);
  const succeeded = accounts.payouts.slice();
  const receipt = payEpoch(accounts, journal, payment);
  const { paid, violations } = receipt;
  const wrongTotal = auditAccounts(accounts).length;
  economy.violations += violations + wrongTotal;
  closeEpoch(accounts);
  const exporters = readExporters(economy, payment, receipt);
  const audit = auditEpoch(recordOf(run, payment), before, booksOf(accounts), { exporters });
  economy.absoluteError += audit.absoluteError;
  economy.expectedTotal += audit.expectedTotal;
  for (const [validator, expected] of audit.expected.validators.entries()) {
    const got = (accounts.validators[validator] as bigint) - (before.validators[validator] as bigint);
    if (got !== expected) economy.off.add(validator);
  }
  for (const finding of audit.findings) collect(economy, finding);
  economy.countedUnits += paid * BigInt(chain.n);
  for (const gap of audit.gaps) collectGap(economy, gap);
  if (!chain.asBuilt.bootstrap) {
    accounts.payouts.forEach((payouts, validator) => {
      const gained = payouts - (succeeded[validator] as number);
      chain.population.successes[validator] = (chain.population.successes[validator] as number) + gained;
    });
  }
  addText(world.facts, String(paid));
  addText(world.facts, String(accounts.treasuryValidator));
  addInteger(world.facts, Number(audit.absoluteError));
  if (world.factLog !== null) {
    const { treasuryValidator } = accounts;
    logFact(world, `epoch paid ${paid}, treasury ${treasuryValidator}, error ${audit.absoluteError}`);
  }
  clearJournal(journal);
}

/** The auditor's report, once: after the epochs that the plan gives it, or at the end if they never came. */
export function reportAudit(world: World, run: Run): void {
  const { economy } = run;
  if (economy.told || economy.epochs === 0) return;
  economy.told = true;
  const causes = economy.findings.map(({ cause }) => cause);
  note(world, 'audit', 'rewards', `${economy.epochs} epochs: ${causes.length === 0 ? 'exact' : causes.join(', ')}`);
  if (economy.gaps.size === 0) return;
  const reasons = [...economy.gaps].map(([reason, exporters]) => `${reason} of ${exporters.size}`);
  note(world, 'audit', 'telemetry', `telemetry-gap: ${reasons.join(', ')}`);
}

function collectGap(economy: Economy, { reason, exporters, units }: TelemetryGap): void {
  economy.gapUnits += units;
  const known = economy.gaps.get(reason) ?? new Set();
  for (const exporter of exporters) known.add(exporter);
  economy.gaps.set(reason, known);
}

function collect(
  economy: Economy,
  found: { cause: string; epoch: number; accounts: readonly string[]; units: bigint; words: string },
): void {
  const known = economy.findings.find(({ cause }) => cause === found.cause);
  const units = Number(found.units);
  if (known === undefined) {
    const { cause, epoch, accounts, words } = found;
    economy.findings.push({ cause, epochs: [epoch], accounts: [...accounts], units, words });
    return;
  }
  const accounts = [...new Set([...known.accounts, ...found.accounts])];
  const merged = {
    ...known,
    epochs: [...new Set([...known.epochs, found.epoch])],
    accounts,
    units: known.units + units,
  };
  economy.findings = economy.findings.map((one) => (one === known ? merged : one));
}

function paymentOf(world: World, run: Run, committee: Committee): EpochPayment {
  const { economy, chain } = run;
  const { rewards } = world.plan;
  return {
    epoch: economy.epochs,
    terms: economy.terms,
    options: optionsOf(rewards.bug, chain.asBuilt, committee),
    misjudgedBonus: 2 * economy.terms.leaderBonus,
    committee: payoutOrder(membersOf(committee)),
    leadersOf: (_height, rounds) => failedLeaders(committee, rounds, chain.asBuilt.leaderIgnoresRound),
    witnessesOf: (height, count) => heardWitnesses(world, run, height, count),
  };
}

function membersOf(committee: Committee): Member[] {
  return committee.contenders.map(({ address, tier, hours, output }) => {
    return { validator: address, address: addressOf(address), tier, hours, randomness: output };
  });
}

function failedLeaders(committee: Committee, rounds: number, ignoresRound: boolean): number[] {
  const { order } = committee;
  if (order.length === 0) return [];
  return Array.from({ length: rounds - 1 }, (_, round) => order[ignoresRound ? 0 : round % order.length] as number);
}

function optionsOf(bug: RewardBug | null, asBuilt: Plan['chain']['asBuilt'], committee: Committee): PayOptions {
  const { doubleFee, witnessFeeTwice, rewardBeforeQuorum } = asBuilt;
  const options = { ...SOUND_PAY, doubleFee, witnessFeeTwice, rewardBeforeQuorum };
  switch (bug?.kind) {
    case undefined:
      return options;
    case 'rounding':
      return { ...options, roundingWrongSide: true };
    case 'missing-epoch':
      return { ...options, skipEpoch: bug.epoch };
    case 'double-payment':
      return { ...options, payTwice: true };
    case 'wrong-bonus': {
      // Spread over the leader order from its first on, so that it shows however few lead.
      const step = Math.max(1, Math.round(1 / bug.share));
      const validators = [...committee.order].filter((_, rank) => rank % step === 0);
      return { ...options, wrongBonus: { basisPoints: bug.bonus, validators } };
    }
    case 'failed-rounds':
      return { ...options, payFailedRounds: true };
    case 'fee-twice':
      return { ...options, countFeeTwice: true };
    case 'witness-share-twice':
      return { ...options, witnessShareTwice: true };
    case 'pay-slashed':
      return { ...options, paySlashed: true };
  }
}

function booksOf(accounts: Accounts): Books {
  const { treasuryValidator, treasuryWitness, feePool, shortfall, withheld, burned } = accounts;
  const { validators, witnesses } = accounts;
  return {
    validators: [...validators],
    witnesses: [...witnesses],
    treasuryValidator,
    treasuryWitness,
    feePool,
    shortfall,
    withheld,
    burned,
  };
}

/** What the auditor is given: the decided blocks, the committee as elected, the terms as written. */
function recordOf(run: Run, payment: EpochPayment): EpochRecord {
  const { journal, terms } = run.economy;
  return {
    epoch: run.economy.epochs,
    chainEpoch: epochOf(run.chain, run.chain.tip),
    rule: terms.rule,
    terms,
    committee: payment.committee,
    witnessHours: run.economy.candidates.map(({ hours }) => hours),
    blocks: Array.from({ length: journal.count }, (_, i) => {
      const height = journal.heights[i] as number;
      return {
        height,
        leader: journal.leaders[i] as number,
        fees: BigInt(journal.fees[i] as number),
        witnesses: payment.witnessesOf(height, journal.witnesses[i] as number).map(({ witness }) => witness),
        flagged: journal.flagged.get(height) ?? [],
        failedLeaders: payment.leadersOf(height, journal.rounds[i] as number),
      };
    }),
  };
}

/**
 * Credits the uptime that validators can prove since the last time: a window for each validator that was up through all
 * of it, with the records replayed that it missed before; then a day's decay where it is due (blueprint.md section 3.2).
 */
function proveUptime(world: World, run: Run): void {
  const { chain, economy } = run;
  const { population } = chain;
  const { uptimeProofs } = world.plan.validators;
  if (chain.asBuilt.bootstrap) return;
  while (economy.uptimeTo + uptimeProofs <= world.now) {
    const start = economy.uptimeTo;
    const end = start + uptimeProofs;
    economy.uptimeTo = end;
    for (let node = 0; node < chain.n; node += 1) {
      if (population.validated[node] === 0 || chain.up[node] === 0) continue;
      const proves = (run.upSince[node] as number) <= start && (run.replays.readyAt[node] as number) <= start;
      if (world.plan.validators.peerFeedback) {
        population.feedback[node] = (population.feedback[node] as number) + (proves ? 1 : -1);
      }
      if (proves) creditUptime(run, node, start, end);
    }
  }
}

function creditUptime(run: Run, node: number, start: Micros, end: Micros): void {
  const { population } = run.chain;
  const known = (time: number): Micros | null => (Number.isNaN(time) ? null : time);
  const account = {
    hours: population.hours[node] as number,
    lastProof: known(population.lastProof[node] as number),
    lastDecay: known(population.lastDecay[node] as number),
    lastSync: null,
  };
  const { timetoke, rejection } = recordProof(account, start, end);
  if (rejection !== null && rejection !== 'at-cap') return; // too short by itself: the next window reaches back
  const aged = decayTimetoke(timetoke, end);
  population.hours[node] = aged.hours;
  population.lastProof[node] = aged.lastProof ?? Number.NaN;
  population.lastDecay[node] = aged.lastDecay ?? Number.NaN;
}
