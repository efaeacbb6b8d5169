/**
 * The event whose probability is wanted, written as in expectations: `rollback.state`, `state rollback in canary`,
 * `liveness.longestStall > 1h`; and the level function that leads to it.
 */
import { UserError } from '#base/error';
import { LEVELS, type LevelFunction, type LevelName, longestStall } from '#model/handlers/levels';
import type { Outcome } from '#model/outcome';
import type { Plan } from '#model/plan';
import type { World } from '#model/world';
import type { ClaimSubject } from '#scenario/claim';
import { parseEvent } from '#scenario/expression';
import { UNEXPLAINED } from '#scenario/fault';
import { casesOf } from './evidence.js';

export interface RareEvent {
  readonly text: string; // as written
  readonly subject: ClaimSubject;
}

/**
 * Reads an event.
 *
 * @throws UserError naming the flag, the place and what to write
 */
export function readRareEvent(text: string, { channels, gates, faults }: Plan): RareEvent {
  const names = {
    channels: channels.map(({ name }) => name),
    gates: gates.map(({ name }) => name),
    causes: [...faults.map(({ name }) => name), UNEXPLAINED],
  };
  const parsed = parseEvent(text, names);
  if ('subject' in parsed) return { text, subject: parsed.subject };
  throw new UserError(parsed.mistakes.map(({ what, fix }) => ({ file: '--rare', what, fix })));
}

/** Whether an outcome is a case of the event; one without data is none. */
export function happenedIn({ subject }: RareEvent, outcome: Outcome): boolean {
  return casesOf(subject, [outcome])[0]?.holds === true;
}

const UNDOINGS: Readonly<Record<string, Extract<ClaimSubject, { kind: 'undo' }>['undo']>> = {
  'rollback.any': 'any',
  'rollback.abort': 'abort',
  'rollback.gate': 'gate-rollback',
  'rollback.state': 'state-rollback',
};

/** Whether a world can no longer end without the event; false where only the end can tell. */
export function isCertain({ subject }: RareEvent, world: World): boolean {
  if (subject.kind === 'condition') {
    if (subject.key !== 'liveness.longestStall') return false;
    const stall = longestStall(world);
    return subject.comparator === '>' ? stall > subject.value : subject.comparator === '>=' && stall >= subject.value;
  }
  if (world.undone.length === 0) return false;
  const metric = subject.kind === 'metric' ? UNDOINGS[subject.key] : undefined;
  if (subject.kind === 'metric' && metric === undefined) return false;
  const undoing: ClaimSubject =
    metric === undefined ? subject : { kind: 'undo', undo: metric, channel: null, gate: null, cause: null };
  return casesOf(undoing, [{ undone: world.undone, metrics: {} }])[0]?.holds === true;
}

/** The level function of an event unless another is asked for: what comes before it in most rollouts. */
export function defaultLevel({ subject }: RareEvent, plan: Plan): LevelName {
  const key = subject.kind === 'undo' ? 'rollback.' : subject.key;
  if (key.startsWith('proofs.')) return 'backlog';
  if (key.startsWith('safety.')) return 'offline';
  const guarded = plan.channels.some(({ checks }) => checks.length > 0);
  return guarded && (key.startsWith('rollback.') || key.startsWith('rollout.')) ? 'checks' : 'halt';
}

/**
 * The level function of a name.
 *
 * @throws UserError for a name that is none
 */
export function findLevel(name: string): LevelFunction {
  const found = LEVELS.find((level) => level.name === name);
  if (found !== undefined) return found;
  const known = LEVELS.map((level) => `${level.name} (${level.text})`).join('; ');
  throw new UserError([
    { file: '--level', what: `there is no level function "${name}"`, fix: `Give one of ${known}.` },
  ]);
}
