/**
 * Preparation evidence: what has to be there before a channel may start.
 */
import type { EvidenceKind } from '#model/readiness-plan';
import { defaulted } from './chain-schema.js';
import { durationDistribution } from './distribution.js';
import { flag, list, oneOf, positiveDuration, say, section, sentence, share, word } from './value.js';

/** Kinds of evidence, and what follows from one that is missing. */
export const EVIDENCE_KINDS: Readonly<Record<EvidenceKind, string>> = {
  freeze:
    'Interfaces and defaults are frozen in a candidate; a later change that is not compatible asks for a new one.',
  'migration-rehearsal': 'Migrations were rehearsed on a copy; until it is there none counts as rehearsed.',
  documents: 'Documents are complete.',
  runbook: 'A runbook is complete; until it is there, people need longer on every way back.',
  tests: 'The full test suites pass.',
  coverage: 'The blueprint is covered; a regression blocks every channel until it is mended, and nobody can waive it.',
  audit: 'A readiness audit.',
  wallets: 'Wallets follow the release.',
  appeals: 'Appeals can be heard.',
  other: 'Anything else.',
};

const below = say('is always so, and the work would never end', 'Write a share below 100%.');
const chance = share.refine((value) => value < 1, { error: below });

const item = section({
  name: word.describe('Name of the item.'),
  kind: defaulted(
    oneOf(Object.keys(EVIDENCE_KINDS) as EvidenceKind[]),
    'readiness[].kind',
    'What it is; some kinds have consequences.',
  ),
  owner: sentence.optional().describe('Who does the work: a person or a team, on one item at a time.'),
  duration: durationDistribution.describe('Time of the work until it is handed in.'),
  after: list(word).optional().describe('Items that must be delivered before the work begins.'),
  fails: defaulted(chance, 'readiness[].fails', 'Probability that what is handed in is not accepted.'),
  rework: durationDistribution.optional().describe('Time until it is handed in again, as often as it takes.'),
  missing: defaulted(share, 'readiness[].missing', 'Probability that it is never delivered.'),
  gates: list(word, 1).optional().describe('Channels that may not start without it.'),
  waived: flag.optional().describe('No channel waits for it.'),
  waiveAfter: durationDistribution
    .optional()
    .describe(
      'Time after which a channel that waits for nothing but missing items goes without it; by default it waits until operations.holdLimit and is aborted.',
    ),
  deadline: positiveDuration.optional().describe('When it should be delivered, from the start; late is not too late.'),
  broken: chance
    .optional()
    .describe(
      'Of a freeze: probability in a day that a change comes that is not compatible; the freeze and what follows it is then done again.',
    ),
  gated: flag.optional().describe('Of a freeze: later changes are behind gates and do not break it.'),
});
export type EvidenceInput = ReturnType<typeof item.parse>;

export const readinessSchema = list(item);
