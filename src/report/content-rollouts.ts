/**
 * The rollouts told one by one: the typical and the worst, as a picture and as a list of what happened.
 */
import type { ReplicationDetail, StoredResult } from '#experiment/result';
import type { Block, Cell, Table } from './document.js';
import { createSeriesFigures, createTimelineFigure, findDetail } from './figures.js';
import { formatCount, formatMoment, formatNumber, formatValue } from './number.js';
import { describeTransition, isDecisive, transitionTone } from './words.js';

const FEW = 24; // events that are shown without asking
const MOST = 400; // events of one rollout on paper; details.json holds them all

export function writeRollouts(stored: StoredResult): Block[] {
  const [typical, worst] = [findDetail(stored, 'typical'), findDetail(stored, 'worst')];
  const isSame = typical !== undefined && typical === worst;
  return [
    {
      kind: 'paragraph',
      text: 'Two of the simulated rollouts at length. The typical one lies in the middle of all; the worst one went the furthest wrong. They are examples: chances are in the sections above.',
    },
    ...writeRollout(typical, 'typical', 'A typical rollout'),
    ...(isSame
      ? [{ kind: 'paragraph' as const, text: 'The worst rollout is the typical one.' }]
      : writeRollout(worst, 'worst', 'The worst rollout')),
    { kind: 'heading', text: 'Hour by hour' },
    { kind: 'figures', figures: createSeriesFigures(stored) },
  ];
}

function writeRollout(detail: ReplicationDetail | undefined, role: 'typical' | 'worst', title: string): Block[] {
  const figure: Block = { kind: 'figures', figures: [createTimelineFigure(detail, role)] };
  if (detail === undefined) return [{ kind: 'heading', text: title }, figure];
  return [
    { kind: 'heading', text: `${title}: replication ${detail.replication}` },
    ...describeUndoing(detail),
    figure,
    ...writeEvents(detail),
  ];
}

const UNDO_WORDS = {
  abort: 'Promotion aborted',
  'gate-rollback': 'Gates rolled back',
  'state-rollback': 'Snapshot restored',
} as const;

/** How the plan was undone in this rollout, if it was. */
function describeUndoing(detail: ReplicationDetail): Block[] {
  const items = detail.undone.map((undo) => {
    const gate = undo.gate === null ? '' : `, after gate ${undo.gate}`;
    const after =
      undo.recovery === null
        ? 'blocks did not come normally again before the end'
        : `blocks came normally again after ${formatValue(undo.recovery, 'duration')}`;
    const way = undo.failure === null ? '' : ` There was no way back: ${undo.failure}.`;
    const steps = undo.steps.map(({ name, duration }) => `${name} ${formatValue(duration, 'duration')}`).join(', ');
    return `${UNDO_WORDS[undo.kind]} in ${undo.channel}${gate}, ${formatMoment(undo.at)} after the start. Check ${undo.check} demanded it, the cause was ${undo.cause}; ${after}, ${formatCount(undo.slotsLost, 'slot')} were lost.${way}${steps === '' ? '' : ` Steps: ${steps}.`}`;
  });
  return items.length === 0 ? [] : [{ kind: 'list', items }];
}

/** All events of a short life; of a long one the decisive ones, the others behind a fold. */
function writeEvents(detail: ReplicationDetail): Block[] {
  const { timeline, replication } = detail;
  if (timeline.length === 0) return [];
  if (timeline.length <= FEW) return [tableOf(timeline, `Events of replication ${replication}`)];
  const decisive = timeline.filter(isDecisive);
  const shown = timeline.slice(0, MOST);
  const left = timeline.length - shown.length;
  const rest: Block[] =
    left > 0 ? [{ kind: 'paragraph', text: `${formatCount(left, 'later event')}: see details.json.` }] : [];
  return [
    tableOf(decisive.slice(0, MOST), `Decisive events of replication ${replication}`),
    {
      kind: 'fold',
      isScreenOnly: true,
      title: `All ${formatNumber(timeline.length)} events of replication ${replication}`,
      blocks: [tableOf(shown, `Events of replication ${replication}`), ...rest],
    },
  ];
}

function tableOf(events: ReplicationDetail['timeline'], caption: string): Table {
  const rows = events.map((event): Cell[] => {
    const tone = transitionTone(event.kind);
    return [
      { text: event.at === 0 ? 'start' : formatMoment(event.at) },
      { text: describeTransition(event), ...(tone === 'plain' ? {} : { tone }) },
      { text: event.channel === '' ? '–' : event.channel },
      { text: event.cause === '' ? '–' : event.cause },
    ];
  });
  return {
    kind: 'table',
    caption,
    columns: [
      { title: 'Since the start', isNumber: true },
      { title: 'What happens' },
      { title: 'Channel' },
      { title: 'Why' },
    ],
    rows,
    empty: 'Nothing decisive happened.',
  };
}
