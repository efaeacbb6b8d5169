/**
 * The event queue under the hold model: pop the first event, push one at its time plus an increment, for ever.
 *
 * Rates are pops with their push per CPU-second, the median of five stretches; a plain 4-ary heap runs the same
 * stretches in turn, so that a busy machine slows both. The hash is over every popped event: equal hashes, equal order.
 */
import type { Micros } from '#base/time';
import { createHeap, dropFirst, type EventHeap, firstPriority, pushHeap } from '#kernel/event-heap';
import { createEventQueue, type EventQueue, popEvent, pushEvent, pushTimer } from '#kernel/queue';
import { createStream, nextBelow, nextUnit, type Stream } from '#kernel/stream';

export const title = 'event queue, hold model: million pops and pushes per CPU-second';

const INCREMENTS = 65_536; // drawn before the clock starts and read in turn
const MASK = INCREMENTS - 1;
const STRETCHES = 5;
const MEAN = 1_000_000; // µs

/** One way to keep events, filled and ready to hold. */
interface Contestant {
  readonly hold: (operations: number) => void;
  readonly hash: () => number;
  readonly times: number[]; // CPU µs per operation
}

interface Load {
  readonly name: string;
  readonly pending: number;
  readonly increment: (stream: Stream) => Micros;
}

/** Exponential increments, the classic. */
function exponential(stream: Stream): Micros {
  return Math.round(-MEAN * Math.log1p(-nextUnit(stream)));
}

/** Like consensus: what follows at once, what crosses the network in a burst, and a few timeouts far off. */
function bursts(stream: Stream): Micros {
  const kind = nextBelow(stream, 100);
  if (kind < 30) return nextBelow(stream, 4);
  if (kind < 95) return 40_000 + nextBelow(stream, 20_000);
  return 1_000_000 + nextBelow(stream, 9_000_000);
}

export function run(): void {
  const loads: Load[] = [100, 10_000, 100_000, 1_000_000].map((pending) => ({
    name: 'exponential',
    pending,
    increment: exponential,
  }));
  for (const pending of [10_000, 100_000]) loads.push({ name: 'bursts', pending, increment: bursts });
  console.log('load          pending   events   timers   4-ary heap   ×heap   hash');
  for (const load of loads) console.log(compare(load));
}

function compare(load: Load): string {
  const stream = createStream('bench', 0, `queue/${load.name}`);
  const increments = Int32Array.from({ length: INCREMENTS }, () => load.increment(stream));
  const contestants = [
    contest(createEventQueue(), pushEvent, holdEvents, load.pending, increments),
    contest(createEventQueue(), pushTimer, holdTimers, load.pending, increments),
    contest(createHeap(), pushHeapEvent, holdHeap, load.pending, increments),
  ];
  const operations = Math.max(500_000, 2 * load.pending);
  for (const contestant of contestants) contestant.hold(operations); // warm: compiled, tuned, spread out in time
  for (let stretch = 0; stretch < STRETCHES; stretch += 1) {
    for (const contestant of contestants) {
      const before = process.cpuUsage();
      contestant.hold(operations);
      const used = process.cpuUsage(before);
      contestant.times.push((used.user + used.system) / operations);
    }
  }
  const [events = 0, timers = 0, heap = 0] = contestants.map(({ times }) => 1 / median(times));
  const hashes = new Set(contestants.map(({ hash }) => hash().toString(16).padStart(8, '0')));
  const columns = [
    load.name.padEnd(12),
    String(load.pending).padStart(8),
    events.toFixed(1).padStart(8),
    timers.toFixed(1).padStart(8),
    heap.toFixed(1).padStart(12),
    (events / heap).toFixed(1).padStart(7),
    hashes.size === 1 ? [...hashes].join() : `the order differs: ${[...hashes].join(' ')}`,
  ];
  return columns.join(' ');
}

/** Where a contestant stands; a hold takes it in and gives it back, so that its loop runs on locals. */
interface Place {
  readonly at: number; // operations done
  readonly hash: number;
}

type Push<Q> = (queue: Q, time: Micros, priority: number, kind: number, target: number, data: number) => unknown;
type Hold<Q> = (queue: Q, increments: Int32Array, place: Place, operations: number) => Place;

function contest<Q>(queue: Q, push: Push<Q>, hold: Hold<Q>, pending: number, increments: Int32Array): Contestant {
  for (let i = 0; i < pending; i += 1) push(queue, increments[(i * 7919) % INCREMENTS] as number, i & 7, 0, i, i);
  let place: Place = { at: 0, hash: 0 };
  return {
    hold: (operations) => {
      place = hold(queue, increments, place, operations);
    },
    hash: () => place.hash >>> 0,
    times: [],
  };
}

function holdEvents(queue: EventQueue, increments: Int32Array, { at, hash }: Place, operations: number): Place {
  let sum = hash;
  for (let i = at; i < at + operations; i += 1) {
    popEvent(queue);
    sum = Math.imul(sum ^ queue.data, 31) + queue.target;
    const time = queue.time + (increments[i & MASK] as number);
    pushEvent(queue, time, queue.priority, queue.kind, queue.target, i);
  }
  return { at: at + operations, hash: sum };
}

function holdTimers(queue: EventQueue, increments: Int32Array, { at, hash }: Place, operations: number): Place {
  let sum = hash;
  for (let i = at; i < at + operations; i += 1) {
    popEvent(queue);
    sum = Math.imul(sum ^ queue.data, 31) + queue.target;
    const time = queue.time + (increments[i & MASK] as number);
    pushTimer(queue, time, queue.priority, queue.kind, queue.target, i);
  }
  return { at: at + operations, hash: sum };
}

function holdHeap(heap: EventHeap, increments: Int32Array, { at, hash }: Place, operations: number): Place {
  let sum = hash;
  for (let i = at; i < at + operations; i += 1) {
    const priority = firstPriority(heap);
    const target = heap.infos[0] as number;
    const time = (heap.times[0] as number) + (increments[i & MASK] as number);
    sum = Math.imul(sum ^ (heap.datas[0] as number), 31) + target;
    dropFirst(heap);
    pushHeap(heap, time, priority, target, i);
  }
  return { at: at + operations, hash: sum };
}

function pushHeapEvent(heap: EventHeap, time: Micros, priority: number, _: number, target: number, data: number): void {
  pushHeap(heap, time, priority, target, data);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}
