import { describe, expect, test } from 'vitest';
import {
  advance,
  cancel,
  createSimulation,
  type Handler,
  restore,
  type Simulation,
  schedule,
  snapshot,
  stop,
} from '#kernel/simulation';

/** A handler that writes down what happens, and when. */
function recorder(simulation: Simulation): { log: string[]; handler: Handler } {
  const log: string[] = [];
  return { log, handler: (kind, target, data) => log.push(`${simulation.now}:${kind}/${target}/${data}`) };
}

describe('advance', () => {
  test('handles what is due up to and including its end, then sets the clock there', () => {
    const simulation = createSimulation();
    for (const time of [30, 10, 20, 21]) schedule(simulation, time, 0, 1, 2, time);
    const { log, handler } = recorder(simulation);
    expect(advance(simulation, 20, handler)).toBe(2);
    expect(log).toEqual(['10:1/2/10', '20:1/2/20']);
    expect(simulation.now).toBe(20);
    expect(advance(simulation, 25, handler)).toBe(1);
    expect(simulation.now).toBe(25);
  });

  test('a handler sees the clock at its event and may schedule at once', () => {
    const simulation = createSimulation();
    schedule(simulation, 5, 0, 0, 0, 3);
    const times: number[] = [];
    advance(simulation, 100, (_, __, data) => {
      times.push(simulation.now);
      if (data > 0) schedule(simulation, simulation.now + (data % 2) * 10, 0, 0, 0, data - 1);
    });
    expect(times).toEqual([5, 15, 15, 25]);
  });

  test('a stop ends it after the event at hand, with the clock there; the next one goes on', () => {
    const simulation = createSimulation();
    for (const time of [1, 2, 3]) schedule(simulation, time, 0, 0, 0, time);
    const seen: number[] = [];
    const handler: Handler = (_, __, data) => {
      seen.push(data);
      if (data === 2) stop(simulation);
    };
    expect(advance(simulation, 10, handler)).toBe(2);
    expect([simulation.now, simulation.stopped]).toEqual([2, true]);
    expect(advance(simulation, 10, handler)).toBe(1);
    expect(seen).toEqual([1, 2, 3]);
    expect(simulation.now).toBe(10);
  });

  test('without an end it runs dry and leaves the clock at the last event', () => {
    const simulation = createSimulation();
    schedule(simulation, 7_000_000_000, 0, 0, 0, 0);
    expect(advance(simulation, Number.POSITIVE_INFINITY, () => undefined)).toBe(1);
    expect(simulation.now).toBe(7_000_000_000);
  });

  test('between two advances one may schedule before what was seen coming', () => {
    const simulation = createSimulation();
    schedule(simulation, 1_000_000_000, 0, 0, 0, 2);
    const { log, handler } = recorder(simulation);
    advance(simulation, 50, handler);
    schedule(simulation, 60, 0, 0, 0, 1);
    advance(simulation, 2_000_000_000, handler);
    expect(log).toEqual(['60:0/0/1', '1000000000:0/0/2']);
  });

  test('the clock does not run back, and nothing is scheduled in the past', () => {
    const simulation = createSimulation();
    advance(simulation, 100, () => undefined);
    expect(() => advance(simulation, 99, () => undefined)).toThrow(/clock at 100 µs does not run back to 99 µs/);
    expect(() => schedule(simulation, 99, 0, 0, 0, 0)).toThrow(/scheduled now or later/);
  });
});

test('a cancelled event does not happen', () => {
  const simulation = createSimulation();
  const handle = schedule(simulation, 5, 0, 0, 0, 1);
  schedule(simulation, 6, 0, 0, 0, 2);
  expect([cancel(simulation, handle), cancel(simulation, handle)]).toEqual([true, false]);
  const { log, handler } = recorder(simulation);
  advance(simulation, 10, handler);
  expect(log).toEqual(['6:0/0/2']);
});

test('a snapshot restored twice gives the same continuation twice, and the original moves neither', () => {
  const branch = (simulation: Simulation): Handler => {
    return (kind, target, data) => {
      schedule(simulation, simulation.now + ((data * 31 + target) % 997), kind, kind, target, (data * 17 + 3) % 10_007);
      if (data % 5 === 0) cancel(simulation, schedule(simulation, simulation.now + 10, 0, 0, 0, 0));
    };
  };
  const simulation = createSimulation();
  for (let i = 0; i < 200; i += 1) schedule(simulation, i, 0, i % 3, i, i);
  advance(simulation, 3000, branch(simulation));
  const taken = snapshot(simulation);
  const logs = [() => restore(taken), () => simulation, () => restore(taken)].map((take) => {
    const copy = take();
    const { log, handler } = recorder(copy);
    const play = branch(copy);
    advance(copy, 6000, (kind, target, data) => {
      handler(kind, target, data);
      play(kind, target, data);
    });
    return log;
  });
  expect(logs[0]?.length).toBeGreaterThan(500);
  expect(logs[1]).toEqual(logs[0]);
  expect(logs[2]).toEqual(logs[0]);
});
