import { expect, test } from 'vitest';
import { linesOf, load, minimal } from './scenario-text.js';

const networkOf = (network: string) => load(minimal(`network: ${network}\n`)).plan.network;
const mistakesOf = (network: string) => linesOf(minimal(`network: ${network}\n`));

test('one delay holds everywhere', () => {
  const { delays, delayOf } = networkOf('{ delay: 40ms, regions: [{ name: a }, { name: b }] }');
  expect(delayOf.flat().map((index) => delays[index])).toEqual(Array(4).fill({ kind: 'constant', value: 40_000 }));
});

test('delays within, between, and of a pair both ways', () => {
  const { delays, delayOf } = networkOf(
    '{ regions: [{ name: a }, { name: b }, { name: c }], delay: { within: 1ms, between: 80ms, pairs: [{ from: c, to: a, delay: 150ms }] } }',
  );
  const values = delayOf.map((row) =>
    row.map((index) => delays[index]).map((law) => law?.kind === 'constant' && law.value),
  );
  expect(values).toEqual([
    [1_000, 80_000, 150_000],
    [80_000, 1_000, 80_000],
    [150_000, 80_000, 1_000],
  ]);
});

test('regions without a share divide the rest, and shares make a whole', () => {
  const shares = (regions: string) => networkOf(`{ regions: ${regions} }`).regions.map(({ share }) => share);
  expect(shares('[{ name: a, share: 50% }, { name: b }, { name: c }]')).toEqual([0.5, 0.25, 0.25]);
  expect(shares('[{ name: a }, { name: b }]')).toEqual([0.5, 0.5]);
  const thirds = shares(
    '[{ name: a, share: 33.33333% }, { name: b, share: 33.33333% }, { name: c, share: 33.33333% }]',
  );
  expect(thirds.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
});

test('what does not fit together is refused', () => {
  expect(mistakesOf('{ regions: [{ name: a, share: 50% }, { name: b, share: 40% }] }')[0]).toContain('make 90%');
  expect(mistakesOf('{ regions: [{ name: a, share: 100% }, { name: b }] }')[0]).toContain('make 100%');
  expect(mistakesOf('{ regions: [{ name: a }, { name: a }] }')[0]).toContain('a region "a" stands above already');
  expect(
    mistakesOf('{ delay: { within: 1ms, between: 2ms, pairs: [{ from: europe, to: asja, delay: 1ms }] } }')[0],
  ).toContain('there is no region "asja". Did you mean "asia"?');
  expect(mistakesOf('{ delay: { within: 1ms } }')[0]).toContain('network.delay.between: is missing');
  expect(mistakesOf('{ delay: { witin: 1ms, between: 2ms } }').join()).toContain('Did you mean "within"?');
  expect(mistakesOf('{ loss: 101% }')[0]).toContain('is more than the whole');
  expect(mistakesOf('{ bandwidth: 10 }')[0]).toContain('10 is not a bandwidth. Write 1Gbit/s or 100MiB/s.');
});
