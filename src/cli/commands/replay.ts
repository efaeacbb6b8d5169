/**
 * `replay`: one replication told event by event, and what it measured.
 */
import { formatDuration } from '#base/time';
import { ReplicationError } from '#experiment/failure';
import { foldSummary } from '#experiment/fold';
import { replayReplication, toDetail } from '#experiment/replay';
import type { ReplicationDetail, Summary } from '#experiment/result';
import { formatValue } from '#report/number';
import { compareMetrics, describeTransition, isDecisive, RESULT_WORDS, transitionTone } from '#report/words';
import { loadScenario } from '#scenario/load';
import { DONE } from '../exit-code.js';
import { reportFailure } from '../failure.js';
import { type OutputOptions, overridesOf, type ScenarioOptions } from '../options.js';
import type { Context } from '../program.js';
import { replayCommand } from '../result.js';
import type { Terminal } from '../terminal.js';
import { cleanData, cleanText } from '../text.js';
import { requestTraces, type TraceOptions, writeRecorded } from './replay-traces.js';

export interface ReplayOptions extends ScenarioOptions, OutputOptions, TraceOptions {
  readonly replication: number;
}

export async function replay(file: string, options: ReplayOptions, context: Context): Promise<number> {
  const { terminal, version } = context;
  const loaded = loadScenario(file, overridesOf(options));
  const request = requestTraces(options, loaded);
  let written: readonly string[] = [];
  let detail: ReplicationDetail;
  let units: Summary['metrics'];
  try {
    const outcome = await replayReplication(loaded, options.replication, undefined, request);
    if (options.itf !== undefined && request !== undefined) written = writeRecorded(options.itf, request, outcome);
    detail = toDetail(outcome, 'asked');
    units = foldSummary(loaded, [outcome], version).metrics; // names and units of its numbers
  } catch (error) {
    if (!(error instanceof ReplicationError)) throw error;
    return reportFailure(error, replayCommand(file, loaded.seed, options.replication, options), terminal);
  }
  for (const line of written) terminal.note(cleanText(line));
  if (options.json === true) {
    terminal.printJson(JSON.stringify(detail, undefined, 2));
    return DONE;
  }
  const { name, seed } = loaded;
  terminal.print(cleanText(`rollout-sim ${version}  ${name}  seed ${seed}  replication ${detail.replication}\n`));
  for (const line of writeStory(cleanData(detail), units, terminal)) terminal.print(line);
  return DONE;
}

/** The timeline in words, then the metrics, then how it ended. */
function writeStory(detail: ReplicationDetail, units: Summary['metrics'], terminal: Terminal): string[] {
  const { bold, dim, red, yellow, green } = terminal.outColors;
  const tone = { bad: red, open: yellow, good: green, plain: (text: string) => text };
  const rows = detail.timeline.map((transition) => ({
    at: formatValue(transition.at, 'duration'),
    channel: transition.channel,
    transition,
  }));
  const atWidth = Math.max(0, ...rows.map(({ at }) => at.length));
  const channelWidth = Math.max(0, ...rows.map(({ channel }) => channel.length));
  const events = rows.map(({ at, channel, transition }) => {
    const color = tone[transitionTone(transition.kind)];
    const event = color(describeTransition(transition));
    const cause = transition.cause === '' ? '' : dim(` — ${transition.cause}`);
    return `${at.padStart(atWidth)}  ${channel.padEnd(channelWidth)}  ${isDecisive(transition) ? bold(event) : event}${cause}`;
  });
  const keys = Object.keys(detail.metrics).sort(compareMetrics);
  const keyWidth = Math.max(0, ...keys.map((key) => key.length));
  const metrics = keys.map((key) => {
    const [value = null, metric] = [detail.metrics[key], units[key]];
    const isEvent = metric?.kind === 'probability' && value !== null;
    return `${key.padEnd(keyWidth)}  ${isEvent ? (value === 1 ? 'yes' : 'no') : formatValue(value, metric?.unit ?? 'count')}`;
  });
  const end = `${RESULT_WORDS[detail.result]} after ${formatDuration(detail.end)} (fingerprint ${detail.fingerprint})`;
  return [...events, '', ...metrics, '', end];
}
