/**
 * A plan in words: what `rollout-sim plan` prints before anything is simulated.
 */
import { describeProblem } from '#base/error';
import { formatDuration, type Micros } from '#base/time';
import type { ChannelPlan, Plan, PortionPlan, StepPlan } from '#model/plan';
import { describeCheck } from './check-text.js';
import { describeChecklist } from './checklist-text.js';
import { describeFault } from './fault-text.js';
import { describeLaw } from './law-text.js';
import type { LoadedScenario } from './load.js';
import { describeProofs } from './proof-text.js';
import { formatQuantity } from './quantity.js';
import { plannedTime } from './readiness.js';
import { describePeople, readinessRows } from './readiness-text.js';
import { describeRules } from './rules-text.js';
import { channelTime, countBatches, stepTime } from './schedule.js';
import { describeMigrations, describeStorage } from './storage-text.js';

/** Steps, checks, gates, faults and claims of a scenario, and every default with its source. */
export function describePlan(loaded: LoadedScenario): string {
  const { plan, claims, warnings, assumptions } = loaded;
  const times = plan.channels.map((channel) => channelTime(channel, plan.chain, plan.operations.restart));
  const total = plannedTime(times, plan.readiness);
  const blocks = Math.round(total / plan.chain.blockTime);
  const lines = [
    loaded.name,
    loaded.question,
    '',
    `Planned duration ${formatDuration(total)} (about ${blocks} blocks), horizon ${formatDuration(plan.horizon)}.`,
    `${loaded.replications} replications, seed ${loaded.seed}, fidelity ${plan.fidelity}, hash ${loaded.hash}.`,
    ...describeRules(plan),
    ...describeProofs(plan.proofs),
    ...describeStorage(plan.storage),
    ...describeChecklist(plan),
    ...describePeople(plan.operations),
    '',
    'Channels, in order of promotion',
    ...plan.channels.flatMap((channel, i) => describeChannel(channel, i, times[i] ?? 0, plan)),
    ...readinessSection(plan),
    'Gates, in order of activation',
    ...table(
      plan.gates.map(({ name, enables, after, minVersion }) => [
        name,
        enables.join(', '),
        afterText(after, minVersion),
      ]),
    ),
    ...describeMigrations(plan.gates),
    '',
    'Faults',
    ...orNone(table(plan.faults.map((fault) => [fault.name, describeFault(fault)]))),
    '',
    'Expectations',
    ...orNone(claims.map(({ text, confidence }) => `  ${text}   (confidence ${formatQuantity(confidence, 'share')})`)),
    '',
    "Defaults used, with their sources (§: section of the chain's blueprint)",
    ...orNone(table(assumptions.map(({ path, value, source }) => [path, value, source]))),
  ];
  if (warnings.length > 0) lines.push('', 'Warnings', ...warnings.map((warning) => `  ${describeProblem(warning)}`));
  return `${lines.join('\n')}\n`;
}

/** Evidence that channels wait for; nothing where there is none. */
function readinessSection(plan: Plan): string[] {
  return plan.readiness.length === 0 ? [] : ['Preparation', ...table(readinessRows(plan)), ''];
}

function orNone(lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? ['  none'] : lines;
}

function afterText(after: readonly string[], minVersion: string | undefined): string {
  const parts = [
    ...(after.length === 0 ? [] : [`after ${after.join(', ')}`]),
    ...(minVersion === undefined ? [] : [`from version ${minVersion}`]),
  ];
  return parts.join(', ');
}

const COLUMN_MAX = 48;

/** Rows in columns as wide as their widest cell, within reason. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => {
      if (cell.length <= COLUMN_MAX) widths[i] = Math.max(widths[i] ?? 0, cell.length);
    });
  }
  return rows.map((row) => `  ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')}`.trimEnd());
}

function describeChannel(channel: ChannelPlan, index: number, time: Micros, plan: Plan): string[] {
  const { name, chain, validators, chainValidators, steps, checks } = channel;
  const announced = channel.maintenance ? ', restarts announced' : '';
  const who = validators === chainValidators ? `${validators}` : `${validators} of ${chainValidators}`;
  const rows = steps.map((step, i) => {
    const took = stepTime(step, channel, plan.chain, plan.operations.restart);
    return [`${i + 1}.`, describeStep(step, channel, plan), formatDuration(took)];
  });
  return [
    `  ${index + 1}. ${name}: ${who} validators of chain ${chain}, ${formatDuration(time)}${announced}`,
    ...table(rows).map((line) => `   ${line}`),
    '     checks',
    ...orNone(table(checks.map((check) => [check.name, describeCheck(check)]))).map((line) => `     ${line}`),
    '',
  ];
}

function describeStep(step: StepPlan, channel: ChannelPlan, plan: Plan): string {
  if (step.kind === 'dwell') {
    const parts = [
      ...(step.time > 0 ? [formatDuration(step.time)] : []),
      ...(step.epochs > 0 ? [`${step.epochs} epoch${step.epochs === 1 ? '' : 's'}`] : []),
    ];
    const most =
      step.most === undefined ? '' : `, then until every check succeeds, ${formatDuration(step.most)} at most`;
    return `dwell ${parts.length === 0 ? '0s' : parts.join(' or ')}${parts.length > 1 ? ', the later' : ''}${most}`;
  }
  if (step.kind === 'halt-upgrade') {
    const blocks = `${step.after} block${step.after === 1 ? '' : 's'}`;
    return `upgrade: all halt ${blocks} on, then each installs in ${describeLaw(step.install)}`;
  }
  if (step.kind === 'approve') return describeApproval(step);
  const count = countBatches(channel.validators, step.batchShare);
  const pause = step.pause > 0 && count > 1 ? `, ${formatDuration(step.pause)} apart` : '';
  const how = count === 1 ? 'all at once' : `in ${count} batches${pause}`;
  if (step.kind === 'upgrade') return `upgrade ${portionText(step.portion)}${how}`;
  const phase = plan.gates.find((candidate) => candidate.name === step.phase);
  const mode = step.mode === 'shadow' ? ', in shadow mode' : '';
  const needs =
    step.needs.length === 0 ? '' : `, once ${step.needs.join(', ')} succeed${step.needs.length > 1 ? '' : 's'}`;
  return `gate ${step.phase} (${phase?.enables.join(', ') ?? ''}) ${how}${mode}${needs}, active at the next epoch`;
}

function describeApproval(step: Extract<StepPlan, { kind: 'approve' }>): string {
  const { by, delay, rejects, onReject, hours } = step;
  const when =
    hours === null
      ? ''
      : `, between ${formatDuration(hours.from)} and ${formatDuration(hours.to)}${hours.weekends ? '' : ' on weekdays'}`;
  const no = rejects === 0 ? '' : `; no with ${formatQuantity(rejects, 'share')}, then ${onReject}`;
  return `approval by ${by} in ${describeLaw(delay)}${when}${no}`;
}

function portionText(portion: PortionPlan | undefined): string {
  if (portion === undefined) return '';
  if (portion.kind === 'count') return `${portion.count} validators `;
  return `${formatQuantity(portion.share, 'share')} of the ${portion.kind === 'stake' ? 'stake' : 'validators'} `;
}
