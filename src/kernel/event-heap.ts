/**
 * A 4-ary heap of events by (time, priority, sequence): where the queue keeps what its wheel cannot hold.
 *
 * What holds: events with the same time and priority leave in the order they came. Entries are moved whole, so a
 * comparison reads neighbours in memory.
 */
import type { Micros } from '#base/time';

export interface EventHeap {
  times: Float64Array; // µs
  ranks: Float64Array; // priority × 2^50 + sequence: one comparison for both
  infos: Int32Array;
  datas: Int32Array;
  size: number;
  sequence: number; // of the next push; 2^50 last 300 days at 40 million pushes per second
}

const RANK_SPAN = 1_125_899_906_842_624; // 2^50

/** An empty heap; it grows without bound. */
export function createHeap(): EventHeap {
  return {
    times: new Float64Array(16),
    ranks: new Float64Array(16),
    infos: new Int32Array(16),
    datas: new Int32Array(16),
    size: 0,
    sequence: 0,
  };
}

/** Adds an event, in O(log n). */
export function pushHeap(heap: EventHeap, time: Micros, priority: number, info: number, data: number): void {
  if (heap.size === heap.times.length) growHeap(heap);
  const { times, ranks, infos, datas } = heap;
  const rank = priority * RANK_SPAN + heap.sequence;
  heap.sequence += 1;
  let i = heap.size;
  heap.size += 1;
  while (i > 0) {
    const parent = (i - 1) >> 2;
    const above = times[parent] as number;
    if (above < time || (above === time && (ranks[parent] as number) < rank)) break;
    times[i] = above;
    ranks[i] = ranks[parent] as number;
    infos[i] = infos[parent] as number;
    datas[i] = datas[parent] as number;
    i = parent;
  }
  times[i] = time;
  ranks[i] = rank;
  infos[i] = info;
  datas[i] = data;
}

/** The priority of the first event of a heap that is not empty. */
export function firstPriority(heap: EventHeap): number {
  return Math.floor((heap.ranks[0] as number) / RANK_SPAN);
}

/** Removes the first event of a heap that is not empty, in O(log n). */
export function dropFirst(heap: EventHeap): void {
  const { times, ranks, infos, datas } = heap;
  heap.size -= 1;
  const size = heap.size;
  if (size === 0) return;
  const time = times[size] as number;
  const rank = ranks[size] as number;
  let i = 0;
  while (true) {
    const first = 4 * i + 1;
    if (first >= size) break;
    const end = Math.min(first + 4, size);
    let best = first;
    let bestTime = times[first] as number;
    let bestRank = ranks[first] as number;
    for (let child = first + 1; child < end; child += 1) {
      const childTime = times[child] as number;
      if (childTime < bestTime || (childTime === bestTime && (ranks[child] as number) < bestRank)) {
        best = child;
        bestTime = childTime;
        bestRank = ranks[child] as number;
      }
    }
    if (time < bestTime || (time === bestTime && rank < bestRank)) break;
    times[i] = bestTime;
    ranks[i] = bestRank;
    infos[i] = infos[best] as number;
    datas[i] = datas[best] as number;
    i = best;
  }
  times[i] = time;
  ranks[i] = rank;
  infos[i] = infos[size] as number;
  datas[i] = datas[size] as number;
}

function growHeap(heap: EventHeap): void {
  const capacity = 2 * heap.times.length;
  const { times, ranks, infos, datas } = heap;
  heap.times = new Float64Array(capacity);
  heap.times.set(times);
  heap.ranks = new Float64Array(capacity);
  heap.ranks.set(ranks);
  heap.infos = new Int32Array(capacity);
  heap.infos.set(infos);
  heap.datas = new Int32Array(capacity);
  heap.datas.set(datas);
}
