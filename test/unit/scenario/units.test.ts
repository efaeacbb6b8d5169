import { describe, expect, test } from 'vitest';
import { HOUR, MINUTE, SECOND } from '#base/time';
import { formatQuantity, parseQuantity } from '#scenario/quantity';
import {
  BANDWIDTH_PATTERN,
  DURATION_PATTERN,
  formatExactDuration,
  PERCENT_PATTERN,
  parseBandwidth,
  parseDuration,
  parseEpochs,
  parsePercent,
  parseRate,
  parseSize,
  RATE_PATTERN,
  SIZE_PATTERN,
} from '#scenario/units';

describe('durations', () => {
  test('are read in every unit, with decimals and in parts', () => {
    const texts = ['7us', '7µs', '250ms', '5s', '30m', '48h', '3d', '1.5h', '2d 3h', '1h30m', '0s'];
    expect(texts.filter((text) => !DURATION_PATTERN.test(text))).toEqual([]);
    expect(texts.map(parseDuration)).toEqual([
      7,
      7,
      250_000,
      5 * SECOND,
      30 * MINUTE,
      48 * HOUR,
      72 * HOUR,
      90 * MINUTE,
      51 * HOUR,
      90 * MINUTE,
      0,
    ]);
  });

  test.each(['24 hours', '24', '', 'h', '-5s', '5 s', '5S', '1e3s', '10 epochs', '5s ', '1h  30m', '.5s'])(
    '%j is none',
    (text) => expect(DURATION_PATTERN.test(text)).toBe(false),
  );

  test('a text of thousands of digits is read in linear time', () => {
    const text = '9'.repeat(200_000);
    const start = performance.now();
    expect(DURATION_PATTERN.test(`${text}!`)).toBe(false);
    expect(performance.now() - start).toBeLessThan(1_000);
  });

  test('are written in the largest unit that is exact', () => {
    const times = [0, 7, 1_500, 250_000, 90 * MINUTE, 48 * HOUR, 25 * HOUR];
    expect(times.map(formatExactDuration)).toEqual(['0s', '7µs', '1500µs', '250ms', '90m', '2d', '25h']);
  });
});

test('sizes, rates, bandwidths, epochs and shares are read in their units', () => {
  const sizes = ['300B', '64KiB', '2MiB', '200kB', '1.5GiB'];
  expect(sizes.every((text) => SIZE_PATTERN.test(text))).toBe(true);
  expect(sizes.map(parseSize)).toEqual([300, 65_536, 2_097_152, 200_000, 1_610_612_736]);
  const rates = ['3/h', '1/d', '0.5/m'];
  expect(rates.every((text) => RATE_PATTERN.test(text))).toBe(true);
  expect(rates.map(parseRate)).toEqual([20 * MINUTE, 24 * HOUR, 2 * MINUTE]);
  const bandwidths = ['1Gbit/s', '100Mbit/s', '100MiB/s', '8bit/s'];
  expect(bandwidths.every((text) => BANDWIDTH_PATTERN.test(text))).toBe(true);
  expect(bandwidths.map(parseBandwidth)).toEqual([125e6, 12.5e6, 104_857_600, 1]);
  expect(parseEpochs('10 epochs')).toBe(10);
  expect(['64', '64kib', '64 KiB', '1TB'].filter((text) => SIZE_PATTERN.test(text))).toEqual([]);
  expect(['3', '3/w', '/h', '3 /h'].filter((text) => RATE_PATTERN.test(text))).toEqual([]);
});

test('a percentage is the double nearest to it, not a quotient', () => {
  const texts = ['2%', '99.9%', '7%', '0.01%', '100%'];
  expect(texts.every((text) => PERCENT_PATTERN.test(text))).toBe(true);
  expect(texts.map(parsePercent)).toEqual([0.02, 0.999, 0.07, 0.0001, 1]);
});

test('a quantity is read in the unit of its metric and in no other', () => {
  expect(parseQuantity('10m', 'duration')).toBe(10 * MINUTE);
  expect(parseQuantity('0', 'duration')).toBe(0);
  expect(parseQuantity('10', 'duration')).toBeUndefined();
  expect(parseQuantity('2%', 'share')).toBe(0.02);
  expect(parseQuantity('0.02', 'share')).toBe(0.02);
  expect(parseQuantity('2%', 'count')).toBeUndefined();
  expect(parseQuantity('1e-6', 'ratio')).toBe(1e-6);
  expect(parseQuantity('100_000', 'units')).toBe(100_000);
  expect(parseQuantity('1e999', 'count')).toBeUndefined();
  expect(formatQuantity(0.07, 'share')).toBe('7%');
  expect(formatQuantity(90 * MINUTE, 'duration')).toBe('1h 30m');
});
