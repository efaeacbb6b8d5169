import { describe, expect, test } from 'vitest';
import { MINUTE, SECOND } from '#base/time';
import type { FaultPlan, OverlayKind, PartitionFault, QueuesPlan, TopologyPlan } from '#model/plan';
import { constant, faultOf, playUntil, runOnce, type ShortPlan, SLOTS, shortPlan } from './short-run.js';

const N = 4;
const FEW = 20; // slots
const ALL = [0, 1, 2, 3];
const FROM = 10 * SECOND;
const LASTS = 20 * SECOND;
const UNTIL = FROM + LASTS;
const SAFE = { 'safety.forks': 0, 'safety.violations': 0 };
/** Nodes that finalized their share of the slots after a fault of 20 s stand about here. */
const MOST = SLOTS - 10;
/** Blocks of a chain that stood still while the fault lasted, and went on soon after. */
const GAPPED = [SLOTS - LASTS / SECOND - 3, SLOTS - LASTS / SECOND + 1] as const;

const during = { trigger: { kind: 'at', time: FROM }, duration: constant(LASTS) };

function fault<K extends FaultPlan['kind']>(kind: K, validators: readonly number[], over: object = {}): FaultPlan {
  return faultOf(kind, validators, { ...during, ...over });
}

function partition(validators: readonly number[], direction: PartitionFault['direction']): FaultPlan {
  return fault('partition', validators, { direction, moves: null });
}

function run(faults: readonly FaultPlan[], more: ShortPlan = {}) {
  return runOnce(shortPlan(N, { ...more, faults }));
}

/** Heights of all while a fault lasts, one second before its end. */
function heightsDuring(faults: readonly FaultPlan[], time = UNTIL - SECOND): number[] {
  return [...playUntil(shortPlan(N, { faults }), time).run.chain.height];
}

function heightsAfter(faults: readonly FaultPlan[]): number[] {
  return heightsDuring(faults, SLOTS * SECOND - SECOND);
}

const undisturbed = run([]);

describe('a partition in one direction', () => {
  test('a validator that hears nobody falls behind, its votes are nil, and it is back afterwards', () => {
    const faults = [partition([1], 'in')];
    const { metrics, blocks } = run(faults);
    expect(metrics).toMatchObject(SAFE);
    expect(blocks).toBeGreaterThan(MOST);
    const [first, deaf] = heightsDuring(faults) as [number, number];
    expect(first - deaf).toBeGreaterThan(10);
    expect(new Set(heightsAfter(faults)).size).toBe(1);
  });

  test('a validator that nobody hears keeps up and is missed as a proposer', () => {
    const faults = [partition([1], 'out')];
    const { metrics, blocks } = run(faults);
    expect(metrics).toMatchObject(SAFE);
    expect(blocks).toBeGreaterThan(MOST);
    expect(new Set(heightsDuring(faults)).size).toBe(1);
    const proposed = (played: readonly FaultPlan[]) =>
      playUntil(shortPlan(N, { faults: played }), UNTIL - SECOND).run.proposed[1] as number;
    expect(proposed([])).toBeGreaterThan(5);
    expect(proposed(faults)).toBeLessThan(4);
  });

  test.each(['in', 'out', 'both'] as const)(
    'of two in four, direction %s, stops the chain until it ends',
    (direction) => {
      const { metrics, blocks } = run([partition([1, 2], direction)]);
      expect(metrics).toMatchObject(SAFE);
      expect(blocks).toBeGreaterThanOrEqual(GAPPED[0]);
      expect(blocks).toBeLessThanOrEqual(GAPPED[1]);
      expect(metrics['liveness.longestStall']).toBeGreaterThan(LASTS);
      expect(metrics['liveness.longestStall']).toBeLessThan(LASTS + 5 * SECOND);
    },
  );
});

describe('a partition that moves', () => {
  const MOVES = 3 * SECOND;
  const moving = (count: number, moves: number | null): FaultPlan => {
    const target = { kind: 'count', count, of: 'chain' };
    return fault('partition', [], { direction: 'both', moves, target });
  };
  /** Who is cut off while the fault lasts, after each block or event; then who is at its end. */
  const cutOff = (fault: FaultPlan, of: 'side' | 'deaf') => {
    const seen: string[] = [];
    const show = (values: Iterable<number>) => [...values].map((one) => (one === 0 ? '.' : 'x')).join('');
    const { run } = playUntil(shortPlan(N, { faults: [fault] }), UNTIL, 'seed', ({ now }, { chain }) => {
      if (now > FROM && now < UNTIL) seen.push(show(chain.network[of]));
    });
    return { seen, end: show(run.chain.network[of]), plain: run.chain.network.plain };
  };

  test.each<['side' | 'deaf', PartitionFault['direction']]>([
    ['side', 'both'],
    ['deaf', 'in'],
  ])('cuts off one after another, one at a time, and nobody in the end: %s', (of, direction) => {
    const { seen, end, plain } = cutOff({ ...moving(1, MOVES), direction } as FaultPlan, of);
    expect(seen.every((cut) => cut.replaceAll('.', '') === 'x')).toBe(true);
    expect(new Set(seen).size).toBeGreaterThan(1);
    expect([end, plain]).toEqual(['....', true]);
    const stays = cutOff({ ...moving(1, null), direction } as FaultPlan, of);
    expect(new Set(stays.seen).size).toBe(1);
  });

  test('of one in four costs blocks; of two it stops the chain', () => {
    const one = run([moving(1, MOVES)]);
    expect(one.metrics).toMatchObject(SAFE);
    expect(one.blocks).toBeGreaterThan(GAPPED[1]);
    expect(one.blocks).toBeLessThan(SLOTS);
    const two = run([moving(2, MOVES)]);
    expect(two.metrics).toMatchObject(SAFE);
    expect(two.blocks).toBeLessThanOrEqual(GAPPED[1]);
    expect(new Set(heightsAfter([moving(2, MOVES)])).size).toBe(1);
  });
});

describe('a clog', () => {
  test('holds what one sends and is sent, and releases it at its end', () => {
    const faults = [fault('clog', [1])];
    const { metrics, blocks } = run(faults);
    expect(metrics).toMatchObject(SAFE);
    expect(blocks).toBeGreaterThan(MOST);
    const { chain } = playUntil(shortPlan(N, { faults }), UNTIL - SECOND).run;
    expect((chain.height[0] as number) - (chain.height[1] as number)).toBeGreaterThan(10);
    expect(chain.messages.kind.length - chain.messages.freeCount).toBeGreaterThan(100); // in flight
    const after = playUntil(shortPlan(N, { faults }), UNTIL + 5 * SECOND).run.chain;
    expect(new Set(after.height).size).toBe(1);
    expect(after.messages.kind.length - after.messages.freeCount).toBeLessThan(20);
    expect(after.lost).toBe(0);
  });

  test('of two in four stops the chain until it ends', () => {
    const { metrics, blocks } = run([fault('clog', [1, 2])]);
    expect(metrics).toMatchObject(SAFE);
    expect(blocks).toBeGreaterThanOrEqual(GAPPED[0]);
    expect(blocks).toBeLessThanOrEqual(GAPPED[1]);
  });
});

test('loss costs blocks, more of them where the transport repairs nothing, and all where everything is lost', () => {
  const lossy = (loss: number, retransmit: number) => run([fault('loss', ALL, { loss })], { network: { retransmit } });
  const [repaired, datagrams, everything] = [lossy(0.3, SECOND / 5), lossy(0.3, 0), lossy(1, SECOND / 5)];
  for (const { metrics } of [repaired, datagrams, everything]) expect(metrics).toMatchObject(SAFE);
  expect(repaired.blocks).toBeLessThan(SLOTS);
  expect(datagrams.blocks).toBeLessThan(repaired.blocks);
  expect(datagrams.blocks).toBeGreaterThan(0);
  expect(everything.blocks).toBeLessThanOrEqual(GAPPED[1]);
  expect(everything.blocks).toBeGreaterThanOrEqual(GAPPED[0]);
});

test('messages that arrive twice make work and change no decision', () => {
  const twice = run([faultOf('duplicate', ALL, { share: 1 })]);
  expect(twice.metrics).toMatchObject({ ...SAFE, 'safety.evidence': 0, 'liveness.missedSlots': 0 });
  expect(twice.messageEvents).toBeGreaterThan(1.5 * undisturbed.messageEvents);
  // The first of two arrives earlier than the one of one.
  expect(twice.metrics['liveness.finality']).toBeLessThan(undisturbed.metrics['liveness.finality'] as number);
});

test('late messages cost time, and blocks where they come after the timeouts', () => {
  const late = (delay: number) => run([fault('delay', ALL, { share: 1, delay: constant(delay) })]);
  const [little, much] = [late(SECOND / 20), late(SECOND / 2)];
  expect(little.metrics).toMatchObject({ ...SAFE, 'liveness.missedSlots': 0 });
  expect(little.metrics['liveness.finality']).toBeGreaterThan(undisturbed.metrics['liveness.finality'] as number);
  expect(much.metrics).toMatchObject(SAFE);
  expect(much.blocks).toBeLessThan(MOST);
  expect(run([fault('delay', ALL, { share: 0.5, delay: constant(SECOND / 2) })]).metrics).toMatchObject(SAFE);
});

describe('overlays', () => {
  const MANY = 20;
  const DEGREE = 4;
  const few: ShortPlan = { slots: FEW };
  const overlay = (kind: OverlayKind, eager: number): TopologyPlan => {
    return { kind, degree: DEGREE, rewire: 0.2, eager, heartbeat: SECOND / 10 };
  };
  const kinds: OverlayKind[] = ['random-regular', 'small-world', 'scale-free', 'ring', 'erdos-renyi'];
  const mesh = runOnce(shortPlan(MANY, few));

  test.each(kinds)('%s: every height is finalized, later than in a mesh', (kind) => {
    const { metrics, blocks } = runOnce(shortPlan(MANY, { ...few, network: { topology: overlay(kind, MANY) } }));
    expect(metrics).toMatchObject(SAFE);
    expect(blocks).toBe(FEW);
    expect(metrics['liveness.finality']).toBeGreaterThan(mesh.metrics['liveness.finality'] as number);
  });

  test.each(kinds)('%s: what is announced and asked for reaches everybody, later and with fewer copies', (kind) => {
    const played = (eager: number) =>
      playUntil(shortPlan(MANY, { ...few, network: { topology: overlay(kind, eager) } }), 19 * SECOND).run.chain;
    const [pushed, pulled] = [played(MANY), played(1)];
    expect(pulled.tip).toBeGreaterThan(12);
    for (const height of pulled.height) expect(height).toBeGreaterThanOrEqual(pulled.tip);
    expect(pulled.violations).toBe(0);
    expect(pulled.duplicates).toBeLessThan(pushed.duplicates);
    for (const { messages } of [pushed, pulled]) {
      expect(messages.kind.length - messages.freeCount).toBeLessThan(4 * MANY); // nothing is held for ever
    }
  });

  test('whom only a pull reaches is reached: one neighbour is pushed to and the ring is long', () => {
    const topology: TopologyPlan = { kind: 'ring', degree: 2, rewire: 0, eager: 1, heartbeat: SECOND / 20 };
    const { metrics, blocks } = runOnce(shortPlan(7, { slots: 40, network: { topology } }));
    expect(metrics).toMatchObject(SAFE);
    expect(blocks).toBeGreaterThan(15);
  });
});

describe('large blocks', () => {
  const PART = 64 * 1024;
  const SLOW = 12_500_000; // bytes per second
  const few: ShortPlan = { slots: FEW };
  const finality = (n: number, more: ShortPlan) => {
    return runOnce(shortPlan(n, { ...few, ...more })).metrics['liveness.finality'] as number;
  };

  test('in parts give the same blocks at the same times, by more messages', () => {
    const whole = runOnce(shortPlan(7, { ...few, chain: { blockBytes: 1_000_000 } }), 'seed', false);
    const parts = runOnce(shortPlan(7, { ...few, chain: { blockBytes: 1_000_000, partBytes: PART } }), 'seed', false);
    expect(parts.metrics).toEqual(whole.metrics);
    expect(parts.messageEvents - whole.messageEvents).toBe(FEW * 6 * (16 - 1)); // 16 parts to 6 others
  });

  test('take as much longer as the link needs for them', () => {
    const sized = (blockBytes: number) =>
      finality(7, { chain: { blockBytes, partBytes: PART }, network: { bandwidth: SLOW } });
    const [small, middle, large] = [sized(100_000), sized(1_000_000), sized(4_000_000)] as const;
    expect(middle - small).toBeCloseTo(72_000, -2);
    expect(large - middle).toBeCloseTo(240_000, -2);
  });

  test('are complete although parts are lost and repeated, and are not where nothing repeats them', () => {
    const chain = { blockBytes: 1_000_000, partBytes: PART };
    const repaired = runOnce(shortPlan(7, { ...few, chain, network: { loss: 0.02 } }));
    expect(repaired.metrics).toMatchObject({ ...SAFE, 'liveness.missedSlots': 0 });
    const datagrams = runOnce(shortPlan(7, { ...few, chain, network: { loss: 0.1, retransmit: 0 } }));
    expect(datagrams.metrics).toMatchObject(SAFE);
    expect(datagrams.blocks).toBeLessThan(FEW / 2); // 0.9^16: few have them all
  });

  test('take a limited uplink longer, the longer the more receivers there are', () => {
    const extra = (n: number) => finality(n, { network: { uplink: SLOW } }) - finality(n, {});
    const [four, ten, twenty] = [extra(4), extra(10), extra(20)] as const;
    expect(four).toBeGreaterThan(15_000); // 200 kB at 12.5 MB/s: 16 ms for each receiver
    expect(ten).toBeGreaterThan(1.5 * four);
    expect(twenty).toBeGreaterThan(1.5 * ten);
    const parts = finality(10, { chain: { partBytes: PART }, network: { uplink: SLOW } }) - finality(10, {});
    expect(parts).toBeGreaterThan(ten); // all streams advance together, so nobody has it early
    expect(parts).toBeLessThan(160_000); // 16 ms for each of nine, and the votes
  });
});

describe('queues', () => {
  const TEN = 10;
  const few: ShortPlan = { slots: FEW };
  const SLOW = 20_000; // µs a message
  const queuesOf = (over: Partial<QueuesPlan>): QueuesPlan => {
    return {
      processing: 75,
      announcements: false,
      votes: 1000,
      blocks: 100,
      sync: 10,
      ratePerPeer: 0,
      replayWindow: 0,
      ...over,
    };
  };
  const queued = (over: Partial<QueuesPlan>, faults: readonly FaultPlan[] = []) => {
    const { metrics, blocks } = runOnce(shortPlan(TEN, { ...few, faults, network: { queues: queuesOf(over) } }));
    expect(metrics).toMatchObject(SAFE);
    return { blocks, finality: metrics['liveness.finality'] as number, refused: metrics['network.refused'] };
  };
  const free = runOnce(shortPlan(TEN, few)).metrics['liveness.finality'] as number;

  test('a fast server delays by little, a slow one by much', () => {
    const [fast, slow] = [queued({}), queued({ processing: SLOW })];
    expect([fast.refused, slow.refused]).toEqual([0, 0]);
    expect(fast.finality).toBeGreaterThan(free);
    expect(fast.finality).toBeLessThan(free + 5_000);
    expect(slow.finality).toBeGreaterThan(fast.finality + 100_000);
  });

  test('a server that nothing keeps busy changes nothing', () => {
    expect(queued({ processing: 0 })).toMatchObject({ finality: free, refused: 0 });
  });

  test('announcements of neighbours make every vote more work', () => {
    expect(queued({ processing: 2000, announcements: true }).finality).toBeGreaterThan(
      queued({ processing: 2000 }).finality + 50_000,
    );
  });

  test('what finds no room is counted, and the chain goes on', () => {
    const { refused, blocks } = queued({ processing: SLOW, votes: 5 });
    expect(refused).toBeGreaterThan(100);
    expect(blocks).toBe(FEW);
    const queues = queuesOf({ processing: SLOW, votes: 5 });
    const { messages } = playUntil(shortPlan(TEN, { ...few, network: { queues } }), (FEW - 1) * SECOND).run.chain;
    expect(messages.kind.length - messages.freeCount).toBeLessThan(4 * TEN); // what was refused is forgotten
  });

  test('a server that cannot keep up slows the chain down', () => {
    const { blocks } = queued({ processing: 100_000 });
    expect(blocks).toBeLessThan(FEW);
  });

  test('what a peer sends beyond its share is counted, and what was there before is', () => {
    expect(queued({ ratePerPeer: 2 }).refused).toBeGreaterThan(0);
    const doubled = [faultOf('duplicate', [1], { share: 1 })];
    expect(queued({ replayWindow: 1024 }, doubled).refused).toBeGreaterThan(500);
    expect(queued({ replayWindow: 1024 }).refused).toBe(0);
  });
});

test('messages to those that a peer does not know at their height wait, and nothing else changes', () => {
  const { metrics, blocks } = run([], { network: { gossip: 'peer-state' } });
  expect(metrics).toMatchObject(SAFE);
  expect(blocks).toBe(SLOTS);
  expect(metrics['liveness.finality']).toBeGreaterThan(undisturbed.metrics['liveness.finality'] as number);
});

test('with a wait after each commit heights do not follow the slots', () => {
  const { metrics, blocks } = run([], { chain: { commitWait: SECOND / 5 } });
  expect(metrics).toMatchObject(SAFE);
  expect(blocks).toBeGreaterThan(1.5 * SLOTS);
  expect(metrics['liveness.longestStall']).toBeLessThan(MINUTE);
});
