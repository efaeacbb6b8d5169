import { describe, expect, test } from 'vitest';
import {
  cancelEvent,
  clearQueue,
  createEventQueue,
  type EventQueue,
  peekTime,
  popEvent,
  pushEvent,
  pushTimer,
} from '#kernel/queue';

/** Pops everything and returns the data of each event, in order. */
function drain(queue: EventQueue): number[] {
  const datas: number[] = [];
  while (popEvent(queue)) datas.push(queue.data);
  return datas;
}

describe('order', () => {
  test('an empty queue pops nothing, keeps its last event and has no next time', () => {
    const queue = createEventQueue();
    pushEvent(queue, 5, 3, 200, 77, -9);
    expect(popEvent(queue)).toBe(true);
    expect(popEvent(queue)).toBe(false);
    const { time, priority, kind, target, data } = queue;
    expect({ time, priority, kind, target, data }).toEqual({ time: 5, priority: 3, kind: 200, target: 77, data: -9 });
    expect(peekTime(queue)).toBe(Number.POSITIVE_INFINITY);
  });

  test('of events at one time the lower priority leaves first, then the earlier push', () => {
    const queue = createEventQueue();
    for (const [data, priority] of [4, 0, 7, 0, 4].entries()) pushEvent(queue, 1000, priority, 0, 0, data);
    expect(drain(queue)).toEqual([1, 3, 0, 4, 2]);
  });

  test('events at one time leave in push order even if some were pushed when that time was far off', () => {
    const queue = createEventQueue({ bucketWidth: 16, buckets: 32 });
    pushEvent(queue, 10_000, 1, 0, 0, 0); // after the wheel's span
    pushEvent(queue, 10_000, 0, 0, 0, 1);
    pushEvent(queue, 9_990, 0, 0, 0, 2); // also far; when it is popped, 10 000 lies in the wheel
    expect(popEvent(queue) && queue.data).toBe(2);
    pushEvent(queue, 10_000, 0, 0, 0, 3);
    pushEvent(queue, 10_000, 1, 0, 0, 4);
    expect(popEvent(queue) && queue.data).toBe(1); // the bucket is open now
    pushEvent(queue, 10_000, 0, 0, 0, 5);
    pushEvent(queue, 10_000, 1, 0, 0, 6);
    expect(drain(queue)).toEqual([3, 5, 0, 4, 6]);
  });

  test('an event pushed at the very time of the one being handled still comes in its place', () => {
    const queue = createEventQueue();
    pushEvent(queue, 100, 2, 0, 0, 0);
    pushEvent(queue, 100, 2, 0, 0, 1);
    pushEvent(queue, 101, 0, 0, 0, 2);
    popEvent(queue);
    pushEvent(queue, 100, 1, 0, 0, 3);
    pushEvent(queue, 100, 2, 0, 0, 4);
    expect(drain(queue)).toEqual([3, 1, 4, 2]);
  });

  test('a look at a distant next event does not shut the door on what comes before it', () => {
    const queue = createEventQueue();
    pushEvent(queue, 3_000_000_000, 0, 0, 0, 0);
    expect(peekTime(queue)).toBe(3_000_000_000);
    for (let data = 1; data <= 1000; data += 1) pushEvent(queue, (data * 7919) % 1009, 0, 0, 0, data);
    let last = 0;
    for (let i = 0; i < 1000; i += 1) {
      expect(popEvent(queue) && queue.time).toBeGreaterThanOrEqual(last);
      last = queue.time;
    }
    expect(drain(queue)).toEqual([0]);
  });

  test('a hundred thousand events at one instant leave in push order, and so do those they push', () => {
    const queue = createEventQueue({ bucketWidth: 4_194_304 });
    const count = 100_000;
    for (let data = 0; data < count; data += 1) pushEvent(queue, 5_000_000, 0, 0, 0, data);
    let misplaced = 0;
    for (let data = 0; data < 2 * count; data += 1) {
      popEvent(queue);
      if (queue.data !== data) misplaced += 1;
      if (data < count) pushEvent(queue, queue.time, 0, 0, 0, data + count);
    }
    expect(misplaced).toBe(0);
    expect(queue.size).toBe(0);
  });

  test('times up to 2^53 − 1 µs keep their last microsecond', () => {
    const queue = createEventQueue();
    const last = Number.MAX_SAFE_INTEGER;
    for (const back of [0, 3, 1, 2]) pushEvent(queue, last - back, 0, 0, 0, back);
    expect(drain(queue)).toEqual([3, 2, 1, 0]);
    expect(queue.time).toBe(last);
  });
});

describe('arguments', () => {
  const good = [1000, 7, 255, 8_388_607, -2_147_483_648] as const;

  test('the largest values pass through unchanged', () => {
    for (const push of [pushEvent, pushTimer]) {
      const queue = createEventQueue();
      push(queue, ...good);
      popEvent(queue);
      expect([queue.time, queue.priority, queue.kind, queue.target, queue.data]).toEqual(good);
    }
  });

  test.each([
    ['a time before the last event', 0, 999],
    ['a fractional time', 0, 1000.5],
    ['no time', 0, Number.NaN],
    ['an endless time', 0, Number.POSITIVE_INFINITY],
    ['priority 8', 1, 8],
    ['priority −1', 1, -1],
    ['kind 256', 2, 256],
    ['target 2^23', 3, 8_388_608],
    ['target −1', 3, -1],
    ['data 2^31', 4, 2_147_483_648],
    ['fractional data', 4, 0.5],
  ])('%s is refused', (_, position, value) => {
    for (const push of [pushEvent, pushTimer]) {
      const queue = createEventQueue();
      pushEvent(queue, 1000, 0, 0, 0, 0);
      popEvent(queue);
      const values: [number, number, number, number, number] = [...good];
      values[position] = value;
      expect(() => push(queue, ...values)).toThrow(/broken claim: an event has an integer time from 1000 µs/);
      expect(queue.size).toBe(0);
    }
  });
});

describe('timers', () => {
  test('a cancelled timer never leaves, wherever it waits', () => {
    const queue = createEventQueue({ bucketWidth: 16, buckets: 32 });
    pushEvent(queue, 100, 0, 0, 0, 0);
    pushEvent(queue, 101, 0, 0, 0, 1);
    const drained = pushTimer(queue, 102, 0, 0, 0, -1);
    popEvent(queue);
    const near = pushTimer(queue, 101, 0, 0, 0, -2);
    const held = pushTimer(queue, 300, 0, 0, 0, -3);
    const far = pushTimer(queue, 1_000_000, 0, 0, 0, -4);
    for (const handle of [drained, near, held, far]) expect(cancelEvent(queue, handle)).toBe(true);
    expect(queue.size).toBe(1);
    expect(drain(queue)).toEqual([1]);
    expect(queue.time).toBe(101); // the clock stays at the last event that happened
    pushEvent(queue, 102, 0, 0, 0, 2);
    expect(drain(queue)).toEqual([2]);
  });

  test('a look at the next time passes over cancelled timers', () => {
    const queue = createEventQueue({ bucketWidth: 16, buckets: 32 });
    pushEvent(queue, 100, 0, 0, 0, 0);
    const handles = [100, 110, 5000, 1_000_000].map((time) => pushTimer(queue, time, 0, 0, 0, 0));
    popEvent(queue);
    handles.push(pushTimer(queue, 100, 0, 0, 0, 0));
    pushEvent(queue, 2_000_000, 0, 0, 0, 1);
    for (const handle of handles) cancelEvent(queue, handle);
    expect(peekTime(queue)).toBe(2_000_000);
  });

  test('a handle is void once its timer was cancelled, popped or cleared', () => {
    const queue = createEventQueue();
    const cancelled = pushTimer(queue, 10, 0, 0, 0, 0);
    expect(cancelEvent(queue, cancelled)).toBe(true);
    expect(cancelEvent(queue, cancelled)).toBe(false);
    const popped = pushTimer(queue, 5, 0, 0, 0, 0);
    popEvent(queue);
    expect(cancelEvent(queue, popped)).toBe(false);
    const cleared = pushTimer(queue, 20, 0, 0, 0, 0);
    clearQueue(queue);
    expect(cancelEvent(queue, cleared)).toBe(false);
    expect(drain(queue)).toEqual([]);
  });

  test('a void handle never cancels a later timer in the same slot', () => {
    const queue = createEventQueue();
    const voided: number[] = [];
    for (let round = 0; round < 100; round += 1) {
      voided.push(pushTimer(queue, round, 0, 0, 0, round));
      if (round % 3 === 0) cancelEvent(queue, voided[round] as number);
      if (round % 10 === 9) clearQueue(queue);
      else drain(queue);
    }
    const alive = [1, 2, 3].map((data) => pushTimer(queue, 1000, 0, 0, 0, data));
    for (const handle of voided) expect(cancelEvent(queue, handle)).toBe(false);
    expect(new Set([...voided, ...alive]).size).toBe(103);
    expect(drain(queue)).toEqual([1, 2, 3]);
  });

  test('a million far timers set and cancelled in turn leave no pile behind', () => {
    const queue = createEventQueue();
    pushEvent(queue, 10_000_000_000, 0, 0, 0, 1);
    let most = 0;
    for (let i = 0; i < 1_000_000; i += 1) {
      cancelEvent(queue, pushTimer(queue, 3_600_000_000 + i, 0, 0, 0, i));
      most = Math.max(most, queue.cancelled);
    }
    expect(most).toBeLessThan(1100);
    expect(queue.far.times.length).toBeLessThan(5000);
    expect(drain(queue)).toEqual([1]);
  });
});

describe('state', () => {
  /** A load with ties, bursts, far timers and cancellations, as the words it pops. */
  function play(queue: EventQueue, rounds: number): number[] {
    const words: number[] = [];
    for (let i = 0; i < rounds && popEvent(queue); i += 1) {
      words.push(queue.time, queue.data);
      const delay = [0, 1, 700, 40_000, 90_000_000][(queue.data + i) % 5] as number;
      const handle = pushTimer(queue, queue.time + delay, i % 3, 1, 2, i);
      if (i % 4 === 0) {
        cancelEvent(queue, handle);
        pushEvent(queue, queue.time + 2 * delay + 1, 0, 1, 2, i);
      }
    }
    return words;
  }

  test('a clone taken in the middle continues as the original does, and neither moves the other', () => {
    const queue = createEventQueue();
    for (let i = 0; i < 300; i += 1) pushEvent(queue, i % 50, 0, 1, 2, i);
    play(queue, 5000);
    const clone = structuredClone(queue);
    const expected = play(queue, 5000);
    expect(play(clone, 5000)).toEqual(expected);
    expect(expected.length).toBe(10_000);
  });

  test('a cleared queue is as good as new from its clock on', () => {
    const queue = createEventQueue();
    for (let i = 0; i < 2000; i += 1) pushTimer(queue, i * 100_003, 0, 1, 2, i);
    popEvent(queue);
    popEvent(queue);
    pushEvent(queue, 100_003, 0, 1, 2, 0);
    clearQueue(queue);
    expect([queue.size, peekTime(queue), popEvent(queue), queue.time]).toEqual([
      0,
      Number.POSITIVE_INFINITY,
      false,
      100_003,
    ]);
    pushEvent(queue, 100_003, 0, 1, 2, 7);
    pushTimer(queue, 900_000_000, 0, 1, 2, 8);
    expect(drain(queue)).toEqual([7, 8]);
  });

  test('buckets narrow under a crowd and widen for a few, from wherever they start', () => {
    const widths = [1, 4_194_304].map((bucketWidth) => {
      const queue = createEventQueue({ bucketWidth });
      for (let i = 0; i < 10_000; i += 1) pushEvent(queue, i * 100, 0, 0, 0, i);
      for (let i = 0; i < 100_000; i += 1) {
        popEvent(queue);
        pushEvent(queue, queue.time + ((i * 7919) % 2_000_003), 0, 0, 0, i);
      }
      return 2 ** queue.shift;
    });
    // one event each 100 µs: eight take 800 µs, and a factor of three either way is not worth a rebuild
    for (const width of widths) expect(width).toBeGreaterThanOrEqual(256);
    for (const width of widths) expect(width).toBeLessThanOrEqual(4096);
  });

  test('a few hundred events need little room, be they spread wide or crowded under timeouts far off', () => {
    for (const isCrowded of [false, true]) {
      const queue = createEventQueue();
      for (let i = 0; i < 400; i += 1) pushEvent(queue, i, 0, 0, 0, i);
      for (let i = 0; i < 50_000; i += 1) {
        popEvent(queue);
        const delay = ((i * 7919) % 100_003) * (isCrowded ? 1 : 1000);
        pushEvent(queue, queue.time + delay, 0, 0, 0, i);
        if (isCrowded) cancelEvent(queue, pushTimer(queue, queue.time + 900_000_000, 0, 0, 0, i));
      }
      const bytes = queue.records.byteLength + queue.tails.byteLength + queue.occupied.byteLength;
      expect(bytes).toBeLessThan(100_000);
    }
  });
});
