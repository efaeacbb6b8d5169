import { expect, test } from 'vitest';
import { AS_BUILT } from '#scenario/as-built-schema';
import { CONDITIONAL_DEFAULTS } from '#scenario/defaults';
import { AS_DESIGNED } from '../../fixtures/plan.js';
import { linesOf, load, minimal } from './scenario-text.js';

const written = (asBuilt: string) => load(minimal(`chain: { asBuilt: ${asBuilt} }\n`));
const planOf = (asBuilt: string) => written(asBuilt).plan.chain.asBuilt;

test('a chain departs from its design in nothing unless the file says so', () => {
  expect(load(minimal()).plan.chain.asBuilt).toEqual(AS_DESIGNED);
  expect(planOf('{}')).toEqual(AS_DESIGNED);
  expect(planOf('{ quorumCeil: false, vrfBundle: 128 }')).toEqual(AS_DESIGNED);
});

/** Where the plan has a shorter name than the blueprint. */
const RENAMED = new Map([
  ['bootstrapAsBuilt', 'bootstrap'],
  ['vrfThresholdAsBuilt', 'vrfThreshold'],
  ['witnessRefillBug', 'witnessRefill'],
  ['gossipFrame256K', 'gossipFrame'],
]);

test.each(Object.keys(AS_BUILT).filter((key) => key !== 'vrfBundle'))('%s turns on itself and nothing else', (key) => {
  expect(planOf(`{ ${key}: true }`)).toEqual({ ...AS_DESIGNED, [RENAMED.get(key) ?? key]: true });
});

test('the bundle of VRF outputs has a size', () => {
  expect(planOf('{ vrfBundle: 32 }')).toEqual({ ...AS_DESIGNED, vrfBundle: 32 });
});

test('the list of defaults has one line for all switches, and one for the bundle', () => {
  const linesIn = (asBuilt: string): string[] => {
    const used = written(asBuilt).assumptions.filter(({ path }) => path.startsWith('chain.asBuilt'));
    return used.map(({ path, value, source }) => `${path} ${value} (${source})`);
  };
  expect(linesIn('{}')).toEqual([
    'chain.asBuilt off (blueprint §21: what it recommends)',
    'chain.asBuilt.vrfBundle 128 (blueprint §3.3, §21 row 6: recommended)',
  ]);
  expect(linesIn('{ framing: true, doubleFee: false, vrfBundle: 32 }')).toEqual([
    'chain.asBuilt the other 16 off (blueprint §21: what it recommends)',
  ]);
  const all = Object.keys(AS_BUILT).map((key) => `${key}: ${key === 'vrfBundle' ? 9 : true}`);
  expect(linesIn(`{ ${all.join(', ')} }`)).toEqual([]);
});

test('every switch tells its row of the blueprint, what the sources say and what it breaks', () => {
  for (const [key, { text, row, sources, breaks }] of Object.entries(AS_BUILT)) {
    expect(
      [text, breaks].filter((sentence) => !/^[A-Z].*\.$/.test(sentence)),
      key,
    ).toEqual([]);
    expect(sources, key).toMatch(/\(§\d.*\)\. Recommended: .*\.$/);
    const { value, source } = CONDITIONAL_DEFAULTS[`chain.asBuilt.${key}`] ?? {};
    expect(value, key).toBe(key === 'vrfBundle' ? 128 : false);
    expect(source, key).toContain(`§21 row ${row}:`);
  }
});

test('a switch may be set from the command line, and is part of the hash', () => {
  const { plan, hash } = load(minimal(), { set: ['chain.asBuilt.noViewTimer=true'] });
  expect(plan.chain.asBuilt).toEqual({ ...AS_DESIGNED, noViewTimer: true });
  expect(hash).not.toBe(load(minimal()).hash);
});

test.each([
  ['{ quorumCiel: true }', 'chain.asBuilt.quorumCiel: "quorumCiel" is not a key here. Did you mean "quorumCeil"?'],
  ['{ bootstrap: true }', 'Did you mean "bootstrapAsBuilt"?'],
  ['{ framing: 1 }', 'chain.asBuilt.framing: 1 is not true or false. Write true or false.'],
  ['{ vrfBundle: 0 }', 'chain.asBuilt.vrfBundle: 0 is not a number of entries. Write a whole number of at least 1.'],
  ['true', 'chain.asBuilt: true is not a map. Write keys of: libraryTiers, '],
])('%s is one problem', (asBuilt, message) => {
  const lines = linesOf(minimal(`chain: { asBuilt: ${asBuilt} }\n`));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain(message);
});

test("the library's order of leaders and that of the design text are one too many", () => {
  const written = (order: string, built: boolean) =>
    `chain: { leaderOrder: ${order}, asBuilt: { leaderHighestVrf: ${built} } }\n`;
  expect(load(minimal(written('doc', false))).plan.chain.leaderOrder).toBe('doc');
  expect(load(minimal(written('highest-vrf', true))).plan.chain.leaderOrder).toBe('highest-vrf');
  expect(linesOf(minimal(written('doc', true)))).toEqual([
    'test.yaml:5:23 chain.leaderOrder: is another order than chain.asBuilt.leaderHighestVrf. Keep one of them.',
  ]);
  expect(linesOf(minimal('chain: { leaderOrder: dcc }\n'))[0]).toContain('Did you mean "doc"?');
});
