/**
 * `explain`: what a metric, a key of the scenario or a word means.
 */
import { UserError } from '#base/error';
import { type Explanation, explain, explainTopics } from '#scenario/explain';
import { nearest } from '#scenario/suggest';
import { DONE } from '../exit-code.js';
import type { OutputOptions } from '../options.js';
import type { Terminal } from '../terminal.js';

/** @throws UserError for a topic there is nothing to say about */
export function explainTopic(topic: string | undefined, options: OutputOptions, terminal: Terminal): number {
  const topics = explainTopics();
  if (topic === undefined) {
    const explanations = topics.map((one) => explain(one)).filter((one) => one !== undefined);
    if (options.json === true) terminal.printJson(JSON.stringify({ topics, explanations }, undefined, 2));
    else listTopics(explanations, terminal);
    return DONE;
  }
  const explanation = explain(topic);
  if (explanation === undefined) {
    const meant = nearest(topic, topics);
    const fix = `${meant === undefined ? '' : `Did you mean "${meant}"? `}"rollout-sim explain" lists the topics.`;
    throw new UserError([{ file: 'explain', what: `there is no topic ${JSON.stringify(topic)}`, fix }]);
  }
  if (options.json === true) terminal.printJson(JSON.stringify(explanation, undefined, 2));
  else printExplanation(explanation, terminal);
  return DONE;
}

function printExplanation({ topic, kind, text, facts }: Explanation, terminal: Terminal): void {
  const { bold, dim } = terminal.outColors;
  terminal.print(`${bold(topic)} ${dim(`(${kind})`)}`);
  terminal.print(text);
  const width = Math.max(0, ...facts.map(({ label }) => label.length));
  for (const { label, value } of facts) terminal.print(`  ${label.padEnd(width)}  ${value}`);
}

/** The topics of each kind with the first sentence on each. */
function listTopics(explanations: readonly Explanation[], terminal: Terminal): void {
  const { bold, dim } = terminal.outColors;
  const kinds = [...new Set(explanations.map(({ kind }) => kind))];
  for (const kind of kinds) {
    const members = explanations.filter((one) => one.kind === kind);
    const width = Math.max(...members.map(({ topic }) => topic.length));
    terminal.print(bold(kind));
    for (const { topic, text } of members) {
      const line = firstSentence(text).slice(0, Math.max(terminal.width - width - 4, 20));
      terminal.print(`  ${topic.padEnd(width)}  ${dim(line)}`);
    }
    terminal.print('');
  }
  terminal.print('rollout-sim explain TOPIC tells more of one.');
}

function firstSentence(text: string): string {
  return /^.*?[.:](?=\s|$)/.exec(text)?.[0] ?? text;
}
