/**
 * What misbehaviour costs, and how a council may undo it.
 */
import type { SlashingPlan } from '#model/plan';
import { defaulted } from './chain-schema.js';
import { durationDistribution } from './distribution.js';
import { duration, flag, oneOf, positiveShare, section, share } from './value.js';

/** Tables of penalties that the blueprint's section 9 finds in its sources, and the one it recommends. */
export const SLASHING_PROFILES: Readonly<Record<SlashingPlan['profile'], string>> = {
  node: 'A percentage of the stake and expulsion.',
  lib: 'Timetoke and a tier; the stake stays untouched.',
  cfg: 'Absolute amounts of the balance.',
  'hybrid-v1': 'Percentages of the stake, expulsion and absolute amounts together; silence costs score and reward.',
};

export const slashingSchema = section({
  profile: defaulted(
    oneOf(Object.keys(SLASHING_PROFILES) as SlashingPlan['profile'][]),
    'slashing.profile',
    'Table of penalties.',
  ),
  auditLog: defaulted(
    flag,
    'slashing.auditLog',
    'Appeals and an audit log exist; without them no channel may enforce consensus_enforcement.',
  ),
  dryRun: defaulted(flag, 'slashing.dryRun', 'Cases are opened and nothing is taken.'),
  witnessReports: defaulted(
    positiveShare,
    'slashing.witnessReports',
    'Share of the witnesses whose reports of missing votes are evidence of withholding.',
  ),
  banDoubleSign: defaulted(
    flag,
    'slashing.banDoubleSign',
    'Who signs twice is banned: it never returns, unless an appeal succeeds. No source states an end of the ban.',
  ),
  appeals: defaulted(share, 'slashing.appeals', 'Probability that a slashed validator appeals.'),
  appealWindow: defaulted(duration, 'slashing.appealWindow', 'Time after a penalty in which an appeal is heard.'),
  vote: defaulted(durationDistribution, 'slashing.vote', 'Appeal until the council has voted.'),
  overturned: defaulted(
    share,
    'slashing.overturned',
    'Probability that the appeal of an honest validator succeeds; others never do.',
  ),
});
