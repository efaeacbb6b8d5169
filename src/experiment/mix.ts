/**
 * Mixes of faults, drawn at random: each a whole scenario of its own, so that whatever a mix shows can be run again.
 *
 * A mix leaves out most kinds of faults and draws the rest within bounds: leaving out finds more than always having
 * everything (Groce et al. 2012, "Swarm Testing"). Chaos, heal, settle, judge: what is promised after the network is
 * good again is asked for then, agreement always.
 */
import { createStream, nextBelow, nextUnit, type Stream } from '#kernel/stream';
import type { Behaviour, OverlayKind } from '#model/plan';

export interface MixBounds {
  readonly seed: string;
  readonly validators: readonly [min: number, max: number];
  /** Byzantine validators beyond what is tolerated: 0 stays within the promise, 1 breaks its assumption. */
  readonly beyond: number;
  /** A scenario whose chain and network the mixes keep; null: both are drawn as well. */
  readonly base: string | null;
}

/** A mix as a scenario file holds it. */
export interface Mix {
  readonly name: string;
  readonly faults: readonly MixFault[];
  readonly [section: string]: unknown;
}
export interface MixFault {
  readonly name: string;
  readonly kind: string;
  readonly behaviour?: Behaviour;
  readonly direction?: 'in' | 'out';
  readonly moves?: string;
  readonly [parameter: string]: unknown;
}

const CHAOS_SECONDS = 30;
const SETTLE_SECONDS = 240;
const JUDGE_SECONDS = 60;
const FAULTS_MAX = 5;

/** Behaviours that break nothing as long as fewer than a third of the power show them. */
const BEHAVIOURS: readonly Behaviour[] = [
  'equivocate-proposal',
  'equivocate-vote',
  'amnesia',
  'nil',
  'withhold',
  'delay',
  'drop',
  'invalid-payload',
  'spam',
  'forge',
  'replay',
  'censor',
];
const OVERLAYS: readonly OverlayKind[] = ['random-regular', 'small-world', 'scale-free', 'ring', 'erdos-renyi'];

/** Kinds of faults that a mix draws from; `byzantine/…` for each behaviour. */
export const MIX_KINDS: readonly string[] = [
  'crash',
  'partition',
  'one-way partition',
  'moving partition',
  'clog',
  'loss',
  'duplicate',
  'delay',
  'reorder',
  'slow',
  ...BEHAVIOURS.map((behaviour) => `byzantine/${behaviour}`),
];

/**
 * Draws one mix; a pure function of bounds and number.
 *
 * @param number - of the mix, from 0
 */
export function drawMix(bounds: MixBounds, number: number): Mix {
  const stream = createStream(bounds.seed, number, 'explore');
  const [least, most] = bounds.validators;
  const n = least + nextBelow(stream, most - least + 1);
  const faulty = drawFaulty(stream, n, bounds.beyond);
  const faults = bounds.beyond > 0 ? equivocators(faulty) : drawFaults(stream, n, faulty);
  // Who relays nothing may cut an overlay in two: then no protocol delivers.
  const relayed = n > 4 && bounds.beyond === 0 && faults.every((fault) => fault.behaviour !== 'censor');
  const surroundings = bounds.base === null ? drawSurroundings(stream, n, relayed) : { extends: bounds.base };
  return {
    apiVersion: 'rollout-sim/v1',
    name: `mix-${number}`,
    question: 'Does the chain agree at all times, and go on once the network is good again?',
    seed: `${bounds.seed}/${number}`,
    replications: 1,
    fidelity: 'message',
    ...surroundings,
    validators: { stakeExponent: 0 },
    phases: { chaos: `${CHAOS_SECONDS}s`, settle: `${SETTLE_SECONDS}s`, judge: `${JUDGE_SECONDS}s` },
    channels: [{ name: 'chain', validators: n, steps: [{ dwell: '1h' }], checks: [] }],
    faults,
    expect: [],
  };
}

/** The validators that may be Byzantine, all the same in the whole mix: as many as are tolerated, and those beyond. */
function drawFaulty(stream: Stream, n: number, beyond: number): number[] {
  return drawSome(stream, n, Math.min(n, Math.floor((n - 1) / 3) + beyond));
}

function drawSome(stream: Stream, n: number, count: number): number[] {
  const all = Array.from({ length: n }, (_, i) => i);
  const drawn: number[] = [];
  while (drawn.length < count) drawn.push(...all.splice(nextBelow(stream, all.length), 1));
  return drawn.sort((a, b) => a - b);
}

function pick<T>(stream: Stream, items: readonly T[]): T {
  return items[nextBelow(stream, items.length)] as T;
}

/** An integer in [least, most], small ones as likely as large ones. */
function between(stream: Stream, least: number, most: number): number {
  return Math.round(least * Math.exp(nextUnit(stream) * Math.log(most / least)));
}

function drawSurroundings(stream: Stream, n: number, relayed: boolean): Record<string, unknown> {
  const overlay = nextUnit(stream) < 0.4 && relayed;
  const degree = overlay ? 2 + nextBelow(stream, Math.min(6, n - 3)) : 0;
  const mean = between(stream, 2, 150);
  return {
    chain: {
      blockTime: '1s',
      epochBlocks: 1_000_000,
      consensus: { preset: pick(stream, ['malachite', 'malachite', 'cometbft']), replayDelay: '1s' },
      timeouts: {
        propose: '1s',
        prevote: '500ms',
        precommit: '500ms',
        rebroadcast: `${between(stream, 500, 4000)}ms`,
      },
      build: `${between(stream, 1, 100)}ms`,
      execute: `${between(stream, 1, 100)}ms`,
      blockSize: pick(stream, ['10kB', '200kB', '1MB']),
      partSize: '64KiB',
    },
    network: {
      delay: { normal: { mean: `${mean}ms`, deviation: `${Math.round(mean / 4)}ms` } },
      loss: pick(stream, ['0%', '0.1%', '1%']),
      retransmit: pick(stream, ['0s', '200ms', '200ms']),
      ...(overlay ? { topology: drawTopology(stream, degree) } : {}),
      ...(nextUnit(stream) < 0.2 ? { queues: drawQueues(overlay) } : {}),
    },
  };
}

/**
 * In an overlay without a replay guard: nodes that have a vote refuse its repetition and so do not relay it, and those
 * behind them never get what they missed. That is a finding about the guard, not about the consensus.
 */
function drawQueues(overlay: boolean): Record<string, unknown> {
  return { processing: '75us', ratePerPeer: 0, ...(overlay ? { replayWindow: 0 } : {}) };
}

function drawTopology(stream: Stream, degree: number): Record<string, unknown> {
  const kind = pick(stream, OVERLAYS);
  const eager = 1 + nextBelow(stream, degree);
  return { kind, degree, eager, heartbeat: `${between(stream, 100, 1000)}ms` };
}

function drawFaults(stream: Stream, n: number, faulty: readonly number[]): MixFault[] {
  const count = 1 + nextBelow(stream, FAULTS_MAX);
  const kinds = MIX_KINDS.filter((kind) => faulty.length > 0 || !kind.startsWith('byzantine'));
  return Array.from({ length: count }, (_, i) => drawFault(stream, i, pick(stream, kinds), n, faulty));
}

function drawFault(stream: Stream, i: number, kind: string, n: number, faulty: readonly number[]): MixFault {
  const at = `${nextBelow(stream, CHAOS_SECONDS - 5)}s`;
  const duration = `${between(stream, 200, CHAOS_SECONDS * 1000)}ms`;
  const targets = { validators: drawSome(stream, n, 1 + nextBelow(stream, n)) };
  const [noun, behaviour] = kind.split('/') as [string, string | undefined];
  const shared = { name: `${kind.replaceAll(/[ /]/g, '-')}-${i}`, at, for: duration, targets };
  switch (noun) {
    case 'one-way partition':
      return { ...shared, kind: 'partition', direction: pick(stream, ['in', 'out']) };
    case 'moving partition':
      return {
        ...shared,
        kind: 'partition',
        moves: `${between(stream, 500, 10_000)}ms`,
        targets: { count: targets.validators.length },
      };
    case 'loss':
      return { ...shared, kind: 'loss', loss: `${10 + nextBelow(stream, 90)}%` };
    case 'duplicate':
      return { ...shared, kind: 'duplicate', share: `${10 + nextBelow(stream, 91)}%` };
    case 'delay':
      return { ...shared, kind: 'delay', delay: { exponential: { mean: `${between(stream, 50, 5000)}ms` } } };
    case 'reorder':
      return { ...shared, kind: 'reorder', spread: `${between(stream, 10, 2000)}ms` };
    case 'slow':
      return { ...shared, kind: 'slow', on: 'link', factor: between(stream, 2, 50) };
    case 'byzantine':
      return drawByzantine(stream, shared.name, behaviour as Behaviour, faulty);
    default:
      return { ...shared, kind: noun };
  }
}

/** Byzantine validators misbehave from the start to the end, healed or not. */
function drawByzantine(stream: Stream, name: string, behaviour: Behaviour, faulty: readonly number[]): MixFault {
  const count = 1 + nextBelow(stream, faulty.length);
  const validators = drawSome(stream, faulty.length, count).map((i) => faulty[i] as number);
  return {
    name,
    kind: 'byzantine',
    behaviour,
    at: '0s',
    targets: { validators },
    acts: pick(stream, ['100%', '100%', '50%', '10%']),
    ...(nextUnit(stream) < 0.2 ? { rounds: [0, nextBelow(stream, 4)] } : {}),
    ...(behaviour === 'drop' ? { share: `${20 + nextBelow(stream, 80)}%` } : {}),
    ...(behaviour === 'delay' ? { delay: { exponential: { mean: `${between(stream, 50, 5000)}ms` } } } : {}),
    ...(['spam', 'forge', 'replay'].includes(behaviour) ? { perHeight: 1 + nextBelow(stream, 20) } : {}),
  };
}

/** One validator more than is tolerated, all of them showing two faces in every step. */
function equivocators(faulty: readonly number[]): MixFault[] {
  return (['equivocate-proposal', 'equivocate-vote'] as const).map((behaviour) => {
    return { name: behaviour, kind: 'byzantine', behaviour, at: '0s', targets: { validators: [...faulty] } };
  });
}
