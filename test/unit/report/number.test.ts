import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DAY, HOUR, MINUTE, SECOND } from '#base/time';
import { formatCount, formatInterval, formatMoment, formatNumber, formatShare, formatValue } from '#report/number';

describe('a share', () => {
  test('prints with the digits that tell', () => {
    const shares = [0, 1, 0.5, 0.125, 0.9996, 0.99955, 0.00031, 1.5, 12.3456];
    expect(shares.map(formatShare)).toEqual([
      '0%',
      '100%',
      '50%',
      '12.5%',
      '99.96%',
      '99.955%',
      '0.031%',
      '150%',
      '1,234.6%',
    ]);
  });

  test('never rounds to a false 0% or 100%', () => {
    expect(formatShare(1e-12)).toBe('< 0.000001%');
    expect(formatShare(1 - 1e-12)).toBe('> 99.999999%');
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, minExcluded: true, maxExcluded: true, noNaN: true }), (share) => {
        expect(['0%', '100%']).not.toContain(formatShare(share));
      }),
    );
  });
});

describe('a number', () => {
  test('has commas above a thousand and three digits below a hundred', () => {
    const numbers = [
      0, 7, 999, 1_000, 1_234_567, 91.84, 4.25, 0.01234, 0.00001234, 312.4, -1_234.5, 9_007_199_254_740_991,
    ];
    expect(numbers.map(formatNumber)).toEqual([
      '0',
      '7',
      '999',
      '1,000',
      '1,234,567',
      '91.8',
      '4.25',
      '0.0123',
      '1.2e-5',
      '312',
      '-1,235',
      '9,007,199,254,740,991',
    ]);
  });

  test('of money is short from a million on', () => {
    expect([999_999, 1e6, 167_952_972, 1.83e9, 2.1e12].map((value) => formatValue(value, 'units'))).toEqual([
      '999,999',
      '1M',
      '168M',
      '1.83B',
      '2.1T',
    ]);
  });

  test('agrees with its noun', () => {
    expect([formatCount(1, 'slot'), formatCount(0, 'slot'), formatCount(2, 'loss', 'losses')]).toEqual([
      '1 slot',
      '0 slots',
      '2 losses',
    ]);
  });
});

describe('an interval', () => {
  test('is a range, or one-sided where it starts or ends with the scale', () => {
    expect(formatInterval([0.0279, 0.2366], 'share')).toBe('2.8% – 23.7%');
    expect(formatInterval([0, 0.0881], 'share')).toBe('≤ 8.8%');
    expect(formatInterval([0.9119, 1], 'share')).toBe('≥ 91.2%');
    expect(formatInterval([null, 5 * SECOND], 'duration')).toBe('≤ 5s');
    expect(formatInterval([5 * SECOND, null], 'duration')).toBe('≥ 5s');
  });

  test('that says nothing shows both ends of the scale', () => {
    expect(formatInterval([0, 1], 'share')).toBe('0% – 100%');
    expect(formatInterval([0, null], 'count')).toBe('≥ 0');
    expect(formatInterval([null, 1], 'share')).toBe('0% – 100%');
    expect(formatInterval([null, null], 'count')).toBe('–');
  });

  test('of one value is not turned into a bound', () => {
    expect(formatInterval([0, 0], 'count')).toBe('0 – 0');
    expect(formatInterval([1, 1], 'share')).toBe('100% – 100%');
  });
});

test('no data is said, not printed as zero', () => {
  expect(formatValue(null, 'share')).toBe('no data');
  expect(formatValue(0, 'duration')).toBe('0s');
});

test('a moment of a long rollout keeps its minutes', () => {
  const moments = [30 * SECOND, HOUR, 3 * DAY + 22 * HOUR + 20 * MINUTE, DAY, 23 * HOUR + 59.9 * MINUTE];
  expect(moments.map(formatMoment)).toEqual(['30s', '1h', '3d 22h 20m', '1d', '1d']);
});
