/**
 * A plan in words: what `rollout-sim plan` prints before anything is simulated.
 */
import { describeProblem } from '#base/error';
import { formatDuration, type Micros } from '#base/time';
import type { Distribution } from '#kernel/distribution';
import { findProbeMetric } from '#model/metric';
import type { ChannelPlan, CheckPlan, Condition, FaultPlan, Plan, StepPlan, Target, Trigger } from '#model/plan';
import type { LoadedScenario } from './load.js';
import { formatQuantity } from './quantity.js';
import { channelTime, countBatches, stepTime } from './schedule.js';

/** Steps, checks, gates, faults and claims of a scenario, and every default with its source. */
export function describePlan(loaded: LoadedScenario): string {
  const { plan, claims, warnings, assumptions } = loaded;
  const times = plan.channels.map((channel) => channelTime(channel, plan.chain, plan.operations.restart));
  const total = times.reduce((sum, time) => sum + time, 0);
  const blocks = Math.round(total / plan.chain.blockTime);
  const lines = [
    loaded.name,
    loaded.question,
    '',
    `Planned duration ${formatDuration(total)} (about ${blocks} blocks), horizon ${formatDuration(plan.horizon)}.`,
    `${loaded.replications} replications, seed ${loaded.seed}, fidelity ${plan.fidelity}, hash ${loaded.hash}.`,
    '',
    'Channels, in order of promotion',
    ...plan.channels.flatMap((channel, i) => describeChannel(channel, i, times[i] ?? 0, plan)),
    'Gates, in order of activation',
    ...table(plan.gates.map(({ name, enables, after }) => [name, enables.join(', '), afterText(after)])),
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

function orNone(lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? ['  none'] : lines;
}

function afterText(after: readonly string[]): string {
  return after.length === 0 ? '' : `after ${after.join(', ')}`;
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
    return `dwell ${parts.length === 0 ? '0s' : parts.join(' or ')}${parts.length > 1 ? ', the later' : ''}`;
  }
  const count = countBatches(channel.validators, step.batchShare);
  const pause = step.pause > 0 && count > 1 ? `, ${formatDuration(step.pause)} apart` : '';
  const how = count === 1 ? 'all at once' : `in ${count} batches${pause}`;
  if (step.kind === 'upgrade') return `upgrade ${how}`;
  const phase = plan.gates.find((candidate) => candidate.name === step.phase);
  const mode = step.mode === 'shadow' ? ', in shadow mode' : '';
  return `gate ${step.phase} (${phase?.enables.join(', ') ?? ''}) ${how}${mode}, active at the next epoch`;
}

function describeCheck(check: CheckPlan): string {
  const unit = findProbeMetric(check.metric)?.unit ?? 'count';
  const say = ({ comparator, value }: Condition): string => `${comparator} ${formatQuantity(value, unit)}`;
  const failure = check.failure === null ? 'else failure' : `failure ${say(check.failure)}`;
  const row = check.consecutiveFailures === 1 ? 'one failure' : `${check.consecutiveFailures} failures in a row`;
  return (
    `${check.statistic} of ${check.metric} over ${formatDuration(check.window)}, every ${formatDuration(check.interval)}: ` +
    `success ${say(check.success)}, ${failure}; ${row}: ${check.onFail}`
  );
}

function describeFault(fault: FaultPlan): string {
  const odds = fault.probability < 1 ? `, with probability ${formatQuantity(fault.probability, 'share')}` : '';
  const when = `${describeTrigger(fault.trigger)}${odds}`;
  if (fault.kind === 'bad-release') {
    const gate = fault.gate === null ? '' : ` while ${fault.gate} is active`;
    const least = fault.minUpgraded > 1 ? `, from ${fault.minUpgraded} upgraded nodes on` : '';
    const odd = `${fault.perHeight} a height`;
    return `${fault.defect} of ${formatQuantity(fault.share, 'share')} of the upgraded nodes, ${odd}${gate}${least}; ${when}`;
  }
  const lasting = `for ${describeLaw(fault.duration)}`;
  const who = describeTarget(fault.target);
  switch (fault.kind) {
    case 'crash':
      return `crash of ${who} ${lasting}; ${when}`;
    case 'partition':
      return `partition of ${who} ${lasting}; ${when}`;
    case 'slow':
      return `${fault.on === 'prove' ? 'proving' : 'links'} of ${who} ${fault.factor} times slower ${lasting}; ${when}`;
    case 'drift':
      return `configuration of ${who} drifted for gate ${fault.gate} ${lasting}; ${when}`;
  }
}

function describeTrigger(trigger: Trigger): string {
  switch (trigger.kind) {
    case 'at':
      return trigger.time === 0 ? 'from the start' : `at ${formatDuration(trigger.time)}`;
    case 'after': {
      const gate = trigger.step === null ? '' : ` gate ${trigger.step} of`;
      return `${formatDuration(trigger.delay)} after the start of${gate} ${trigger.channel}`;
    }
    case 'rate': {
      const where = trigger.channel === null ? '' : ` while ${trigger.channel} is active`;
      return `every ${formatDuration(trigger.every)} on average${where}`;
    }
  }
}

function describeTarget(target: Target): string {
  switch (target.kind) {
    case 'leader':
      return 'the leader';
    case 'validators':
      return `validators ${target.validators.join(', ')}`;
    case 'count':
      return `${target.count} ${target.count === 1 ? poolText(target.of).replace('validators', 'validator') : poolText(target.of)}`;
    case 'share':
      return `${formatQuantity(target.share, 'share')} of the ${poolText(target.of)}`;
    case 'power':
      return `${poolText(target.of)} with ${formatQuantity(target.power, 'share')} of the power`;
  }
}

function poolText(pool: 'chain' | 'channel'): string {
  return pool === 'chain' ? 'validators' : 'validators on the release';
}

/** A law of durations in a few words. */
function describeLaw(law: Distribution): string {
  switch (law.kind) {
    case 'constant':
      return formatDuration(law.value);
    case 'uniform':
      return `${formatDuration(law.min)} to ${formatDuration(law.max)}`;
    case 'exponential':
    case 'normal':
      return `about ${formatDuration(law.mean)} (${law.kind})`;
    case 'lognormal':
      return `about ${formatDuration(law.median)} (lognormal)`;
    case 'gamma':
      return `about ${formatDuration(law.shape * law.scale)} (gamma)`;
    case 'empirical':
      return `one of ${law.values.map(formatDuration).join(', ')}`;
    case 'mixture':
      return `a mixture of ${law.parts.map((part) => describeLaw(part.of)).join(', ')}`;
    case 'zipf':
      return `a rank of ${law.n} (zipf)`;
  }
}
