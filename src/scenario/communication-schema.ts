/**
 * What operators are told before a rollout.
 */
import type { z } from 'zod';
import { durationDistribution } from './distribution.js';
import { duration, positiveDuration, section, share, word } from './value.js';

const briefing = section({
  channel: word.optional().describe('Channel whose operators are briefed; by default the last one.'),
  ahead: duration.optional().describe("Time from the briefing to the channel's start."),
  notice: positiveDuration
    .optional()
    .describe('Notice with which every operator is prepared; with half of it half of them are.'),
  missing: share.optional().describe('Probability that the briefing is never sent; then nobody is prepared.'),
  delay: durationDistribution
    .optional()
    .describe('Time by which an operator who is not prepared begins the upgrade late; its batch waits.'),
});

export const communicationSchema = section({
  briefing: briefing.optional().describe('Briefing of the operators; without it every operator is prepared.'),
});
export type CommunicationInput = z.output<typeof communicationSchema>;
