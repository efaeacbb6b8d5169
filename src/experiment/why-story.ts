/**
 * One replication as causal chains, from what came first to what came of it, told from its own record: the timeline,
 * the faults that acted, the steps of the way back. What the record does not explain is said to be unexplained.
 */
import { formatDuration, type Micros } from '#base/time';
import { windowOf } from '#model/check-rule';
import type { Outcome, Struck, Transition, Undo } from '#model/outcome';
import { NOTICED, READINESS } from '#model/outcome';
import type { Plan } from '#model/plan';
import {
  count,
  describeHours,
  describeStrike,
  type Episode,
  type Link,
  type LinkRole,
  listStalls,
  type Stall,
} from './why-link.js';
import { CORRELATION } from './why-risk.js';

/**
 * Every chain of a replication, in order of time: one for each undoing, one for each stall outside of them, one for a
 * rollout that did not finish.
 *
 * @param outcome - with details
 */
export function tellStory(outcome: Outcome, plan: Plan): Episode[] {
  const undoings = outcome.undone.map((undo) => tellUndo(outcome, plan, undo));
  const isTold = (stall: Stall): boolean => undoings.some((one) => overlaps(stall, one.from, one.to));
  const stalls = listStalls(outcome.timeline ?? []).filter((stall) => !isTold(stall));
  const episodes = [...undoings, ...stalls.map((stall) => tellStall(outcome, plan, stall))];
  if (outcome.result === 'unfinished') episodes.push(tellUnfinished(outcome));
  return episodes.sort((a, b) => a.from - b.from || a.to - b.to);
}

/** What the record holds behind an undoing. */
interface Root {
  readonly at: Micros;
  readonly explained: boolean;
  readonly words: readonly string[];
}

function tellUndo(outcome: Outcome, plan: Plan, undo: Undo): Episode {
  const { timeline = [] } = outcome;
  const root = rootOf(outcome, plan, undo);
  const worked = undo.steps.reduce((sum, { duration }) => sum + duration, 0);
  const to = undo.at + (undo.recovery ?? Math.max(worked, outcome.end - undo.at));
  const within = timeline.filter(({ at }) => at >= root.at && at <= to);
  const link = (at: Micros, role: LinkRole, words: string): Link => ({ at, role, channel: undo.channel, words });
  const links: Link[] = [
    ...root.words.map((words) => link(root.at, 'cause', words)),
    ...tellEffects(outcome, plan, root.at, to, link),
    ...tellDetection(within, undo, root, link),
    ...tellWayBack(within, undo, link),
    link(to, 'lost', describeLoss(outcome, undo, within)),
    link(to, 'recovery', describeRecovery(undo)),
    link(outcome.end, 'outcome', describeEnd(outcome)),
  ];
  const title = `${UNDO_WORDS[undo.kind]} in ${undo.channel}, demanded by ${undo.check}`;
  return { title, explained: root.explained, from: root.at, to, links };
}

const UNDO_WORDS = { abort: 'Abort', 'gate-rollback': 'Gate rollback', 'state-rollback': 'State rollback' } as const;

/** What the record names, and when it first acted within what the check could still see. */
function rootOf({ struck = [], timeline = [] }: Outcome, plan: Plan, undo: Undo): Root {
  const { checks, chain } = plan.channels.find(({ name }) => name === undo.channel) ?? { checks: [], chain: '' };
  const check = checks.find(({ name }) => name === undo.check);
  const window = check === undefined ? 0 : windowOf(check.rule);
  const since = undo.at - CORRELATION - window;
  const acting = struck.filter((one) => one.chain === chain && one.at <= undo.at && (one.end ?? undo.at) >= since);
  const own = acting.filter(({ fault }) => fault === undo.cause);
  const others = [...new Set(acting.map(({ fault }) => fault))].filter((fault) => fault !== undo.cause);
  const beside = others.length === 0 ? [] : [`Also acting: ${others.join(', ')}`];
  const [first] = own;
  if (first !== undefined) {
    const again = own.length > 1 ? [`It acted ${own.length} times before the check failed`] : [];
    return { at: first.at, explained: true, words: [describeStrike(first, plan), ...again, ...beside] };
  }
  const batches = timeline.filter(({ kind, at }) => kind === 'upgrade' && at >= since && at <= undo.at);
  const [batch] = batches;
  if (undo.cause === 'restarts' && batch !== undefined) {
    const what = `Planned restarts for ${batch.subject}: ${count(batches.length, 'batch', 'batches')}`;
    return { at: batch.at, explained: true, words: [`${what}; no defect showed and no fault acted`, ...beside] };
  }
  const evidence = plan.readiness.find(({ name }) => name === undo.cause);
  if (evidence !== undefined && undo.check === READINESS) {
    return {
      at: undo.at,
      explained: true,
      words: [`${evidence.name} (${evidence.kind}) was never delivered`, ...beside],
    };
  }
  if (undo.cause !== 'unexplained') {
    return { at: undo.at, explained: true, words: [`The record names ${undo.cause}`, ...beside] };
  }
  const span = formatDuration(CORRELATION + window);
  const words = `Unexplained: no defect showed, no fault acted and no node was restarted in the ${span} before`;
  return { at: undo.at, explained: false, words: [words] };
}

type MakeLink = (at: Micros, role: LinkRole, words: string) => Link;

function tellEffects(outcome: Outcome, plan: Plan, from: Micros, to: Micros, link: MakeLink): Link[] {
  const { timeline = [] } = outcome;
  const stalls = listStalls(timeline).filter((stall) => overlaps(stall, from, to));
  const links = stalls.map((stall) => link(Math.max(from, stall.from), 'effect', describeStall(stall, plan)));
  if (stalls.length === 0) links.push(link(from, 'effect', 'The chain goes on: no stall was noted'));
  const hours = describeHours(outcome, from, to);
  if (hours !== null) links.push(link(from, 'effect', hours));
  const nodes = timeline.filter(({ kind, at }) => kind === 'recovery' && at >= from && at <= to);
  const [first] = nodes;
  if (first !== undefined) {
    links.push(link(first.at, 'effect', `${count(nodes.length, 'node')} started again and recovered their stores`));
  }
  return links;
}

function tellDetection(within: readonly Transition[], undo: Undo, root: Root, link: MakeLink): Link[] {
  const [first] = undo.steps;
  const seenBy = undo.at + (first?.name === 'notice' ? first.duration : 0); // people saw it later than it began
  const failed = within.filter(({ kind, subject, at }) => {
    return (kind === 'check-failed' || kind === 'hold') && subject === undo.check && at <= seenBy;
  });
  const after = (at: Micros): string => (at > root.at ? `, ${formatDuration(at - root.at)} after that` : '');
  if (failed.length === 0) return [link(undo.at, 'seen', `${undo.check} demands an end; what it saw is not recorded`)];
  return failed.map(({ at, kind, cause }) => {
    if (undo.check === NOTICED) return link(at, 'seen', `${capital(cause)}${after(at)}`);
    if (undo.check === READINESS) return link(at, 'seen', `The channel is given up: ${cause}`);
    const does = kind === 'hold' ? 'holds the promotion' : 'fails';
    return link(at, 'seen', `Check ${undo.check} ${does}${after(at)}: ${cause}`);
  });
}

function tellWayBack(within: readonly Transition[], undo: Undo, link: MakeLink): Link[] {
  const links: Link[] = [];
  let at = undo.at;
  for (const { name, duration } of undo.steps) {
    const end = at + duration;
    const batches = within.filter((one) => {
      return one.kind === 'upgrade' && one.subject === 'rollback' && one.at >= at && one.at < end;
    }).length;
    if (name === 'notice') {
      at = end;
      continue; // told as what was seen
    }
    if (RESPONSES.includes(name)) {
      links.push(link(end, 'decided', `People ${name}: ${formatDuration(duration)}`));
    } else if (name === 'decide') {
      const words = `People decide after ${formatDuration(duration)}: ${DECISIONS[undo.kind]}`;
      links.push(link(end, 'decided', words));
    } else {
      const step = name === 'notify' ? 'everybody is told' : name;
      const extent = batches > 1 ? `, ${batches} batches` : '';
      links.push(link(end, 'way back', `${capital(step)}: ${formatDuration(duration)}${extent}`));
    }
    at = end;
  }
  if (undo.failure !== null) links.push(link(at, 'way back', `No way back: ${undo.failure}`));
  return links;
}

/** Stages of an incident before its decision. */
const RESPONSES = ['acknowledge', 'diagnose', 'diagnose again'];

const DECISIONS = {
  abort: 'the promotion is given up, nodes go back to the previous release',
  'gate-rollback': 'gates are switched off again by restarting nodes',
  'state-rollback': 'all nodes stop and a backup is restored',
} as const;

/** Slots, blocks and money. */
function describeLoss({ metrics, findings }: Outcome, undo: Undo, within: readonly Transition[]): string {
  const parts = [
    `${count(undo.slotsLost, 'slot')} from the failed check to the end of the recovery`,
    undo.blocksGivenUp === 0 ? 'no finalized block' : `${count(undo.blocksGivenUp, 'finalized block')} given up`,
  ];
  const wrong = findings.reduce((sum, { units }) => sum + units, 0);
  const shortfall = metrics['rewards.shortfall'] ?? 0;
  const paid = metrics['rewards.relativeError'] ?? null;
  if (wrong > 0) parts.push(`${wrong} units paid wrongly over the whole rollout`);
  else if (paid !== null && paid > 0) parts.push(`payments off by ${paid} of what was owed over the whole rollout`);
  else parts.push(paid === null ? 'nothing had been paid yet' : 'no payment was wrong');
  if (shortfall > 0) parts.push(`${shortfall} units owed that nobody could pay`);
  const slashed = new Set(within.filter(({ kind }) => kind === 'slash').map(({ subject }) => subject));
  if (slashed.size > 0) parts.push(`${count(slashed.size, 'validator')} slashed meanwhile`);
  return `Lost: ${parts.join('; ')}`;
}

function describeRecovery({ recovery, at }: Undo): string {
  if (recovery === null) return 'Blocks did not come normally again before the end';
  return `Blocks come normally again ${formatDuration(recovery)} after the check failed at ${formatDuration(at)}`;
}

/** How the rollout ended, in words. */
export function describeEnd({ result, end }: Pick<Outcome, 'result' | 'end'>): string {
  return `The rollout ${RESULT_WORDS[result]} after ${formatDuration(end)}`;
}

const RESULT_WORDS: Readonly<Record<Outcome['result'], string>> = {
  completed: 'is completed',
  aborted: 'is aborted',
  'rolled-back': 'is rolled back',
  stranded: 'cannot be undone; it ends',
  unfinished: 'is not finished',
};

/** A stall outside of any undoing: what acted at the time, if anything did. */
function tellStall(outcome: Outcome, plan: Plan, stall: Stall): Episode {
  const { struck = [], timeline = [], end } = outcome;
  const reach = stall.from - 2 * plan.chain.blockTime; // the last block came a slot or so before what stopped the next
  const acting = struck.filter((one: Struck) => one.at <= stall.to && (one.end ?? end) >= reach);
  const restarts = timeline.filter(({ kind, at }) => kind === 'upgrade' && at >= reach && at <= stall.to);
  const link = (at: Micros, role: LinkRole, words: string): Link => ({ at, role, channel: stall.channel, words });
  const causes = acting.map((one) => link(one.at, 'cause', `Acting at the time: ${describeStrike(one, plan)}`));
  const [batch] = restarts;
  if (batch !== undefined)
    causes.push(link(batch.at, 'cause', `Planned restarts for ${batch.subject} (${batch.cause})`));
  const explained = causes.length > 0;
  if (!explained) {
    causes.push(link(stall.from, 'cause', 'Unexplained: no fault acted and no node was restarted at that time'));
  }
  const length = formatDuration(stall.to - stall.from);
  return {
    title: `Stall of ${length} in ${stall.channel}`,
    explained,
    from: Math.min(stall.from, ...causes.map(({ at }) => at)),
    to: stall.to,
    links: [
      ...causes,
      link(stall.from, 'effect', describeStall(stall, plan)),
      link(stall.to, 'lost', `Lost: about ${count(slotsOf(stall, plan), 'slot')}; no finalized block`),
      link(stall.to, 'recovery', 'The chain finalizes again'),
    ],
  };
}

/** A stall counts from the last block before it, which may have come just before what caused it. */
function overlaps(stall: Stall, from: Micros, to: Micros): boolean {
  return stall.to > from && stall.from <= to;
}

function describeStall(stall: Stall, plan: Plan): string {
  const length = formatDuration(stall.to - stall.from);
  return `The chain finalizes nothing for ${length}: about ${count(slotsOf(stall, plan), 'slot')} without a block`;
}

/** Slots that passed without a block: the last of a stall got one. */
function slotsOf({ from, to }: Stall, { chain }: Plan): number {
  return Math.max(0, Math.round((to - from) / chain.blockTime) - 1);
}

/** What a rollout waited for when its time was over. */
function tellUnfinished({ timeline = [], end, result }: Outcome): Episode {
  const last = timeline.findLast(({ kind }) => ['hold', 'resume', 'step', 'check-failed'].includes(kind));
  const link = (at: Micros, role: LinkRole, words: string): Link => {
    return { at, role, channel: last?.channel ?? '', words };
  };
  const waits =
    last === undefined
      ? 'Unexplained: it took no step'
      : last.kind === 'hold'
        ? `Check ${last.subject} held the promotion to the end: ${last.cause}`
        : last.kind === 'check-failed'
          ? `Check ${last.subject} had failed and people had not decided yet: ${last.cause}`
          : `The last step was ${last.subject} (${last.cause}), and it was not over`;
  const at = last?.at ?? 0;
  return {
    title: 'Not finished in time',
    explained: last !== undefined,
    from: at,
    to: end,
    links: [link(at, 'cause', waits), link(end, 'outcome', describeEnd({ result, end }))],
  };
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
