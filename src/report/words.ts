/**
 * The words of the report: what a verdict, a metric, a transition or a method means to somebody who has never seen the
 * tool. One place, so that page, Markdown and terminal say the same.
 */
import { compareText } from '#base/order';
import type { ExpectationResult, ReplicationDetail, Summary } from '#experiment/result';

/** How a cell or a badge is meant; always beside a word and a mark, never a colour alone. */
export type Tone = 'good' | 'bad' | 'open' | 'plain';

export type Verdict = Summary['verdict'];

/** What a planner should take from the verdict. */
export const VERDICT_MEANING: Readonly<Record<Verdict, string>> = {
  go: 'Every expectation holds with the stated confidence, under the assumptions listed below. What the assumptions leave out, this rehearsal cannot see.',
  'no-go':
    'The simulated rollouts contradict at least one expectation. Do not start this plan as it is: change the plan or the expectation, and rehearse again.',
  inconclusive:
    'The evidence decides neither way. Treat it as not yet a go: simulate more rollouts, or state what is missing.',
};

export const VERDICT_TONE: Readonly<Record<Verdict, Tone>> = { go: 'good', 'no-go': 'bad', inconclusive: 'open' };

type ClaimVerdict = ExpectationResult['verdict'];

export const CLAIM_TONE: Readonly<Record<ClaimVerdict, Tone>> = {
  pass: 'good',
  fail: 'bad',
  inconclusive: 'open',
  error: 'bad',
};

/** What became of a claim, for a reader who does not know our verdicts. */
export const CLAIM_WORDS: Readonly<Record<ClaimVerdict, string>> = {
  pass: 'met',
  fail: 'not met',
  inconclusive: 'undecided',
  error: 'not evaluated',
};

/** A mark for those who do not see the colour. */
export const TONE_MARK: Readonly<Record<Tone, string>> = { good: '✓', bad: '✗', open: '?', plain: '·' };

export type RolloutResult = ReplicationDetail['result'];

export const RESULT_WORDS: Readonly<Record<RolloutResult, string>> = {
  completed: 'Completed',
  aborted: 'Aborted',
  'rolled-back': 'Rolled back',
  stranded: 'No way back',
  unfinished: 'Not finished in time',
};

export const RESULT_MEANING: Readonly<Record<RolloutResult, string>> = {
  completed: 'All channels and gates were done and nothing was undone.',
  aborted: 'A promotion was given up; the channel returned to the previous release.',
  'rolled-back': 'Active gates were switched off again, or a snapshot was restored.',
  stranded: 'The plan had to be undone and could not be; the chain waited for a release that mends it.',
  unfinished: 'The time set for the rehearsal ended first.',
};

export interface MetricGroup {
  readonly id: string; // letters and hyphens
  readonly title: string;
  readonly question: string;
  readonly keys: readonly string[]; // in the order of printing
}

/** Metrics by the question they answer; a metric of another prefix goes to the last group. */
const METRIC_GROUPS: readonly (Omit<MetricGroup, 'keys'> & { readonly prefix: string })[] = [
  { id: 'liveness', title: 'Liveness', question: 'Does the chain keep finalizing blocks?', prefix: 'liveness.' },
  { id: 'rewards', title: 'Rewards', question: 'Is everyone paid what the rules say?', prefix: 'rewards.' },
  { id: 'risk', title: 'Rollback risk', question: 'Does the plan have to be undone?', prefix: 'rollback.' },
  { id: 'proofs', title: 'Proofs', question: 'Do provers keep up with the chain?', prefix: 'proofs.' },
  {
    id: 'checklist',
    title: 'Checklist',
    question: 'Is what is missing found before a promotion?',
    prefix: 'checklist.',
  },
  { id: 'recovery', title: 'Recovery', question: 'How do nodes come back after unplanned stops?', prefix: 'recovery.' },
  { id: 'readiness', title: 'Readiness', question: 'Is the preparation done in time?', prefix: 'readiness.' },
  { id: 'people', title: 'People', question: 'How do people on call respond?', prefix: 'people.' },
  {
    id: 'rollout',
    title: 'Rollout and safety',
    question: 'How long does it take, and do all validators agree on one chain?',
    prefix: '',
  },
];

/** One sentence for each metric of the catalogue, in the order of printing. */
const METRIC_GLOSS: Readonly<Record<string, string>> = {
  'liveness.slotShare': 'Share of block slots that got a finalized block; 100% is a chain that never skips.',
  'liveness.longestStall': 'The longest time users waited between two finalized blocks.',
  'liveness.recovery': 'The longest time from the end of a fault until blocks came at their normal pace.',
  'liveness.blockInterval': 'Time from one block to the next, on average.',
  'liveness.blockInterval.p99': 'Only one block in a hundred took longer than this.',
  'liveness.finality': 'Time until a block can no longer be undone, on average.',
  'liveness.finality.p99': 'Only one block in a hundred took longer than this to become final.',
  'liveness.missedSlots': 'Slots without a block over the whole rollout.',
  'liveness.participation': 'Voting power that signs a block, on average; below two thirds the chain stops.',
  'rewards.relativeError': 'Money paid wrongly, as a part of all money owed.',
  'rewards.validatorsOff': 'Validators whose total pay is off by at least one unit.',
  'rewards.conservationViolations': 'Epochs whose payouts do not add up to what the rule emits.',
  'rewards.shortfall': 'Units owed that neither treasury nor fee pool could pay.',
  'rewards.leaderConcentration': 'Blocks proposed by the busiest validator, as a part of all blocks.',
  'rollback.any': 'Chance that the plan is aborted or rolled back at least once.',
  'rollback.abort': 'Chance that a promotion is given up.',
  'rollback.gate': 'Chance that an active gate is switched off again, by restarting nodes.',
  'rollback.state': 'Chance that a snapshot is restored and finalized blocks are given up.',
  'rollback.badReleaseOnMainnet': 'Chance that a release with a defect reaches mainnet.',
  'rollback.falseAbort': 'Chance that a release that showed no defect is undone.',
  'rollback.slotsLost': 'Slots without a block from the decision to undo until recovery.',
  'rollback.blocksGivenUp': 'Finalized blocks that are lost with a restored backup.',
  'rollback.failed': 'Chance that the plan has to be undone and cannot be.',
  'proofs.utilisation': 'How busy the slowest provers are; near 100% they fall behind.',
  'proofs.backlog': 'Most blocks that waited for their proof.',
  'proofs.cacheHit': 'Blocks whose proof was verified before they came; the others wait for it.',
  'proofs.headroomMisjudged':
    'Chance that proofs are enforced on checks that said the provers keep up, and they do not.',
  'recovery.nodes': 'Unplanned stops after which a node recovered its store.',
  'recovery.longest': 'The longest time from starting a stopped node until it was up.',
  'recovery.catchUp': 'The longest time from a node being up until it was level with the chain.',
  'recovery.stateSyncs': 'Nodes that had to fetch the state from others.',
  'readiness.ready': 'When everything that some channel waits for was delivered.',
  'readiness.onTime': 'Chance that every item of evidence is delivered by its deadline.',
  'readiness.redone': 'Times that the work on an item was done again.',
  'people.pages': 'Pages sent to people on call.',
  'people.acknowledge': 'Time in which 95% of the pages of a rollout were acknowledged.',
  'people.misdiagnosed': 'Diagnoses of incidents that turned out wrong.',
  'rollout.completed': 'Chance that all channels and gates are done in time and nothing is undone.',
  'rollout.duration': 'Time from the start to the end of the rollout, however it ends.',
  'safety.forks': 'Heights at which two validators decided different blocks; must be 0.',
  'safety.violations': 'Broken promises of the protocol among honest validators; must be 0.',
};

const METRIC_ORDER: readonly string[] = Object.keys(METRIC_GLOSS);

export function metricGloss(key: string): string {
  return METRIC_GLOSS[key] ?? '';
}

/** Catalogue order first, then by key. */
export function compareMetrics(a: string, b: string): number {
  const [first, second] = [METRIC_ORDER.indexOf(a), METRIC_ORDER.indexOf(b)];
  if (first >= 0 && second >= 0) return first - second;
  if (first !== second && (first < 0 || second < 0)) return first < 0 ? 1 : -1;
  return compareText(a, b);
}

/** All groups, empty ones too; each key is in one of them. */
export function groupMetrics(keys: readonly string[]): MetricGroup[] {
  const sorted = [...keys].sort(compareMetrics);
  const prefixOf = (key: string): string => METRIC_GROUPS.find(({ prefix }) => key.startsWith(prefix))?.prefix ?? '';
  return METRIC_GROUPS.map(({ id, title, question, prefix }) => {
    return { id, title, question, keys: sorted.filter((key) => prefixOf(key) === prefix) };
  });
}

type Transition = ReplicationDetail['timeline'][number];

/** A transition as a sentence without its full stop. */
export function describeTransition({ kind, channel, subject }: Transition): string {
  switch (kind) {
    case 'channel-start':
      return `Channel ${channel} starts`;
    case 'prepare':
      return `Channel ${channel} waits for: ${subject}`;
    case 'evidence':
      return `Channel ${channel} goes without: ${subject}`;
    case 'channel-end':
      return `Channel ${channel} ends`;
    case 'step':
      return `Next step: ${subject}`;
    case 'upgrade':
      return `Nodes restart for: ${subject}`;
    case 'gate-armed':
      return `Gate ${subject} is armed`;
    case 'gate-active':
      return `Gate ${subject} is active`;
    case 'gate-inactive':
      return `Gate ${subject} is off again`;
    case 'hold':
      return `Promotion on hold: ${subject}`;
    case 'resume':
      return `Promotion goes on: ${subject}`;
    case 'abort':
      return `Promotion aborted, demanded by ${subject}`;
    case 'gate-rollback':
      return `Gates rolled back, demanded by ${subject}`;
    case 'state-rollback':
      return `Snapshot restored, demanded by ${subject}`;
    case 'fault-start':
      return `Fault begins: ${subject}`;
    case 'fault-end':
      return `Fault ends: ${subject}`;
    case 'defect':
      return `The release shows its defect: ${subject}`;
    case 'stall-start':
      return `The chain stalls: ${subject}`;
    case 'stall-end':
      return `The chain finalizes again: ${subject}`;
    case 'rollback-step':
      return `On the way back: ${subject}`;
    case 'rollback-failed':
      return `No way back: ${subject}`;
    case 'backup':
      return `Backup: ${subject}`;
    case 'briefing':
      return `Briefing of the operators of ${subject}`;
    case 'preflight':
      return `Found before the step: ${subject}`;
    case 'approval':
      return `Approval by ${subject}`;
    case 'migration':
      return `Migration: ${subject}`;
    case 'recovery':
      return `A node recovers: ${subject}`;
    case 'proofs':
      return `Proofs: ${subject}`;
    case 'pruning':
      return `Pruning: ${subject}`;
    case 'check-failed':
      return `Check fails: ${subject}`;
    case 'check-observed':
      return `Observed check would act: ${subject}`;
    case 'end':
      return `The rollout ends: ${subject}`;
    default:
      return `${kind}: ${subject}`;
  }
}

/** Transitions that a first reader needs; the others are detail. */
const DECISIVE: ReadonlySet<string> = new Set([
  'prepare',
  'evidence',
  'channel-start',
  'gate-active',
  'gate-inactive',
  'hold',
  'resume',
  'abort',
  'gate-rollback',
  'state-rollback',
  'rollback-step',
  'rollback-failed',
  'approval',
  'preflight',
  'migration',
  'defect',
  'stall-start',
  'stall-end',
  'check-failed',
  'end',
]);

export function isDecisive(transition: Transition): boolean {
  return DECISIVE.has(transition.kind);
}

export function transitionTone(kind: string): Tone {
  if (
    ['abort', 'gate-rollback', 'state-rollback', 'rollback-failed', 'stall-start', 'check-failed', 'defect'].includes(
      kind,
    )
  )
    return 'bad';
  return kind === 'hold' || kind === 'fault-start'
    ? 'open'
    : kind === 'resume' || kind === 'stall-end'
      ? 'good'
      : 'plain';
}

/** What stands behind a method's name, by a word in that name. */
const METHODS: readonly { readonly word: string; readonly text: string }[] = [
  {
    word: 'clopper',
    text: 'Clopper–Pearson: the exact interval of a probability after k of n rollouts. It never promises more than its confidence, whatever the truth; with few rollouts it is wide.',
  },
  {
    word: 'dkw',
    text: 'DKW (Dvoretzky–Kiefer–Wolfowitz): a band around the whole distribution of what was seen, from which bounds of means and quantiles follow. It assumes nothing about the shape of the distribution.',
  },
  {
    word: 'order statistics',
    text: 'Order statistics: bounds of a quantile are two of the sorted values, chosen by the binomial distribution. It assumes nothing about the shape of the distribution.',
  },
  {
    word: 'hoeffding',
    text: 'Hoeffding: bounds of the mean of a quantity that is known to lie within a range; assumes nothing else.',
  },
  {
    word: 'holm',
    text: 'Holm: several expectations are judged together, so that the chance of even one wrong pass or fail stays within the stated confidence.',
  },
  {
    word: 'confidence sequence',
    text: 'Confidence sequence: an interval that stays valid however often one looks, so the experiment may stop as soon as it is narrow enough.',
  },
  {
    word: 'sprt',
    text: 'SPRT: a sequential test that stops as soon as the rollouts decide between the two sides of the claim.',
  },
  {
    word: 'mcnemar',
    text: 'McNemar: compares two plans on the same luck by the rollouts in which only one of them failed.',
  },
  {
    word: 'splitting',
    text: 'Splitting: rare events are reached in stages, branching the rollouts that came closest; the product of the stages estimates the probability.',
  },
];

/** Explanations of the methods named in a result, each once. */
export function describeMethods(names: readonly string[]): string[] {
  const all = names.map((name) => name.toLowerCase());
  return METHODS.filter(({ word }) => all.some((name) => name.includes(word))).map(({ text }) => text);
}

export const FIDELITY_WORDS: Readonly<Record<Summary['fidelity'], string>> = {
  message: 'Every proposal, vote and proof was simulated as a message of its own.',
  block: 'Blocks were stepped one by one, their times drawn from laws measured by pilot rounds of the same regime.',
  auto: 'Around faults, gate changes and anomalies every message was simulated; in the quiet between, blocks were stepped from laws measured by pilot rounds.',
};

/** The words of the tool that a first reader meets. */
export const GLOSSARY: readonly { readonly term: string; readonly text: string }[] = [
  { term: 'Replication', text: 'One simulated rollout, from the first channel to its end, with its own luck.' },
  { term: 'Channel', text: 'Where a release runs: development, testnet, canary, mainnet; in order of promotion.' },
  { term: 'Gate', text: 'A feature switch of the chain that the rollout turns on.' },
  {
    term: 'Observed check',
    text: 'A check that holds and undoes nothing and only tells what it would have done; a false alarm if no defect had shown and no fault was active.',
  },
  { term: 'Check', text: 'A rule on telemetry that guards a promotion and may hold or undo it.' },
  { term: 'Expectation', text: 'A claim about all simulated rollouts, written in the scenario; it makes the verdict.' },
  { term: 'Abort', text: 'A promotion is given up: the channel returns to the previous release.' },
  { term: 'Gate rollback', text: 'Active gates are switched off again by restarting nodes; no block is lost.' },
  { term: 'State rollback', text: 'A snapshot is restored: finalized blocks are given up.' },
  { term: 'Backup', text: 'A copy of ledger, timetoke records and proof cache, from which a chain can be restored.' },
  { term: 'State sync', text: 'A node fetches the whole state from others because it is too far behind.' },
  { term: 'Slot', text: 'The time in which one block is due.' },
  {
    term: 'Finality',
    text: 'The moment validators with more than two thirds of the voting power have decided a block.',
  },
  { term: 'Stall', text: 'A stretch without a finalized block.' },
];
