import { expect, test } from 'vitest';
import { damageOf, drawDamage, drawMending, joinDamage, NO_DAMAGE } from '#model/storage/damage';
import { damaged } from './storage-plan.js';

const NEVER = { tornTail: 0, corruptLog: 0, badSnapshot: 0, badPruningProof: 0 };
const KINDS = ['tornTail', 'corruptLog', 'badSnapshot', 'badPruningProof'] as const;

test('what is impossible never happens, what is certain always does', () => {
  for (let index = 0; index < 100; index += 1) {
    expect(drawDamage(NEVER, 7, index)).toEqual(NO_DAMAGE);
    for (const kind of KINDS) expect(drawDamage({ ...NEVER, [kind]: 1 }, 7, index)).toEqual(damaged(kind));
  }
});

test('each kind comes as often as the plan says, apart from the others, and again with the same key and index', () => {
  const plan = { tornTail: 0.5, corruptLog: 0.25, badSnapshot: 0.1, badPruningProof: 0.5 };
  const n = 4_000;
  const drawn = Array.from({ length: n }, (_, index) => drawDamage(plan, 11, index));
  for (const kind of KINDS) {
    const share = drawn.filter((damage) => damage[kind]).length / n;
    expect(Math.abs(share - plan[kind])).toBeLessThan(0.03); // 0.008 is one standard error
  }
  const both = drawn.filter((damage) => damage.tornTail && damage.badPruningProof).length / n;
  expect(Math.abs(both - 0.25)).toBeLessThan(0.03);
  expect(drawDamage(plan, 11, 17)).toEqual(drawn[17]);
  for (const [index, damage] of drawn.entries()) {
    const other = drawDamage({ ...plan, tornTail: 1 }, 11, index);
    expect(other).toEqual({ ...damage, tornTail: true });
  }
});

test('mending takes what the law says, drawn apart for the store and for pruning', () => {
  expect(drawMending({ kind: 'constant', value: 5 }, 1, 2)).toEqual({ store: 5, pruning: 5 });
  const law = { kind: 'uniform', min: 100, max: 1_000_100 } as const;
  const times = Array.from({ length: 2_000 }, (_, index) => drawMending(law, 3, index));
  const mean = times.reduce((sum, { store }) => sum + store, 0) / times.length;
  expect(Math.abs(mean - 500_100)).toBeLessThan(30_000);
  expect(times.every(({ store, pruning }) => store >= 100 && store <= 1_000_100 && store !== pruning)).toBe(true);
});

test('faults of the scenario stand for damage', () => {
  expect(damageOf('stop')).toEqual(NO_DAMAGE);
  expect(damageOf('backup')).toEqual(NO_DAMAGE);
  expect(damageOf('torn-tail')).toEqual(damaged('tornTail'));
  expect(damageOf('corrupt-log')).toEqual(damaged('corruptLog'));
  expect(damageOf('bad-snapshot')).toEqual(damaged('corruptLog', 'badSnapshot'));
  expect(damageOf('bad-pruning-proof')).toEqual(damaged('badPruningProof'));
});

test('joined damage is all of both', () => {
  expect(joinDamage(damaged('tornTail', 'badSnapshot'), damaged('corruptLog', 'badSnapshot'))).toEqual(
    damaged('tornTail', 'badSnapshot', 'corruptLog'),
  );
  for (const kind of KINDS) {
    expect(joinDamage(damaged(kind), NO_DAMAGE)).toEqual(damaged(kind));
    expect(joinDamage(NO_DAMAGE, damaged(kind))).toEqual(damaged(kind));
  }
});
