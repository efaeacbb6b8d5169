import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { measureOf } from '#scenario/measure';
import { isRange, readRange } from '#scenario/value-range';

function valuesOf(text: string): readonly string[] | string {
  const reading = readRange(text);
  return 'values' in reading ? reading.values : reading.mistake.what;
}

describe('a range', () => {
  test.each<[text: string, values: string[]]>([
    ['1..4', ['1', '2', '3', '4']],
    ['4..1', ['4', '3', '2', '1']],
    ['0.1..0.5 step 0.1', ['0.1', '0.2', '0.3', '0.4', '0.5']],
    ['0%..4% step 2%', ['0%', '2%', '4%']],
    ['0..4% step 2', ['0%', '2%', '4%']],
    ['1..3h', ['1h', '2h', '3h']],
    ['100ms..1s step 450ms', ['100ms', '550ms', '1000ms']],
    ['5..7 epochs', ['5 epochs', '6 epochs', '7 epochs']],
    ['1KiB..3KiB', ['1KiB', '2KiB', '3KiB']],
    ['1/h..3/h', ['1/h', '2/h', '3/h']],
    ['0.0..1.0 linear 3', ['0.0', '0.5', '1.0']],
    ['4..100 log 3', ['4', '20', '100']],
    ['1ms..1s log 4', ['1ms', '10ms', '100ms', '1000ms']],
    ['-2..2 step 2', ['-2', '0', '2']],
  ])('%s', (text, values) => {
    expect(isRange(text)).toBe(true);
    expect(valuesOf(text)).toEqual(values);
  });

  test.each<[text: string, hint: string]>([
    ['1..', 'is not a range'],
    ['1%..4s', 'mixes units'],
    ['1/h..3/m', 'mixes units'],
    ['0.1..0.5', 'has no step'],
    ['1..4 step 0', 'leads nowhere'],
    ['1..4 linear 1', 'asks for 1 values'],
    ['0..4 log 3', 'has no logarithm'],
    ['1..100000', 'holds 100000 values'],
  ])('%s is refused', (text, hint) => {
    expect(valuesOf(text)).toContain(hint);
  });

  test('words and addresses are none', () => {
    for (const text of ['smallWorld', '1', '../base.yaml', 'a..b']) expect(isRange(text)).toBe(false);
  });

  test('in steps holds its start and goes on evenly, exact to the last decimal', () => {
    const cents = fc.integer({ min: 0, max: 10_000 });
    fc.assert(
      fc.property(cents, fc.integer({ min: 1, max: 500 }), fc.integer({ min: 0, max: 40 }), (from, step, steps) => {
        const write = (value: number): string => (value / 100).toFixed(2);
        const values = valuesOf(`${write(from)}..${write(from + step * steps)} step ${write(step)}`) as string[];
        expect(values).toHaveLength(steps + 1);
        for (const [i, value] of values.entries()) expect(Math.round(Number(value) * 100)).toBe(from + i * step);
        for (const value of values) expect(value).toMatch(/^\d+(?:\.\d{1,2})?$/);
      }),
    );
  });
});

test('a measure knows its dimension', () => {
  expect(measureOf('2%')).toEqual({ value: 0.02, dimension: 'share' });
  expect(measureOf('90m')).toEqual({ value: 5.4e9, dimension: 'duration' });
  expect(measureOf('2KiB')).toEqual({ value: 2048, dimension: 'size' });
  expect(measureOf('3/h')?.value).toBeCloseTo(3 / 3600, 9);
  expect(measureOf('10 epochs')).toEqual({ value: 10, dimension: 'epochs' });
  expect(measureOf('smallWorld')).toBeUndefined();
});
