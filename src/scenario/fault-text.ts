/**
 * Faults in words, a line each.
 */
import { formatDuration } from '#base/time';
import type { ByzantineFault, FaultPlan, StorageFault, Target, Trigger } from '#model/plan';
import { FOR_EVER, NO_END } from './byzantine.js';
import { describeLaw } from './law-text.js';
import { formatQuantity } from './quantity.js';

/** What goes wrong, for how long, to whom and when. */
export function describeFault(fault: FaultPlan): string {
  const odds = fault.probability < 1 ? `, with probability ${formatQuantity(fault.probability, 'share')}` : '';
  const when = `${describeTrigger(fault.trigger)}${odds}`;
  if (fault.kind === 'bad-release') {
    const gate = fault.gate === null ? '' : ` while ${fault.gate} is active`;
    const least = fault.minUpgraded > 1 ? `, from ${fault.minUpgraded} upgraded nodes on` : '';
    const odd = `${fault.perHeight} a height`;
    return `${fault.defect} of ${formatQuantity(fault.share, 'share')} of the upgraded nodes, ${odd}${gate}${least}; ${when}`;
  }
  const endless = fault.duration.kind === 'constant' && fault.duration.value >= FOR_EVER;
  const lasting = endless ? 'to the end' : `for ${describeLaw(fault.duration)}`;
  const who = describeTarget(fault.target);
  switch (fault.kind) {
    case 'crash':
      return `crash of ${who} ${lasting}; ${when}`;
    case 'partition': {
      const way = { both: '', in: ', who hear nobody,', out: ', whom nobody hears,' }[fault.direction];
      const moving = fault.moves === null ? '' : `, moving every ${formatDuration(fault.moves)}`;
      return `partition of ${who}${way} ${lasting}${moving}; ${when}`;
    }
    case 'clog':
      return `messages from and to ${who} held ${lasting}; ${when}`;
    case 'loss':
      return `${formatQuantity(fault.loss, 'share')} of the transmissions from and to ${who} lost ${lasting}; ${when}`;
    case 'duplicate':
      return `${messagesText(fault.share)} from and to ${who} arriving twice ${lasting}; ${when}`;
    case 'delay':
      return `${messagesText(fault.share)} from and to ${who} later by ${describeLaw(fault.delay)} ${lasting}; ${when}`;
    case 'byzantine':
      return `${who} Byzantine, ${describeConduct(fault)}, ${lasting}; ${when}`;
    case 'slow':
      return `${fault.on === 'prove' ? 'proving' : 'links'} of ${who} ${fault.factor} times slower ${lasting}; ${when}`;
    case 'storage':
      return fault.what === 'backup'
        ? `latest backup of the chain unusable; ${when}`
        : `${damageText(fault.what)} of ${who}, started again after ${describeLaw(fault.duration)}; ${when}`;
    case 'backend':
      return `proving backend of ${who} out ${lasting}; ${when}`;
    case 'misfire': {
      const shift =
        fault.how === 'partial' ? 'never' : `${fault.by} blocks ${fault.how === 'early' ? 'too early' : 'too late'}`;
      return `gate ${fault.gate} applied ${shift} by ${who}, repaired after ${describeLaw(fault.duration)}; ${when}`;
    }
    case 'pruning':
      return fault.order === 'cancel' ? `pruning cycle given up; ${when}` : `pruning paused ${lasting}; ${when}`;
    case 'drift':
      return `configuration of ${who} drifted for gate ${fault.gate} ${lasting}; ${when}`;
  }
}

function damageText(what: Exclude<StorageFault['what'], 'backup'>): string {
  return {
    stop: 'stop',
    'torn-tail': 'log with a torn tail',
    'corrupt-log': 'corrupt log',
    'bad-snapshot': 'corrupt log and bad snapshot',
    'bad-pruning-proof': 'bad pruning proof',
  }[what];
}

function messagesText(share: number): string {
  return share < 1 ? `${formatQuantity(share, 'share')} of the messages` : 'messages';
}

/** Behaviour and where it shows: `drop (50% of the receivers) in heights 10 to 20`. */
function describeConduct(fault: ByzantineFault): string {
  const { behaviour, acts, heights, rounds, share, delay, perHeight } = fault;
  const detail =
    behaviour === 'drop'
      ? ` (${formatQuantity(share, 'share')} of the receivers)`
      : delay !== null
        ? ` (by ${describeLaw(delay)})`
        : perHeight > 0
          ? ` (${perHeight} a height)`
          : '';
  const odds = acts < 1 ? ` in ${formatQuantity(acts, 'share')} of the rounds` : '';
  return `${behaviour}${detail}${odds}${spanText('heights', heights)}${spanText('rounds', rounds)}`;
}

function spanText(noun: string, [from, to]: readonly [from: number, to: number]): string {
  if (from === 0 && to >= NO_END) return '';
  return to >= NO_END ? `, ${noun} from ${from} on` : `, ${noun} ${from} to ${to}`;
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
      return `every ${formatDuration(trigger.every)}${trigger.regular ? '' : ' on average'}${where}`;
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
    case 'faulty': {
      const count = target.beyond === 0 ? 'f' : `f+${target.beyond}`;
      return `${count} ${poolText(target.of)} (f: just below a third of the power)`;
    }
    case 'power':
      return `${poolText(target.of)} with ${formatQuantity(target.power, 'share')} of the power`;
  }
}

function poolText(pool: 'chain' | 'channel'): string {
  return pool === 'chain' ? 'validators' : 'validators on the release';
}
