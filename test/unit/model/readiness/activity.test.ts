import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Activity, type Luck, type Preparation, prepare, type WorkRun } from '#model/readiness/activity';
import { criticalPath, slackOf } from '#model/readiness/critical';

const NEVER = Number.POSITIVE_INFINITY;

/** Certain luck: times by item, and what is said otherwise. */
function certain(times: readonly number[], over: Partial<Luck> = {}): Luck {
  return {
    isMissing: () => false,
    work: (item) => times[item] as number,
    isAccepted: () => true,
    change: () => NEVER,
    ...over,
  };
}

const item = (owner: string, ...after: number[]): Activity => ({ owner, after });
const all = (items: readonly Activity[]): boolean[] => items.map(() => true);
/** Two items side by side, then one that needs both. */
const MEETING: readonly Activity[] = [item('a'), item('b'), item('c', 0, 1)];

test('an item begins when the last of those it follows is delivered', () => {
  const preparation = prepare(MEETING, certain([3, 5, 2]), 100);
  expect(preparation.delivered).toEqual([3, 5, 7]);
  expect(criticalPath(MEETING, preparation, all(MEETING))).toEqual([false, true, true]);
  expect(slackOf(MEETING, preparation, all(MEETING))).toEqual([2, 0, 0]);
});

test('an owner works on one item at a time, first come first served, and is on the critical path', () => {
  // 0 and 2 are ready at once; 1 is ready at 4, before 3 at 5: the owner of both takes 1 first
  const items = [item('a'), item('x', 0), item('b'), item('x', 2)];
  const preparation = prepare(items, certain([4, 3, 5, 2]), 100);
  expect(preparation.delivered).toEqual([4, 7, 5, 9]);
  expect(criticalPath(items, preparation, all(items))).toEqual([true, true, false, true]);
  expect(slackOf(items, preparation, all(items))).toEqual([0, 0, 2, 0]);
});

test('of items that become ready together an owner takes the first of the list', () => {
  const items = [item('x'), item('x'), item('x')];
  expect(prepare(items, certain([2, 3, 4]), 100).delivered).toEqual([2, 5, 9]);
});

test('what is not accepted is done again at once by the same owner', () => {
  const items = [item('x'), item('x')];
  const luck = certain([2, 1], {
    work: (which, attempt) => (which === 0 && attempt > 0 ? 5 : [2, 1][which]) as number,
    isAccepted: (which, attempt) => which === 1 || attempt === 2,
  });
  const preparation = prepare(items, luck, 100);
  expect(preparation.delivered).toEqual([12, 13]); // 2 + 5 + 5, then 1
  expect(preparation.rework).toEqual([2, 0]);
});

test('what is missing is never begun, nor what follows it, and the end waits for it', () => {
  const items = [item('a'), item('b', 0), item('c', 1), item('d')];
  const preparation = prepare(items, certain([1, 1, 1, 50], { isMissing: (which) => which === 1 }), 100);
  expect(preparation.delivered).toEqual([1, null, null, 50]);
  expect(preparation.isMissing).toEqual([false, true, false, false]);
  expect(criticalPath(items, preparation, all(items))).toEqual([true, true, false, false]);
  expect(slackOf(items, preparation, all(items))).toEqual([null, null, null, null]);
  // where nobody requires it, it changes nothing
  expect(criticalPath(items, preparation, [false, false, false, true])).toEqual([false, false, false, true]);
});

test('a change breaks a freeze: it and what follows it is done again, work under way broken off', () => {
  // freeze 0–2, follower 2–6 broken off at 5; freeze again 5–7, follower 7–11; the other owner goes on
  const items = [item('f'), item('g', 0), item('h')];
  const change = (which: number, time: number) => (which === 0 && time === 0 ? 3 : NEVER);
  const preparation = prepare(items, certain([2, 4, 9], { change }), 100);
  expect(preparation.delivered).toEqual([7, 11, 9]);
  expect(preparation.rework).toEqual([1, 1, 0]);
  expect(preparation.runs.map(({ item: which, start, end, isWhole }) => [which, start, end, isWhole])).toEqual([
    [0, 0, 2, true],
    [2, 0, 9, true],
    [1, 2, 5, false],
    [0, 5, 7, true],
    [1, 7, 11, true],
  ]);
  expect(criticalPath(items, preparation, all(items))).toEqual([true, true, false]);
});

test('a change after everything is prepared breaks nothing', () => {
  const items = [item('f'), item('g', 0)];
  expect(prepare(items, certain([2, 4], { change: () => 5 }), 100).delivered).toEqual([2, 6]);
});

test('what is not done by the limit is not delivered', () => {
  const preparation = prepare(MEETING, certain([3, 5, 2]), 6);
  expect(preparation.delivered).toEqual([3, 5, null]);
  expect(criticalPath(MEETING, preparation, all(MEETING))).toEqual([false, true, true]);
});

test('an item that follows itself is refused', () => {
  expect(() => prepare([item('a', 1), item('b', 0)], certain([1, 1]), 10)).toThrow('does not follow itself');
});

/** Networks whose items follow earlier ones only. */
const network = fc
  .array(fc.record({ time: fc.nat(20), after: fc.array(fc.nat(11), { maxLength: 3 }), owner: fc.nat(3) }), {
    minLength: 1,
    maxLength: 12,
  })
  .map((drawn) => {
    const after = drawn.map((one, i) => [...new Set(one.after.filter((before) => before < i))]);
    return { times: drawn.map(({ time }) => time), after, owners: drawn.map(({ owner }) => owner) };
  });

test('without shared owners and chance, delivery is the longest path and slack is the classic one', () => {
  fc.assert(
    fc.property(network, ({ times, after }) => {
      const items = after.map((before, i) => item(`owner ${i}`, ...before));
      const preparation = prepare(items, certain(times), 10_000);
      const early = times.map(() => 0);
      times.forEach((time, i) => {
        early[i] = time + Math.max(0, ...(after[i] as number[]).map((before) => early[before] as number));
      });
      const end = Math.max(...early);
      const late = times.map(() => end);
      for (let i = times.length - 1; i >= 0; i -= 1) {
        for (const before of after[i] as number[]) {
          late[before] = Math.min(late[before] as number, (late[i] as number) - (times[i] as number));
        }
      }
      expect(preparation.delivered).toEqual(early);
      expect(slackOf(items, preparation, all(items))).toEqual(late.map((time, i) => time - (early[i] as number)));
      criticalPath(items, preparation, all(items)).forEach((isOn, i) => {
        if (isOn) expect(late[i]).toBe(early[i]);
      });
    }),
  );
});

test('whoever owns what: no owner does two things at once, nobody idles before ready work, the critical path fills the time', () => {
  fc.assert(
    fc.property(network, ({ times, after, owners }) => {
      const items = after.map((before, i) => item(`owner ${owners[i]}`, ...before));
      const preparation = prepare(items, certain(times), 10_000);
      const { runs, delivered } = preparation;
      for (const run of runs) {
        const others = runs.filter((other) => other !== run && ownerOf(items, other) === ownerOf(items, run));
        for (const other of others)
          expect(Math.max(run.start, other.start)).toBeGreaterThanOrEqual(Math.min(run.end, other.end));
        const begun = run.cause < 0 ? 0 : (runs[run.cause] as WorkRun).end;
        expect(run.start).toBe(begun);
      }
      const path = criticalPath(items, preparation, all(items));
      expect(timeOn(path, preparation)).toBe(Math.max(...delivered.map((time) => time as number)));
      slackOf(items, preparation, all(items)).forEach((slack, i) => {
        expect(slack).toBeGreaterThanOrEqual(0);
        if (path[i] === true) expect(slack).toBe(0);
      });
    }),
  );
});

function ownerOf(items: readonly Activity[], run: WorkRun): string {
  return (items[run.item] as Activity).owner;
}

function timeOn(path: readonly boolean[], { runs }: Preparation): number {
  return runs.reduce((sum, run) => (path[run.item] === true ? sum + run.end - run.start : sum), 0);
}
