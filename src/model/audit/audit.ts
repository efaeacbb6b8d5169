/**
 * The auditor: was an epoch paid as the rule says, and if not, what went wrong?
 *
 * It sees what a stranger could see, the books before and after and what was decided in between, and computes the
 * payment anew by its own arithmetic (`replay.ts`). Where the books say something else, it looks for the one mistake,
 * or the two, that explain every account to the unit (`cause.ts`). Money is bigint, exact beyond 2^53.
 * Sources: blueprint.md sections 8 (rules, "reward accuracy"), 17 (audit after 10 epochs with rewards), 21 (defects).
 */
import { assert } from '#base/assert';
import { differencesOf, explain, payeeError } from './cause.js';
import { type Outcome, replayEpoch, SOUND, turnsOf } from './replay.js';

/** What a rule needs to be computed; an absent pool is the documents' number. */
export interface AuditTerms {
  readonly base: bigint; // units per block; B: per validator; D: the total of both pools and the rest
  readonly leaderBonus: number; // basis points of base; A: of base + fees
  readonly witnessShare: number; // basis points of base
  readonly witnessTreasury: number; // basis points of the witness part asked of treasury-witness
  readonly witnessReward?: bigint; // B: units for each witness that reported, absent: 0
  readonly leaderPool?: number; // D: basis points of base, absent: 6 000
  readonly witnessPool?: number; // D: basis points of base, absent: 3 000
  readonly minHours?: number; // D: less than this gets nothing, absent: 1
}

export interface AuditMember {
  readonly validator: number;
  readonly tier: number;
  readonly hours: number; // timetoke, integer ≥ 0
  readonly randomness: bigint;
  readonly address: string;
}

export interface AuditBlock {
  readonly height: number;
  readonly leader: number; // validator, of the committee or not
  readonly fees: bigint; // units ≥ 0, credited to the fee pool in this epoch
  readonly witnesses: readonly number[]; // that attested; their addresses are in the order of their numbers
  readonly flagged: readonly number[]; // validators whose entry is to be withheld
  readonly failedLeaders: readonly number[]; // of the rounds that failed before the decision
}

/** What was decided in one epoch. */
export interface EpochRecord {
  readonly epoch: number; // since rewards began, from 1
  readonly chainEpoch: number;
  readonly rule: 'recommended' | 'A' | 'B' | 'C' | 'D';
  readonly terms: AuditTerms;
  readonly committee: readonly AuditMember[]; // in any order
  readonly blocks: readonly AuditBlock[]; // heights ascend; one may be missing, or come again and then pays nothing
  readonly witnessHours?: readonly number[]; // D: by witness; absent: all have the same
  readonly penalties?: readonly { readonly validator: number; readonly units: bigint }[]; // burned; negative: given back
}

/** All accounts at one moment. */
export interface Books {
  readonly validators: readonly bigint[];
  readonly witnesses: readonly bigint[];
  readonly treasuryValidator: bigint;
  readonly treasuryWitness: bigint;
  readonly feePool: bigint;
  readonly shortfall: bigint; // owed so far and covered by nobody; no money
  readonly withheld: bigint; // kept so far from flagged validators; no money
  readonly burned: bigint;
}

/** What the exporters of nodes say was paid in the epoch; those that are not named say what the books say. */
export interface AuditTelemetry {
  readonly exporters: readonly ExporterReport[];
}

export interface ExporterReport {
  readonly node: number;
  readonly counted: bigint;
  readonly missing: readonly {
    readonly reason: 'restart' | 'partition' | 'drift'; // as the logs of its node have it
    readonly blocks: number;
    readonly units: bigint; // paid − counted
  }[];
}

/** Exporters that say something else than sound books or wrong ones, for a reason that is no payment's. */
export interface TelemetryGap {
  readonly cause: 'telemetry-gap';
  readonly reason: 'restart' | 'partition' | 'drift';
  readonly epoch: number;
  readonly exporters: readonly number[]; // of these nodes, ascending
  readonly blocks: number; // summed over exporters
  readonly units: bigint; // Σ |paid − counted|
}

export type Cause =
  | 'rounding' // to the wrong side
  | 'missing-epoch' // nothing was paid
  | 'double-payment' // all, or a height that came again
  | 'wrong-bonus'
  | 'failed-rounds' // rounds without a decision were paid
  | 'fee-twice' // fees entered the shares twice
  | 'witness-share-twice'
  | 'witness-fee-twice' // the fee pool's part of the witness payment was taken twice
  | 'double-fee' // fees were shared and stayed in the fee pool
  | 'pay-slashed' // flagged validators were paid
  | 'shortfall' // the treasuries ran dry: somebody was owed more than there was
  | 'telemetry' // metrics say something else than the books, and their nodes' logs do not say why
  | 'unexplained';

export interface Finding {
  readonly cause: Cause;
  readonly epoch: number; // since rewards began
  readonly accounts: readonly string[]; // as `AccountDifference` names them
  readonly units: bigint; // wrongly paid or not paid, summed over payees; of a stock, where no payee is concerned
  readonly words: string;
}

/** What an account has beyond what it should have: `validator 3`, `witness 1`, `treasury-validator`, `fee-pool`, … */
export interface AccountDifference {
  readonly account: string;
  readonly units: bigint; // ≠ 0; negative: too little
}

export interface EpochAudit {
  readonly epoch: number;
  readonly expected: { readonly validators: readonly bigint[]; readonly witnesses: readonly bigint[] }; // payments
  readonly differences: readonly AccountDifference[];
  readonly absoluteError: bigint; // Σ |paid − expected| over validators and witnesses
  readonly expectedTotal: bigint; // Σ expected
  readonly validatorsOff: number; // paid at least a unit too much or too little
  readonly conservation: bigint; // money that appeared, or vanished (negative), over all accounts
  readonly findings: readonly Finding[];
  readonly gaps: readonly TelemetryGap[]; // one for each reason; they say nothing against the payment
}

/**
 * Audits one epoch.
 *
 * @param before - the books when the epoch opened
 * @param after - the books when it closed; fees of its blocks were credited in between
 * @returns what was expected, how far the books are from it, and why; no finding: paid to the unit, and in full
 * @throws AssertionError if the record names an account that the books do not have
 */
export function auditEpoch(record: EpochRecord, before: Books, after: Books, telemetry: AuditTelemetry): EpochAudit {
  const { validators, witnesses } = before;
  const same = validators.length === after.validators.length && witnesses.length === after.witnesses.length;
  assert(same, 'the books before and after an epoch have the same accounts');
  const turns = turnsOf(record, SOUND);
  const sound = replayEpoch(record, before, SOUND, turns);
  const paid = paymentsOf(record, before, after);
  const penalties = (record.penalties ?? []).reduce((sum, { units }) => sum + units, 0n);
  const differences = differencesOf(paid, sound);
  const burnedTooMuch = after.burned - before.burned - penalties;
  if (burnedTooMuch !== 0n) differences.push({ account: 'burned', units: burnedTooMuch });
  const credited = turns.reduce((sum, { credit }) => sum + credit, 0n);
  const conservation = moneyOf(after) - moneyOf(before) - credited;

  const findings: Finding[] = [];
  const { epoch } = record;
  if (differences.length > 0) findings.push(...explain(record, before, paid, sound, differences, conservation));
  const short = sound.shortfall - before.shortfall;
  if (short > 0n) {
    const shortOf = (name: string, payees: ReadonlySet<number>): string[] =>
      [...payees].sort((a, b) => a - b).map((payee) => `${name} ${payee}`);
    const accounts = [...shortOf('validator', sound.shortValidators), ...shortOf('witness', sound.shortWitnesses)];
    const words = `the treasuries ran dry: ${accounts.length} accounts are owed ${short} units that nobody could pay`;
    findings.push({ cause: 'shortfall', epoch, accounts, units: short, words });
  }
  const total = sumOf(paid.validators) + sumOf(paid.witnesses);
  const { gaps, doubtful } = readTelemetry(telemetry, epoch, total);
  if (doubtful.length > 0) {
    const units = doubtful.reduce((sum, { counted }) => sum + magnitude(counted - total), 0n);
    const accounts = doubtful.map(({ node }) => `exporter ${node}`);
    const words = `the metrics of ${accounts.length} nodes say that other sums were paid than the ${total} units of the books`;
    findings.push({ cause: 'telemetry', epoch, accounts, units, words });
  }
  return {
    epoch,
    expected: { validators: sound.validators, witnesses: sound.witnesses },
    differences,
    absoluteError: payeeError(differences),
    expectedTotal: sumOf(sound.validators) + sumOf(sound.witnesses),
    validatorsOff: differences.filter(({ account }) => account.startsWith('validator ')).length,
    conservation,
    findings,
    gaps,
  };
}

/** Which exporters differ from the books for reasons that account for every unit, and which do not. */
function readTelemetry(
  { exporters }: AuditTelemetry,
  epoch: number,
  total: bigint,
): { gaps: TelemetryGap[]; doubtful: ExporterReport[] } {
  const doubtful = exporters.filter(({ counted, missing }) => {
    return counted + missing.reduce((sum, { units }) => sum + units, 0n) !== total;
  });
  const reasons = ['restart', 'partition', 'drift'] as const;
  const gaps = reasons.flatMap((reason): TelemetryGap[] => {
    const told = exporters
      .filter((exporter) => !doubtful.includes(exporter))
      .flatMap(({ node, missing }) => missing.filter((one) => one.reason === reason).map((one) => ({ node, ...one })));
    if (told.length === 0) return [];
    return [
      {
        cause: 'telemetry-gap',
        reason,
        epoch,
        exporters: told.map(({ node }) => node).sort((a, b) => a - b),
        blocks: told.reduce((sum, { blocks }) => sum + blocks, 0),
        units: told.reduce((sum, { units }) => sum + magnitude(units), 0n),
      },
    ];
  });
  return { gaps, doubtful };
}

/** What was paid by the books, penalties set aside, and where the stocks stand. */
function paymentsOf({ penalties }: EpochRecord, before: Books, after: Books): Outcome {
  const validators = after.validators.map((units, i) => units - (before.validators[i] as bigint));
  for (const { validator, units } of penalties ?? []) {
    const held = validators[validator];
    assert(held !== undefined, `validator ${validator}, who was penalized, is in the books`);
    validators[validator] = held + units;
  }
  const { treasuryValidator, treasuryWitness, feePool, shortfall, withheld } = after;
  const witnesses = after.witnesses.map((units, i) => units - (before.witnesses[i] as bigint));
  return { validators, witnesses, treasuryValidator, treasuryWitness, feePool, shortfall, withheld };
}

function moneyOf(books: Books): bigint {
  const stocks = books.treasuryValidator + books.treasuryWitness + books.feePool + books.burned;
  return sumOf(books.validators) + sumOf(books.witnesses) + stocks;
}

function sumOf(units: readonly bigint[]): bigint {
  return units.reduce((sum, each) => sum + each, 0n);
}

function magnitude(units: bigint): bigint {
  return units < 0n ? -units : units;
}
