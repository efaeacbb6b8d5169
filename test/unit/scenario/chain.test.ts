import { expect, test } from 'vitest';
import { PRESET_DEFAULTS } from '#scenario/preset-defaults';
import { linesOf, load, minimal } from './scenario-text.js';

const chainOf = (chain: string) => load(minimal(`chain: ${chain}\n`)).plan.chain;

test('a chain follows the blueprint unless the file names another engine', () => {
  const { timeouts, rules, commitWait, replayDelay, partBytes } = chainOf('{}');
  expect(timeouts).toMatchObject({ propose: 5e6, prevote: 1e6, precommit: 1e6, rebroadcast: 7e6, proposeDelta: 5e5 });
  expect({ rules, commitWait, replayDelay, partBytes }).toEqual({
    rules: { skip: 'one-honest', locked: 'nil' },
    commitWait: null,
    replayDelay: 5e6,
    partBytes: 65_536,
  });
});

test('a preset brings the timeouts and rules of its engine', () => {
  expect(chainOf('{ consensus: { preset: malachite } }')).toMatchObject({
    timeouts: {
      propose: 3e6,
      proposeDelta: 5e5,
      prevote: 1e6,
      prevoteDelta: 5e5,
      precommit: 1e6,
      precommitDelta: 5e5,
      rebroadcast: 5e6,
      rebroadcastDelta: 15e5,
    },
    rules: { skip: 'one-honest', locked: 'nil' },
    commitWait: null,
    replayDelay: 5e6,
  });
  expect(chainOf('{ consensus: { preset: cometbft } }')).toMatchObject({
    timeouts: { propose: 3e6, prevote: 1e6, precommit: 1e6, rebroadcast: 2e6, rebroadcastDelta: 0 },
    rules: { skip: 'quorum', locked: 'locked-value' },
    commitWait: 1e6,
    replayDelay: 0,
  });
});

test('a preset fills only what the file does not write', () => {
  const { plan, assumptions } = load(
    minimal(`chain:
  timeouts: { propose: 9s, rebroadcastDelta: 1s }
  consensus: { preset: cometbft, skip: one-honest, locked: nil, commitWait: 0s, replayDelay: 7s }
`),
  );
  expect(plan.chain).toMatchObject({
    timeouts: { propose: 9e6, prevote: 1e6, rebroadcast: 2e6, rebroadcastDelta: 1e6 },
    rules: { skip: 'one-honest', locked: 'nil' },
    commitWait: 0,
    replayDelay: 7e6,
  });
  const used = assumptions.map(({ path }) => path).filter((path) => path in PRESET_DEFAULTS.cometbft);
  expect(used).toEqual([
    'chain.timeouts.proposeDelta',
    'chain.timeouts.prevote',
    'chain.timeouts.prevoteDelta',
    'chain.timeouts.precommit',
    'chain.timeouts.precommitDelta',
    'chain.timeouts.rebroadcast',
  ]);
});

test.each([
  ['{ consensus: { preset: comet } }', 'Did you mean "cometbft"?'],
  ['{ consensus: { skip: two-honest } }', 'chain.consensus.skip: "two-honest" is not known here'],
  ['{ consensus: { locked: ~ } }', 'chain.consensus.locked: '],
  ['{ consensus: { commitWait: 1 } }', '1 is not a duration'],
  ['{ blockSize: 1MiB, partSize: 100B }', 'a block of 1048576 bytes would travel in 10486 parts'],
])('%s is one problem', (chain, message) => {
  const lines = linesOf(minimal(`chain: ${chain}\n`));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain(message);
});
