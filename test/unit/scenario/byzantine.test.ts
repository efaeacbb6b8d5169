import { expect, test } from 'vitest';
import { FOR_EVER } from '#scenario/byzantine';
import { BEHAVIOURS } from '#scenario/fault-schema';
import { linesOf, load, minimal } from './scenario-text.js';

const written = (keys: string) => minimal(`faults: [{ kind: byzantine, targets: { faulty: f }, ${keys} }]\n`);
const faultOf = (keys: string) => load(written(keys)).plan.faults[0];

test('a Byzantine fault acts always, everywhere, from the start and to the end, unless the file says otherwise', () => {
  const { plan, assumptions } = load(written('behaviour: withhold'));
  expect(plan.faults[0]).toEqual({
    kind: 'byzantine',
    name: 'byzantine-1',
    trigger: { kind: 'at', time: 0 },
    probability: 1,
    target: { kind: 'faulty', beyond: 0, of: 'chain' },
    behaviour: 'withhold',
    acts: 1,
    heights: [0, Number.MAX_SAFE_INTEGER],
    rounds: [0, Number.MAX_SAFE_INTEGER],
    share: 0,
    delay: null,
    perHeight: 0,
    duration: { kind: 'constant', value: FOR_EVER },
  });
  const used = assumptions.map(({ path }) => path).filter((path) => path.startsWith('faults.'));
  expect(used.sort()).toEqual(['at', 'acts', 'for', 'probability'].map((key) => `faults.byzantine-1.${key}`).sort());
  expect(faultOf('behaviour: nil, acts: 25%, heights: [3, 9], rounds: [0, 0], at: 1m, for: 5m')).toMatchObject({
    trigger: { kind: 'at', time: 60e6 },
    acts: 0.25,
    heights: [3, 9],
    rounds: [0, 0],
    duration: { kind: 'constant', value: 300e6 },
  });
});

test('a fault to the end ends after every replication, and its time can still be added to', () => {
  expect(Number.isSafeInteger(FOR_EVER + FOR_EVER)).toBe(true);
});

test('every behaviour loads, with defaults for what goes with it', () => {
  const uniform = { kind: 'uniform', min: 0, max: 1e6 };
  const keys = Object.keys(BEHAVIOURS).map((behaviour) => {
    const fault = faultOf(`behaviour: ${behaviour}`);
    return fault?.kind === 'byzantine' && [fault.behaviour, fault.share, fault.delay, fault.perHeight];
  });
  const plain = (behaviour: string) => [behaviour, 0, null, 0];
  expect(keys).toEqual([
    ...['equivocate-proposal', 'equivocate-vote', 'amnesia', 'nil', 'withhold'].map(plain),
    ['delay', 0, uniform, 0],
    ['drop', 0.5, null, 0],
    ...['invalid-proof', 'invalid-payload'].map(plain),
    ...['spam', 'forge', 'replay'].map((behaviour) => [behaviour, 0, null, 10]),
    plain('censor'),
  ]);
  expect(faultOf('behaviour: drop, share: 20%')).toMatchObject({ share: 0.2 });
  expect(faultOf('behaviour: delay, delay: 3s')).toMatchObject({ delay: { kind: 'constant', value: 3e6 } });
  expect(faultOf('behaviour: forge, perHeight: 7')).toMatchObject({ perHeight: 7 });
});

test.each([
  ['behaviour: nil, share: 20%', '"share" does not go with behaviour "nil". Remove it; it goes with: drop.'],
  ['behaviour: drop, delay: 1s', '"delay" does not go with behaviour "drop". Remove it; it goes with: delay.'],
  ['behaviour: delay, perHeight: 3', '"perHeight" does not go with behaviour "delay"'],
  ['behaviour: amnesa', 'Did you mean "amnesia"?'],
  ['acts: 10%', 'faults[0].behaviour: is missing'],
  ['behaviour: nil, heights: [9, 3]', 'max is less than min'],
  ['behaviour: nil, rounds: 3', '3 is not a range'],
  ['behaviour: nil, at: 1h, rate: 1/d', 'the fault happens in 2 ways'],
])('%s is one problem', (keys, message) => {
  const lines = linesOf(written(keys));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain(message);
});
