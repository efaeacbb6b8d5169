import { describe, expect, test } from 'vitest';
import { passes, readFilter } from '#scenario/filter';

const POINT = new Map<string, string | null>([
  ['network.loss', '2%'],
  ['chain.blockTime', '4s'],
  ['channels.mainnet.dwell', '1h'],
  ['channels.canary.dwell', '30m'],
  ['network.topology', 'smallWorld'],
  ['faults.power-cut.factor', '3'],
  ['gossip', null],
]);
const ask = (text: string): boolean => passes(readFilter(text, [...POINT.keys()]), POINT);

describe('a filter', () => {
  test.each([
    'network.loss <= 2%',
    'loss == 0.02',
    'loss * 2 <= 4% and blockTime > 1s',
    'channels.canary.dwell * 2 == channels.mainnet.dwell',
    'channels.mainnet.dwell / channels.canary.dwell == 2',
    'not (loss > 2%) or blockTime == 1s',
    '1s < blockTime < 5s',
    'network.topology == "smallWorld"',
    "topology != 'full'",
    'faults.power-cut.factor - 1 == 2',
    'channels.mainnet.dwell - 90m < 0',
    '-factor < 0',
  ])('%s holds', (text) => {
    expect(ask(text)).toBe(true);
    expect(ask(`not (${text})`)).toBe(false);
  });

  test.each<[text: string, hint: string]>([
    ['los <= 2%', 'Did you mean "loss"?'],
    ['dwell > 1h', '"dwell" is not an axis'],
    ['loss + blockTime > 1s', 'different kinds'],
    ['loss > 1s', 'different kinds'],
    ['loss', 'is a value, not a condition'],
    ['loss < 1% and 3', '"and" joins conditions'],
    ['topology < 3', 'one side is a text'],
    ['gossip == 1', 'not set at every point'],
    ['loss <=', 'does not fit together'],
    ['loss(3) > 1', 'does not fit together'],
    ['loss = 3', 'has no place in a filter'],
    ['import("fs") == 1', 'is not an axis'],
    [`${'('.repeat(600)}`, 'too long'],
  ])('%s is refused', (text, hint) => {
    let said = '';
    try {
      ask(text);
    } catch (error) {
      const { message, fix } = error as { message: string; fix: string };
      said = `${message}. ${fix}`;
    }
    expect(said).toContain(hint);
  });
});
