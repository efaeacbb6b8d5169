import { describe, expect, test } from 'vitest';
import { HOUR } from '#base/time';
import { linesOf, load, minimal, problemsOf } from './scenario-text.js';

const TEXT = minimal(`network: { delay: 40ms }
faults:
  - { name: bug, kind: bad-release, defect: crash, perHeight: 1% }
expect: ['P(abort) <= 5%']
`);

test('a value is replaced by path, items of a list by number or by name', () => {
  const { plan, seed, claims } = load(TEXT, {
    set: [
      'faults[0].perHeight=2%',
      'faults.bug.share=0.5',
      'channels.mainnet.validators=20',
      'network.loss=0.25',
      'seed=abc=def',
      'expect[0]=P(abort) <= 10%',
    ],
  });
  expect(plan.faults[0]).toMatchObject({ perHeight: 0.02, share: 0.5 });
  expect(plan.channels[0]).toMatchObject({ validators: 20, chainValidators: 20 });
  expect(plan.network.loss).toBe(0.25);
  expect(seed).toBe('abc=def');
  expect(claims[0]?.threshold).toBe(0.1);
});

test('keys that the file leaves out are added, with the maps around them', () => {
  const { plan, assumptions } = load(TEXT, { set: ['chain.timeouts.propose=2s', 'channels.mainnet.dwell=7h'] });
  expect(plan.chain.timeouts.propose).toBe(2e6);
  expect(plan.channels[0]?.steps.at(-1)).toEqual({ kind: 'dwell', time: 7 * HOUR, epochs: 0 });
  expect(assumptions.map(({ path }) => path)).not.toContain('chain.timeouts.propose');
});

test('the last of two goes, and a value may be a list or a map', () => {
  const { plan } = load(TEXT, { set: ['network.loss=1%', 'faults=[]', 'network.loss=2%', 'chain={epochBlocks: 9}'] });
  expect(plan.network.loss).toBe(0.02);
  expect(plan.faults).toEqual([]);
  expect(plan.chain.epochBlocks).toBe(9);
});

describe('a mistake', () => {
  test.each([
    ['network.los=2%', 'network.los: "los" is not a key here. Did you mean "loss"?'],
    ['netwrk.loss=2%', 'netwrk: "netwrk" is not a key here. Did you mean "network"?'],
    ['channels.mainet.dwell=1h', 'channels has no item "mainet". Did you mean "mainnet"? Its items: mainnet.'],
    ['channels[1].dwell=1h', 'channels has no item 1. Its items: mainnet.'],
    [
      'channels.mainnet.dwell=24 hours',
      'channels[0].dwell: "24 hours" is not a time to dwell. Write 24h or 10 epochs.',
    ],
    ['network.delay.within=1s', 'network.delay is a single value and holds no "within". Set network.delay as a whole.'],
    ['network[0]=1', 'network is a map, not a list. Its keys: delay.'],
    ['gates[0].name=x', 'gates is not in the file. Set "gates" as a whole.'],
    ['horizon=', 'horizon: nothing is not a duration.'],
    ['horizon', '"horizon" has no "=". Write --set path=value'],
    ['a..b=1', '"a..b" is no path. Write --set path=value'],
    ['=1', '"" is no path.'],
    ['network.loss={a', 'YAML: Flow map'],
    ['__proto__.x=1', '__proto__: "__proto__" is not a key here.'],
  ])('%s is told with the option as its file and no line', (set, message) => {
    const [problem, ...others] = problemsOf(TEXT, { set: [set] });
    expect(others).toEqual([]);
    expect(problem?.file).toBe(`--set ${set}`);
    expect(problem?.line).toBeUndefined();
    expect(linesOf(TEXT, { set: [set] })[0]).toContain(message);
  });

  test('is shown in the option, and after those of the file', () => {
    const problems = problemsOf(`${TEXT}horizon: soon\n`, { set: ['chain.blockTime=2 sec'] });
    expect(problems.map(({ path }) => path)).toEqual(['horizon', 'chain.blockTime']);
    expect(problems[1]?.frame).toBe('> 1 | chain.blockTime=2 sec\n    |                 ^^^^^');
  });
});
