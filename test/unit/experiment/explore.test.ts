import { describe, expect, test, vi } from 'vitest';
import { exploreMix, foldMixes, isBroken, type MixReport, planOfMix } from '#experiment/explore';
import { drawMix, MIX_KINDS, type MixBounds } from '#experiment/mix';
import type * as LogModule from '#model/consensus/log';
import type * as ShellModule from '#model/handlers/shell';

const SEED = 'mixes';
const LOADED = 200;
const REHEARSED = 60;
const BEYOND = 40;
const PLANTED = 25; // mixes that are to find a planted fault
const within: MixBounds = { seed: SEED, validators: [4, 7], beyond: 0, base: null };
const beyond: MixBounds = { ...within, beyond: 1 };

/** Faults planted into the core; none unless a test plants one. */
const planted = vi.hoisted(() => ({ mute: false, forgetful: false }));

vi.mock('#model/handlers/shell', async (original) => {
  const real = await original<typeof ShellModule>();
  const rebroadcast: typeof real.rebroadcast = (...given) => {
    if (!planted.mute) real.rebroadcast(...given);
  };
  return { ...real, rebroadcast };
});
vi.mock('#model/consensus/log', async (original) => {
  const real = await original<typeof LogModule>();
  const tearLog: typeof real.tearLog = (log) => {
    if (planted.forgetful) real.truncateLog(log);
    else real.tearLog(log);
  };
  return { ...real, tearLog };
});

function explore(bounds: MixBounds, mixes: number): MixReport[] {
  return Array.from({ length: mixes }, (_, number) => exploreMix(bounds, number));
}

/** Runs with one fault planted. */
function plant<T>(which: keyof typeof planted, run: () => T): T {
  planted[which] = true;
  try {
    return run();
  } finally {
    planted[which] = false;
  }
}

describe('a mix', () => {
  test('is a pure function of bounds and number', () => {
    const drawn = (bounds: MixBounds, from: number[]) => from.map((number) => JSON.stringify(drawMix(bounds, number)));
    const numbers = Array.from({ length: 50 }, (_, i) => i);
    const forwards = drawn(within, numbers);
    expect(drawn({ ...within }, numbers.toReversed()).toReversed()).toEqual(forwards);
    expect(new Set(forwards).size).toBe(numbers.length);
    expect(drawn({ ...within, seed: 'others' }, numbers)).not.toEqual(forwards);
  });

  test.each([
    ['within what is promised', within],
    ['beyond it', beyond],
  ])('loads as a scenario, whatever is drawn: %s', (_, bounds) => {
    for (let number = 0; number < LOADED; number += 1) {
      const mix = drawMix(bounds, number);
      const plan = planOfMix(mix);
      const [channel] = plan.channels;
      expect(plan.faults.map(({ name }) => name)).toEqual(mix.faults.map(({ name }) => name));
      expect(channel?.chainValidators).toBeGreaterThanOrEqual(4);
      expect(channel?.chainValidators).toBeLessThanOrEqual(7);
      expect(plan.phases).not.toBeNull();
    }
  });

  test('leaves out most kinds, and all kinds come up', () => {
    const mixes = Array.from({ length: LOADED }, (_, number) => drawMix(within, number));
    const kinds = mixes.map(({ faults }) => faults.map(({ name }) => name.replace(/-\d+$/, '')));
    for (const of of kinds) expect(of.length).toBeLessThanOrEqual(5);
    expect(new Set(kinds.flat())).toEqual(new Set(MIX_KINDS.map((kind) => kind.replaceAll(/[ /]/g, '-'))));
  });

  test.each([
    ['fewer than a third', within, 0],
    ['one more', beyond, 1],
  ])('has at most so many Byzantine validators: %s', (_, bounds, more) => {
    for (let number = 0; number < LOADED; number += 1) {
      const plan = planOfMix(drawMix(bounds, number));
      const n = plan.channels[0]?.chainValidators as number;
      const faulty = new Set<number>();
      for (const fault of plan.faults) {
        if (fault.kind === 'byzantine' && fault.target.kind === 'validators')
          for (const node of fault.target.validators) faulty.add(node);
      }
      expect(faulty.size).toBeLessThanOrEqual(Math.floor((n - 1) / 3) + more);
    }
  });
});

describe('exploring', () => {
  test('breaks nothing as long as fewer than a third are Byzantine', () => {
    const { broken, mixes, forked, stuck, blocks, caught, pairs } = foldMixes(within, explore(within, REHEARSED));
    expect(broken).toEqual([]);
    expect([mixes, forked, stuck]).toEqual([REHEARSED, 0, 0]);
    expect(blocks).toBeGreaterThan(100 * REHEARSED);
    expect(caught).toBeGreaterThan(0);
    expect(pairs.seen).toBeGreaterThan(pairs.of / 2);
  });

  test('finds forks where one more is', () => {
    const { forked, broken, caught } = foldMixes(beyond, explore(beyond, BEYOND));
    expect(forked).toBeGreaterThan(BEYOND / 4);
    expect(caught).toBeGreaterThan(BEYOND / 2);
    expect(broken).toEqual([]); // a fork is what is to be expected there
  });

  test('tells of a mix what its rehearsal shows, every time the same', () => {
    const report = exploreMix(within, 3);
    expect(exploreMix(within, 3)).toEqual(report);
    expect(report).toMatchObject({ number: 3, forks: 0, violations: 0, stuck: false, failure: null });
    expect(report.kinds.every((kind) => MIX_KINDS.includes(kind))).toBe(true);
  });

  test('finds out that votes are not repeated: some chain is stuck', () => {
    const { broken } = foldMixes(
      within,
      plant('mute', () => explore(within, PLANTED)),
    );
    expect(broken.length).toBeGreaterThan(0);
    for (const { stuck, forks } of broken) expect([stuck, forks]).toEqual([true, 0]);
  });

  test('finds out that a crash loses what was flushed: somebody votes twice', () => {
    const { broken } = foldMixes(
      within,
      plant('forgetful', () => explore(within, PLANTED)),
    );
    expect(broken.length).toBeGreaterThan(0);
    for (const { violations, kinds } of broken) {
      expect(violations).toBeGreaterThan(0);
      expect(kinds).toContain('crash');
    }
  });
});

describe('what many mixes show together', () => {
  const report = (number: number, over: Partial<MixReport> = {}): MixReport => ({
    number,
    validators: 4,
    kinds: ['crash'],
    blocks: 10,
    events: 100,
    forks: 0,
    violations: 0,
    stuck: false,
    caught: 0,
    failure: null,
    ...over,
  });
  const two = ['clog', 'crash'];
  const reports = [
    report(0),
    report(1, { stuck: true, kinds: two }),
    report(2, { stuck: true }),
    report(3, { forks: 1, violations: 1, kinds: two }),
    report(4, { failure: 'broke' }),
    report(5, { forks: 2, violations: 2, caught: 1 }),
    report(6, { stuck: true }),
    report(7, { violations: 1, caught: 3 }),
  ];

  test('has the worst first: broken simulators, then forks, then the rest; simple mixes before others', () => {
    expect(foldMixes(within, reports).broken.map(({ number }) => number)).toEqual([4, 5, 3, 2, 6, 7, 1]);
  });

  test('counts mixes, blocks, kinds and pairs of them', () => {
    const { kinds, pairs, ...rest } = foldMixes(within, reports);
    expect(rest).toMatchObject({ mixes: 8, forked: 2, stuck: 3, caught: 2, blocks: 80, events: 800, bounds: within });
    expect(kinds.map(({ kind }) => kind)).toEqual(MIX_KINDS);
    expect(kinds.find(({ kind }) => kind === 'clog')).toEqual({ kind: 'clog', mixes: 2 });
    expect(kinds.find(({ kind }) => kind === 'crash')).toEqual({ kind: 'crash', mixes: 8 });
    expect(pairs).toEqual({ seen: 1, of: (MIX_KINDS.length * (MIX_KINDS.length - 1)) / 2 });
  });

  test('beyond the promise only a simulator that breaks is a finding', () => {
    expect(reports.filter((one) => isBroken(one, 1)).map(({ number }) => number)).toEqual([4]);
    expect(foldMixes(beyond, reports).broken.map(({ number }) => number)).toEqual([4]);
  });
});
