/**
 * The event queue against a list that is searched from end to end: same events, same order, whatever the mix of
 * pushes, pops and cancellations, whatever the shape it starts with, and across a clone in the middle.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  cancelEvent,
  clearQueue,
  createEventQueue,
  type EventQueue,
  type EventQueueOptions,
  peekTime,
  popEvent,
  pushEvent,
  pushTimer,
} from '#kernel/queue';

interface Entry {
  readonly time: number;
  readonly priority: number;
  readonly sequence: number;
  readonly handle: number | undefined;
}

/** What is expected of the queue, in the plainest way. */
interface List {
  entries: Entry[];
  time: number;
}

type Step =
  | { readonly kind: 'push'; readonly delay: number; readonly priority: number; readonly timer: boolean }
  | { readonly kind: 'burst'; readonly count: number; readonly delay: number; readonly spread: number }
  | { readonly kind: 'pop'; readonly count: number }
  | { readonly kind: 'peek' }
  | { readonly kind: 'cancel'; readonly pick: number; readonly count: number }
  | { readonly kind: 'clone' }
  | { readonly kind: 'clear' };

function firstOf(list: List): Entry | undefined {
  let first: Entry | undefined;
  for (const entry of list.entries) {
    if (
      first === undefined ||
      entry.time < first.time ||
      (entry.time === first.time &&
        (entry.priority < first.priority || (entry.priority === first.priority && entry.sequence < first.sequence)))
    ) {
      first = entry;
    }
  }
  return first;
}

/** Plays the steps on both and compares them after each. */
function play(options: EventQueueOptions, steps: readonly Step[]): void {
  let queue: EventQueue = createEventQueue(options);
  const list: List = { entries: [], time: 0 };
  const handles: number[] = [];
  let sequence = 0;
  const push = (delay: number, priority: number, timer: boolean): void => {
    const time = list.time + delay;
    const [kind, target] = [sequence % 256, (sequence * 7919) % 8_388_608];
    const data = timer ? sequence : -sequence;
    let handle: number | undefined;
    if (timer) {
      handle = pushTimer(queue, time, priority, kind, target, data);
      handles.push(handle);
    } else pushEvent(queue, time, priority, kind, target, data);
    list.entries.push({ time, priority, sequence, handle });
    sequence += 1;
  };
  const pop = (): void => {
    const expected = firstOf(list);
    if (popEvent(queue) !== (expected !== undefined)) expect.unreachable(`popped with ${list.entries.length} pending`);
    if (expected === undefined) return;
    list.time = expected.time;
    list.entries.splice(list.entries.indexOf(expected), 1);
    const popped = [queue.time, queue.priority, queue.kind, queue.target, Math.abs(queue.data)];
    const { time, priority, sequence: id } = expected;
    const wanted = [time, priority, id % 256, (id * 7919) % 8_388_608, id];
    // compared by hand first: an `expect` for each event would take most of the time
    if (popped.some((value, i) => value !== wanted[i])) expect(popped).toEqual(wanted);
  };
  for (const step of steps) {
    switch (step.kind) {
      case 'push':
        push(step.delay, step.priority, step.timer);
        break;
      case 'burst':
        for (let i = 0; i < step.count; i += 1) push(step.delay + ((i * 37) % (step.spread + 1)), i % 3, i % 4 === 0);
        break;
      case 'pop':
        for (let i = 0; i < step.count; i += 1) pop();
        break;
      case 'peek':
        expect(peekTime(queue)).toBe(firstOf(list)?.time ?? Number.POSITIVE_INFINITY);
        break;
      case 'cancel':
        for (let i = 0; i < step.count && handles.length > 0; i += 1) {
          const handle = handles[(step.pick + i) % handles.length] as number;
          const at = list.entries.findIndex((entry) => entry.handle === handle);
          expect(cancelEvent(queue, handle)).toBe(at >= 0);
          if (at >= 0) list.entries.splice(at, 1);
        }
        break;
      case 'clone':
        queue = structuredClone(queue);
        break;
      case 'clear':
        clearQueue(queue);
        list.entries = [];
        break;
    }
    if (queue.size !== list.entries.length) expect(queue.size).toBe(list.entries.length);
  }
  while (list.entries.length > 0) pop();
  pop();
}

const delay = fc.oneof(
  { weight: 3, arbitrary: fc.nat(3) }, // ties and the bucket that is being drained
  { weight: 3, arbitrary: fc.nat(5000) },
  { weight: 2, arbitrary: fc.nat(3_000_000) },
  { weight: 1, arbitrary: fc.nat(2_000_000_000) }, // far timers
  { weight: 1, arbitrary: fc.constantFrom(1023, 1024, 1_048_575, 1_048_576, 1_048_577, 1_073_741_824) }, // edges of a wheel
);
const priority = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(7) });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('push' as const), delay, priority, timer: fc.boolean() }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('pop' as const), count: fc.integer({ min: 1, max: 5 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('peek' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('cancel' as const), pick: fc.nat(1000), count: fc.constant(1) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('burst' as const),
      count: fc.integer({ min: 20, max: 150 }),
      delay,
      spread: fc.constantFrom(0, 2, 100, 100_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('clone' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('clear' as const) }) },
);
const options = fc.record({
  bucketWidth: fc.constantFrom(1, 16, 1024, 65_536, 4_194_304),
  buckets: fc.constantFrom(32, 256, 1024),
});

test('events leave by time, priority and order of pushes, under any mix of pushes, pops, cancels and clones', () => {
  fc.assert(
    fc.property(options, fc.array(step, { minLength: 30, maxLength: 120 }), (start, steps) => play(start, steps)),
    { seed: 20_240_101, numRuns: 300 },
  );
});

test('the order holds while the queue changes its shape under a load that changes from crowded to sparse and back', () => {
  const phase = fc.record({ count: fc.constantFrom(40, 400), mean: fc.constantFrom(1, 40, 3000, 2_000_000) });
  fc.assert(
    fc.property(options, fc.array(phase, { minLength: 3, maxLength: 4 }), (start, phases) => {
      const steps: Step[] = [];
      for (const [p, { count, mean }] of phases.entries()) {
        steps.push({ kind: 'burst', count, delay: 0, spread: mean });
        for (let i = 0; i < 3000; i += 1) {
          steps.push({ kind: 'pop', count: 1 });
          steps.push({
            kind: 'push',
            delay: (i * 7919 + p) % (2 * mean + 1),
            priority: i % 5 === 0 ? 1 : 0,
            timer: i % 7 === 0,
          });
          if (i % 500 === 0) steps.push({ kind: 'peek' });
        }
        steps.push({ kind: 'clone' }, { kind: 'pop', count: count / 2 });
      }
      play(start, steps);
    }),
    { seed: 20_240_102, numRuns: 8 },
  );
});
