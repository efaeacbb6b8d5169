/**
 * The checklist before each promotion.
 */
import type { z } from 'zod';
import { durationDistribution } from './distribution.js';
import { flag, section, share } from './value.js';

const parity = section({
  covers: share.optional().describe('Probability that the hashed bundle holds a parameter that has drifted.'),
});

export const checklistSchema = section({
  parity: parity
    .optional()
    .describe(
      "Before nodes restart for a step the hash of every validator's configuration bundle is held against the reference; drift that shows is repaired first. Without it nobody looks.",
    ),
  alerts: flag
    .optional()
    .describe('Every alert is fired as a test before nodes restart, so that one without exporter is found and mended.'),
  runbook: flag.optional().describe('The recovery runbook is linked where people look for it.'),
  search: durationDistribution.optional().describe('Time that a rollback takes longer without the runbook.'),
  repair: durationDistribution.optional().describe('Time until what was found is mended; the step waits.'),
});
export type ChecklistInput = z.output<typeof checklistSchema>;
