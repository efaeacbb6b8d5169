/**
 * What a report says, verdict first: a planner reads the top, an engineer the rollouts, a researcher the rest.
 */
import type { StoredResult } from '#experiment/result';
import { writeAssumptions, writeMethods, writeReproduction } from './content-background.js';
import { writeEstimates, writeExpectations, writeTiles } from './content-estimates.js';
import { writeRollouts } from './content-rollouts.js';
import type { ReportDocument } from './document.js';
import { listConcerns, writeHeadline, writeWarning } from './headline.js';
import { formatNumber } from './number.js';
import { CLAIM_TONE, CLAIM_WORDS, VERDICT_MEANING } from './words.js';

export function writeContent(stored: StoredResult): ReportDocument {
  const { summary, details } = stored;
  return {
    name: summary.scenario.name,
    verdict: summary.verdict,
    headline: writeHeadline(summary),
    meaning: VERDICT_MEANING[summary.verdict],
    warning: writeWarning(summary),
    concerns: listConcerns(summary).map(({ claim, verdict, reason }) => {
      return { claim, word: CLAIM_WORDS[verdict], tone: CLAIM_TONE[verdict], reason };
    }),
    facts: [
      { term: 'Scenario', text: summary.scenario.name },
      { term: 'Simulated rollouts', text: formatNumber(summary.replications) },
      { term: 'Seed', text: summary.seed },
      { term: 'Engine', text: `${summary.engine.name} ${summary.engine.version}` },
    ],
    sections: [
      {
        id: 'question',
        title: 'The question',
        blocks: [
          { kind: 'quote', text: summary.scenario.question },
          {
            kind: 'paragraph',
            text: describeExperiment(summary.replications),
          },
        ],
      },
      { id: 'glance', title: 'At a glance', blocks: [writeTiles(summary)] },
      { id: 'expectations', title: 'Expectations', blocks: [writeExpectations(summary)] },
      ...writeEstimates(summary, details),
      { id: 'rollouts', title: 'Two rollouts at length', blocks: writeRollouts(stored) },
      { id: 'assumptions', title: 'Assumptions', blocks: writeAssumptions(summary) },
      { id: 'methods', title: 'How the numbers were made', blocks: writeMethods(summary) },
      { id: 'reproduction', title: 'Reproduce', blocks: writeReproduction(stored) },
    ],
  };
}

function describeExperiment(replications: number): string {
  if (replications === 0) return 'No rollout was simulated to its end, so there is nothing to answer with.';
  const times = replications === 1 ? 'once' : `${formatNumber(replications)} times, each time with other luck`;
  return `The whole rollout was simulated ${times}: delays, crashes, faults, people. The numbers below say what happened in how many rollouts, and how sure that makes us.`;
}
