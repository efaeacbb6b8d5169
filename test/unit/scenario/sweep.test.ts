import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { describeProblem, UserError } from '#base/error';
import { loadScenario } from '#scenario/load';
import { type LoadedSweep, loadSweep, type SweepOptions } from '#scenario/sweep';
import { linesOf, minimal } from './scenario-text.js';

function write(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'rollout-sim-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'test.yaml');
  writeFileSync(file, text);
  return file;
}

function settings({ points }: LoadedSweep): string[] {
  return points.map(({ set }) => set.join(' '));
}

function sweepOf(more: string, options: SweepOptions = {}): string[] {
  return settings(loadSweep(write(minimal(more)), options));
}

/** All problems, a line each. */
function problemsOf(more: string, options: SweepOptions = {}): string[] {
  try {
    loadSweep(write(minimal(more)), options);
    return [];
  } catch (cause) {
    if (cause instanceof UserError) return cause.problems.map(describeProblem);
    throw cause;
  }
}

describe('the points of a sweep', () => {
  const all = 'sweep:\n  grid: { network.loss: 0%..1% step 1%, "chain.blockTime": [4s, 5s] }\n';

  test('of a grid are all combinations, the last axis fastest', () => {
    expect(sweepOf(all)).toEqual([
      'network.loss=0% chain.blockTime=4s',
      'network.loss=0% chain.blockTime=5s',
      'network.loss=1% chain.blockTime=4s',
      'network.loss=1% chain.blockTime=5s',
    ]);
  });

  test('of a zip move in step, and those of a list are as written', () => {
    const text = `sweep:
  zip: { network.loss: [1%, 2%], chain.blockTime: [4s, 5s] }
  list:
    - { channels.mainnet.validators: 7 }
    - { channels.mainnet.dwell: 1h, channels.mainnet.validators: 4 }
`;
    expect(sweepOf(text)).toEqual([
      'network.loss=1% chain.blockTime=4s channels.mainnet.validators=7',
      'network.loss=1% chain.blockTime=4s channels.mainnet.validators=4 channels.mainnet.dwell=1h',
      'network.loss=2% chain.blockTime=5s channels.mainnet.validators=7',
      'network.loss=2% chain.blockTime=5s channels.mainnet.validators=4 channels.mainnet.dwell=1h',
    ]);
  });

  test('pass every filter, of the file and of the command line', () => {
    const filtered = `${all}  filter: ["loss > 0%"]\n`;
    expect(sweepOf(filtered, { filter: ['blockTime < 5s'] })).toEqual(['network.loss=1% chain.blockTime=4s']);
  });

  test('of the command line take the place of those of the file', () => {
    expect(sweepOf(all, { list: ['network.loss=3%', 'network.loss=4%; chain.blockTime=6s'] })).toEqual([
      'network.loss=3%',
      'network.loss=4% chain.blockTime=6s',
    ]);
  });

  test('may be maps and quoted texts', () => {
    const more =
      'network: { delay: 10ms }\nsweep: { grid: { network.delay: [20ms, { lognormal: { median: 40ms, p99: 400ms } }] } }';
    const [, second] = loadSweep(write(minimal(more))).points;
    expect(second?.set).toEqual(['network.delay={"lognormal":{"median":"40ms","p99":"400ms"}}']);
    expect(second?.loaded.plan.network.delays[0]).toMatchObject({ kind: 'lognormal' });
  });

  test('are what --set gives, seed and other settings included', () => {
    const file = write(minimal(all));
    const shared = { seed: '9', replications: 3, fidelity: 'message', set: ['channels.mainnet.dwell=2h'] } as const;
    for (const point of loadSweep(file, shared).points) {
      expect(point.set[0]).toBe('channels.mainnet.dwell=2h');
      const { sweep: _, ...alone } = loadScenario(file, { ...shared, set: point.set });
      expect(point.loaded).toMatchObject(alone);
    }
  });
});

describe('what is wrong with a sweep', () => {
  test('in a file is said with its place', () => {
    const lines = linesOf(
      minimal(`sweep:
  grid: { network.loss: 1%.., seed: 1..3 }
  zip: { chain.blockTime: [4s, 5s], channels.mainnet.dwell: [1h] }
  filter: ["los > 3%"]
  metrics: [liveness.finalty]
  sensitivity: morris
  extra: 1
`),
    );
    for (const hint of [
      'test.yaml:6:25 sweep.grid.network.loss: "1%.." is not a range',
      'all points share "seed"',
      '1 values move in step with 2 of chain.blockTime',
      'Did you mean "loss"',
      '"liveness.finalty" is not a metric. Did you mean',
      'axes have no place beside it',
      '"extra" is not a key here',
    ]) {
      expect(lines.join('\n')).toContain(hint);
    }
  });

  test('at any point is said before anything runs, all of it, each thing once', () => {
    const lines = problemsOf('', { grid: ['network.los=1%', 'chain.blockTime=4s,5,nonsense'] });
    expect(lines).toHaveLength(3);
    expect(lines.join('\n')).toMatch(/--set network\.los=1% network\.los: "los" is not a key here/);
    expect(lines.join('\n')).toMatch(/--set chain\.blockTime=5 chain\.blockTime: 5 is not a duration/);
  });

  test.each<[options: SweepOptions, hint: string]>([
    [{}, 'there is nothing to sweep over'],
    [{ grid: ['network.loss=1%..5%..'] }, '--grid network.loss: "1%..5%.." is not a range'],
    [{ grid: ['network.loss=1%,1%'] }, 'the value 1% is there twice'],
    [{ grid: ['network.loss=1%,'] }, 'a value is missing'],
    [{ grid: ['network.loss=1%'], zip: ['network.loss=2%'] }, '"network.loss" is on two axes'],
    [{ grid: ['network.loss=0.0..1.0 linear 9999', 'chain.blockTime=1..99s'] }, 'the axes span'],
    [{ grid: ['network.loss=1%'], filter: ['loss > 2%'] }, 'no point of the sweep passes the filter'],
    [{ grid: ['network.loss=1%'], sensitivity: 'morris', input: ['network.loss=0..1'] }, 'draws its own points'],
    [{ sensitivity: 'sobol' }, 'there are no inputs to analyse'],
    [{ sensitivity: 'sobol', input: ['network.loss=5%..1%'] }, '5% is not below 1%'],
    [{ sensitivity: 'sobol', input: ['network.loss=0%..1% log'] }, '0% has no logarithm'],
    [{ sensitivity: 'sobol', input: ['network.loss'] }, '"network.loss" is not an input'],
    [{ sensitivity: 'sobol', input: ['network.loss=0%..5%'], samples: 4000 }, 'the analysis takes 12000 points'],
    [{ grid: ['network.loss=1%'], metric: ['nonsense'] }, '"nonsense" is not a metric'],
  ])('%j', (options, hint) => {
    expect(problemsOf('', options).join('\n')).toContain(hint);
  });
});

describe('the points of a sensitivity analysis', () => {
  const inputs = {
    input: ['network.loss=0%..6%', 'channels.mainnet.validators=4..10 step 1', 'chain.blockTime=1s..100s log'],
  };

  test('stay within the ends, in steps where a step is given', () => {
    for (const sensitivity of ['morris', 'sobol'] as const) {
      const { points, sensitivity: design } = loadSweep(write(minimal()), { ...inputs, sensitivity, samples: 4 });
      expect(design?.samples).toBe(4);
      expect(points.length).toBeGreaterThan(8);
      for (const { values } of points) {
        const [loss = '', validators = '', blockTime = ''] = [...values.values()];
        expect(loss).toMatch(/^[0-6](?:\.\d+)?%$/);
        expect(validators).toMatch(/^(?:[4-9]|10)$/);
        expect(Number.parseFloat(blockTime)).toBeGreaterThanOrEqual(1);
        expect(Number.parseFloat(blockTime)).toBeLessThanOrEqual(100);
      }
    }
  });

  test('are a function of the seed, and a point that comes twice is run once', () => {
    const file = write(minimal());
    const at = (seed: string) => settings(loadSweep(file, { ...inputs, sensitivity: 'morris', samples: 3, seed }));
    expect(at('1')).toEqual(at('1'));
    expect(at('1')).not.toEqual(at('2'));
    expect(new Set(at('1')).size).toBe(at('1').length);
  });
});
