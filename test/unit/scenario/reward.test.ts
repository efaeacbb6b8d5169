import { describe, expect, test } from 'vitest';
import { REWARD_BUGS, REWARD_RULES } from '#scenario/reward-schema';
import { linesOf, load, minimal } from './scenario-text.js';

const written = (rewards: string, set: string[] = []) => load(minimal(`rewards: ${rewards}\n`), { set });
const bugOf = (bug: string) => written(`{ bug: ${bug} }`).plan.rewards.bug;

test.each(Object.keys(REWARD_RULES))('rule %s is read', (rule) => {
  expect(written(`{ rule: ${rule}, auditEpochs: 3 }`).plan.rewards).toMatchObject({ rule, auditEpochs: 3, bug: null });
});

describe('numbers of one rule alone', () => {
  const termsOf = (rewards: string) => written(rewards).plan.rewards.terms;
  const usedIn = (rewards: string): string[] => {
    const { assumptions } = written(rewards);
    const used = assumptions.map(({ path, value }) => `${path} ${value}`);
    return used.filter((line) => /^rewards\.(?:ledger|engine|pools)/.test(line));
  };

  test('are those of the blueprint unless the file says otherwise', () => {
    const published = { ledgerBase: 5, ledgerBonus: 2_000, leaderPool: 6_000, witnessPool: 3_000, minHours: 1 };
    expect(termsOf('{}')).toEqual({ ...published, witnessReward: 50_000_000 });
    expect(termsOf('{ base: 7, rule: B }')).toEqual({ ...published, witnessReward: 3 });
    const all =
      '{ ledger: { base: 9, leaderBonus: 1% }, engine: { witnessReward: 4 }, pools: { leaders: 50%, witnesses: 0%, minHours: 24 } }';
    expect(termsOf(all)).toEqual({
      ledgerBase: 9,
      ledgerBonus: 100,
      witnessReward: 4,
      leaderPool: 5_000,
      witnessPool: 0,
      minHours: 24,
    });
  });

  test('are in the list of defaults only if the rule looks at them and the file leaves them out', () => {
    expect(usedIn('{}')).toEqual([]);
    expect(usedIn('{ rule: C }')).toEqual([]);
    expect(usedIn('{ rule: A, ledger: { base: 9 } }')).toEqual(['rewards.ledger.leaderBonus 20%']);
    expect(usedIn('{ rule: B }')).toEqual(['rewards.engine.witnessReward half of rewards.base']);
    expect(usedIn('{ rule: D, pools: { minHours: 0 } }')).toEqual([
      'rewards.pools.leaders 60%',
      'rewards.pools.witnesses 30%',
    ]);
  });

  test('of another rule are a warning', () => {
    const warned = (rewards: string) => written(rewards).warnings.map(({ path, what }) => [path, what]);
    expect(warned('{ rule: A, ledger: { base: 9 } }')).toEqual([]);
    expect(warned('{ rule: D, ledger: { base: 9 } }')).toEqual([
      ['rewards.ledger', 'only rule A looks at it, and the chain pays by rule D'],
    ]);
    expect(warned('{ ledger: {} }')).toEqual([]);
    expect(warned('{ rule: A, ledger: { leaderBonus: 10% }, bug: { kind: wrong-bonus, bonus: 10% } }')).toEqual([
      ['rewards.bug', 'the wrong bonus is the right one, so nothing is wrong'],
    ]);
  });
});

describe('a bug', () => {
  const plain = Object.keys(REWARD_BUGS).filter((kind) => kind !== 'missing-epoch' && kind !== 'wrong-bonus');

  test.each(plain)('%s is its kind alone, as a map and as a word', (kind) => {
    expect(bugOf(`{ kind: ${kind} }`)).toEqual({ kind });
    expect(bugOf(kind)).toEqual({ kind });
  });

  test('of a missing epoch names the second one unless the file names another', () => {
    expect(bugOf('missing-epoch')).toEqual({ kind: 'missing-epoch', epoch: 2 });
    expect(bugOf('{ kind: missing-epoch }')).toEqual({ kind: 'missing-epoch', epoch: 2 });
    expect(bugOf('{ kind: missing-epoch, epoch: 5 }')).toEqual({ kind: 'missing-epoch', epoch: 5 });
  });

  test('of a wrong bonus is 20% for 30% of the validators unless the file says otherwise', () => {
    expect(bugOf('wrong-bonus')).toEqual({ kind: 'wrong-bonus', bonus: 2_000, share: 0.3 });
    expect(bugOf('{ kind: wrong-bonus, share: 10% }')).toEqual({ kind: 'wrong-bonus', bonus: 2_000, share: 0.1 });
    expect(bugOf('{ kind: wrong-bonus, bonus: 12.5% }')).toEqual({ kind: 'wrong-bonus', bonus: 1_250, share: 0.3 });
  });

  test('may be set from the command line, as a whole or in part', () => {
    expect(written('{}', ['rewards.bug=rounding']).plan.rewards.bug).toEqual({ kind: 'rounding' });
    const { bug } = written('{}', ['rewards.bug.kind=missing-epoch', 'rewards.bug.epoch=4']).plan.rewards;
    expect(bug).toEqual({ kind: 'missing-epoch', epoch: 4 });
  });

  test('has the defaults it used in the list of defaults', () => {
    const used = (bug: string): string[] => {
      const { assumptions } = written(`{ bug: ${bug} }`);
      return assumptions.map(({ path }) => path).filter((path) => path.startsWith('rewards.bug'));
    };
    expect(used('rounding')).toEqual([]);
    expect(used('missing-epoch')).toEqual(['rewards.bug.epoch']);
    expect(used('wrong-bonus')).toEqual(['rewards.bug.bonus', 'rewards.bug.share']);
    expect(used('{ kind: wrong-bonus, bonus: 5% }')).toEqual(['rewards.bug.share']);
  });

  test('that no audit can see is a warning', () => {
    const warned = (rewards: string) => written(rewards).warnings.map(({ path, what }) => [path, what]);
    expect(warned('{ bug: { kind: missing-epoch, epoch: 10 } }')).toEqual([]);
    expect(warned('{ bug: { kind: missing-epoch, epoch: 11 } }')).toEqual([
      ['rewards.bug', 'the books are audited after 10 epochs, and epoch 11 comes later'],
    ]);
    expect(warned('{ bug: wrong-bonus }')).toEqual([]);
    expect(warned('{ leaderBonus: 20%, bug: wrong-bonus }')).toEqual([
      ['rewards.bug', 'the wrong bonus is the right one, so nothing is wrong'],
    ]);
  });
});

test.each([
  ['{ rule: recomended }', 'rewards.rule: "recomended" is not known here. Did you mean "recommended"?'],
  ['{ auditEpochs: 0 }', '0 is not a number of epochs. Write a whole number of at least 1.'],
  ['{ pools: { leaders: 120% } }', 'rewards.pools.leaders: is more than the whole.'],
  ['{ ledger: { bonus: 1% } }', 'rewards.ledger.bonus: "bonus" is not a key here.'],
  ['{ bug: roundng }', 'rewards.bug: "roundng" is not known here. Did you mean "rounding"? Write one of: rounding, '],
  ['{ bug: { kind: roundng } }', 'rewards.bug.kind: "roundng" is not known here. Did you mean "rounding"?'],
  ['{ bug: { epoch: 2 } }', 'rewards.bug.kind: is missing. Add "kind:" to rewards.bug.'],
  ['{ bug: { kind: rounding, epoch: 3 } }', 'rewards.bug.epoch: "epoch" is not a key here. Known keys: kind.'],
  [
    '{ bug: { kind: missing-epoch, epoch: 0 } }',
    '0 is not the number of an epoch. Write a whole number of at least 1.',
  ],
  ['{ bug: { kind: wrong-bonus, share: 0% } }', 'rewards.bug.share: must be more than 0.'],
  ['{ bug: [rounding] }', 'rewards.bug: a list is not known here. Write one of: rounding, '],
])('%s is one problem', (rewards, message) => {
  const lines = linesOf(minimal(`rewards: ${rewards}\n`));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain(message);
});
