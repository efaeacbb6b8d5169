import { InvalidArgumentError } from 'commander';
import { expect, test } from 'vitest';
import { collectSetting, parseCount, parseSeed, parseShard, parseWall } from '../../../src/cli/options.js';

test('counts are whole decimal numbers from their least on', () => {
  expect(parseCount(1)('400')).toBe(400);
  expect(parseCount(0)('0')).toBe(0);
  for (const text of ['0', '-1', '1.5', '1e3', '0x10', '', ' 1', 'many', '99999999999999999999']) {
    expect(() => parseCount(1)(text), text).toThrow(InvalidArgumentError);
  }
});

test('wall times carry a unit', () => {
  expect([parseWall('250ms'), parseWall('90s'), parseWall('1.5m'), parseWall('2h')]).toEqual([
    250, 90_000, 90_000, 7_200_000,
  ]);
  for (const text of ['90', '0s', '-1s', '1d', 's', '', '1 h']) {
    expect(() => parseWall(text), text).toThrow(InvalidArgumentError);
  }
});

test('a shard is one of so many, from 1', () => {
  expect(parseShard('2/3')).toEqual({ index: 2, count: 3 });
  expect(parseShard('1/1')).toEqual({ index: 1, count: 1 });
  for (const text of ['0/3', '4/3', '1', '1/', '/3', '-1/3', '1/0', '1.5/3', '', '1 / 3']) {
    expect(() => parseShard(text), text).toThrow(InvalidArgumentError);
  }
});

test('settings add up in order and need a path', () => {
  expect(collectSetting('b=2', collectSetting('a.b[0].c=x=1', undefined))).toEqual(['a.b[0].c=x=1', 'b=2']);
  expect(collectSetting('a=', undefined)).toEqual(['a=']);
  for (const text of ['a', '=1', '', 'a b=1']) {
    expect(() => collectSetting(text, undefined), text).toThrow(InvalidArgumentError);
  }
});

test('a seed is any text but the empty one', () => {
  expect(parseSeed('release 7')).toBe('release 7');
  expect(() => parseSeed('')).toThrow(InvalidArgumentError);
});
