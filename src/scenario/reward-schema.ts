/**
 * What a chain pays to whom, by which rule, and the mistake in it that an audit is to find.
 */
import { z } from 'zod';
import type { RewardBug, RewardsPlan } from '#model/plan';
import { defaulted } from './chain-schema.js';
import { amountDistribution } from './distribution.js';
import { basisPoints, decimal, money, oneOf, positiveShare, section, whole } from './value.js';

/** The rules that the blueprint's section 8 finds in its sources, and the one it recommends. */
export const REWARD_RULES: Readonly<Record<RewardsPlan['rule'], string>> = {
  recommended: 'The committee shares base and fees, the leader gets a bonus on top, attesting witnesses share theirs.',
  A: 'The ledger of the node: base and fees are shared, and the bonus is a part of both; witnesses get nothing.',
  B: 'The engine of the library: base for every member of the committee; witnesses are paid by report.',
  C: 'The numbers of the configuration: base is shared, bonus and witness part come on top, fees are left alone.',
  D: 'The timetoke pools of the library: base is split into pools, each divided by timetoke hours.',
};

/** What can be wrong with a payout. */
export const REWARD_BUGS: Readonly<Record<RewardBug['kind'], string>> = {
  rounding: 'Parts are rounded to the wrong side.',
  'missing-epoch': 'One epoch pays nothing.',
  'double-payment': 'Every payout is made twice.',
  'wrong-bonus': 'Some validators get another bonus as leaders.',
  'failed-rounds': 'Leaders are paid for rounds that failed as well.',
  'fee-twice': 'Fees count twice in what is shared.',
  'witness-share-twice': 'Witnesses get their part twice.',
  'pay-slashed': 'Validators whose payout is withheld are paid all the same.',
};

const KINDS = Object.keys(REWARD_BUGS) as RewardBug['kind'][];

const kindOf = <Kind extends RewardBug['kind']>(kind: Kind) => z.literal(kind).describe('What is wrong.');
const plainBug = <Kind extends RewardBug['kind']>(kind: Kind) => section({ kind: kindOf(kind) });

const bugSection = z.discriminatedUnion('kind', [
  plainBug('rounding'),
  section({
    kind: kindOf('missing-epoch'),
    epoch: whole(1, 'the number of an epoch')
      .optional()
      .describe('The epoch that pays nothing, counted from 1 since rewards began.'),
  }),
  plainBug('double-payment'),
  section({
    kind: kindOf('wrong-bonus'),
    bonus: basisPoints.optional().describe('The wrong bonus of the leader, as a share of base.'),
    share: positiveShare.optional().describe('Share of the validators that get it.'),
  }),
  plainBug('failed-rounds'),
  plainBug('fee-twice'),
  plainBug('witness-share-twice'),
  plainBug('pay-slashed'),
]);

/** A map, or its kind alone: the words stand last, since of a broken map its own branch has to explain itself. */
const bug = z.union([bugSection, oneOf(KINDS).transform((kind) => ({ kind }))]);

export type RewardBugInput = z.output<typeof bug>;

const ledger = section({
  base: money.optional().describe('Units a block emits, beside its fees.'),
  leaderBonus: basisPoints.optional().describe('Bonus of the leader, as a share of base and fees, on top.'),
});

const engine = section({
  witnessReward: money.optional().describe('Units a witness gets for each report.'),
});

const pools = section({
  leaders: basisPoints.optional().describe('Share of base that the committee divides by timetoke hours.'),
  witnesses: basisPoints
    .optional()
    .describe('Share of base that witnesses divide by timetoke hours; at most what the committee leaves.'),
  minHours: whole(0, 'a number of hours').optional().describe('Who has less timetoke gets nothing.'),
});

export const rewardsSchema = section({
  base: defaulted(money, 'rewards.base', 'Units a block emits to its committee.'),
  leaderBonus: defaulted(basisPoints, 'rewards.leaderBonus', 'Bonus of the leader, as a share of base, on top.'),
  witnessShare: defaulted(basisPoints, 'rewards.witnessShare', 'What witnesses get, as a share of base, on top.'),
  witnessTreasury: defaulted(
    basisPoints,
    'rewards.witnessTreasury',
    'Share of the witness part that the witness treasury pays; the fee pool pays the rest.',
  ),
  feesPerBlock: defaulted(amountDistribution, 'rewards.feesPerBlock', 'Fees of a block, in units.'),
  treasuryDays: defaulted(
    decimal(0, 'a number of days'),
    'rewards.treasuryDays',
    'Days of emission in each treasury at the start.',
  ),
  rule: defaulted(
    oneOf(Object.keys(REWARD_RULES) as RewardsPlan['rule'][]),
    'rewards.rule',
    'Which of the rules of the blueprint the chain pays by.',
  ),
  ledger: ledger.prefault({}).describe('Numbers of rule A, which looks at no other.'),
  engine: engine.prefault({}).describe('What rule B pays beside base and the bonus.'),
  pools: pools.prefault({}).describe('How rule D divides base.'),
  auditEpochs: defaulted(
    whole(1, 'a number of epochs'),
    'rewards.auditEpochs',
    'Epochs with rewards after which the books are audited.',
  ),
  bug: bug.optional().describe('A mistake in what the chain pays, for the audit to find: a map, or its kind alone.'),
});
