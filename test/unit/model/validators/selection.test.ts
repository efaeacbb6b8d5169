import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  baseThreshold,
  candidateThreshold,
  countSelection,
  createSelectionTally,
  OUTPUT_DOMAIN,
  SELECTION_RULES,
  type Selection,
  type Submission,
  selectCommittee,
  selectionRates,
  selectionWeight,
  thresholdNoise,
  unhealthyRates,
  vrfOutput,
} from '#model/validators/selection';

const D = OUTPUT_DOMAIN;
const EXACT = SELECTION_RULES;
const AS_BUILT = { ...SELECTION_RULES, thresholdAsBuilt: true };

function submission(address: number, tier = 3, hours = 24, epoch = 0): Submission {
  const [output, noise] = [vrfOutput(9, epoch, address), thresholdNoise(9, epoch, address)];
  return { address, tier, hours, output, noise, defect: null };
}

function pool(n: number, tier = 3, hours = 24, epoch = 0): Submission[] {
  return Array.from({ length: n }, (_, address) => submission(address, tier, hours, epoch));
}

function addresses(selection: Selection): number[] {
  return selection.members.map(({ address }) => address);
}

function reasons(selection: Selection): string[] {
  return selection.rejections.map(({ address, reason }) => `${address} ${reason}`);
}

test('outputs fill 256 bits evenly and differ by key, epoch, address and purpose', () => {
  const outputs = Array.from({ length: 2_000 }, (_, i) => vrfOutput(1, 0, i));
  expect(outputs.every((output) => output >= 0n && output < D)).toBe(true);
  for (let bit = 0n; bit < 256n; bit += 1n) {
    const ones = outputs.filter((output) => (output >> bit) % 2n === 1n).length;
    expect(Math.abs(ones - 1_000)).toBeLessThan(112); // five standard deviations
  }
  const kinds = [
    vrfOutput(1, 0, 0),
    vrfOutput(2, 0, 0),
    vrfOutput(1, 1, 0),
    vrfOutput(1, 0, 1),
    thresholdNoise(1, 0, 0),
  ];
  expect(new Set([...kinds, ...outputs.slice(1)]).size).toBe(2_003); // vrfOutput(1, 0, 1) is there twice
  expect(vrfOutput(1, 0, 0)).toBe(outputs[0]);
});

test('section 3.3: weights are w(tier) × max(hours, 1), w(TL0 … TL5) = 1 … 6', () => {
  expect([0, 1, 2, 3, 4, 5].map((tier) => selectionWeight(tier, 0))).toEqual([1n, 2n, 3n, 4n, 5n, 6n]);
  expect(selectionWeight(5, 720)).toBe(4_320n);
  expect(selectionWeight(3, 24)).toBe(96n);
});

test('section 3.3: rejected are low tiers, no hours, and what does not verify, each by its reason', () => {
  const selection = selectCommittee([
    submission(0),
    { ...submission(1), tier: 2 },
    { ...submission(2), hours: 0 },
    { ...submission(3), defect: 'malformed' },
    { ...submission(4), defect: 'unverifiable' },
    { ...submission(5), defect: 'no-public-key' },
    { ...submission(6), tier: 2, hours: 0, defect: 'malformed' },
  ]);
  expect(addresses(selection)).toEqual([0]);
  expect(reasons(selection)).toEqual([
    '1 tier-too-low',
    '2 insufficient-timetoke',
    '3 malformed',
    '4 unverifiable',
    '5 no-public-key',
    '6 tier-too-low',
  ]);
  expect(selection).toMatchObject({ pool: 7, accepted: 1, fallback: null, fallbackSelected: false });
});

test('section 3.3, recommended: exactly the t smallest quotients', () => {
  const all = pool(50).map((one, i) => ({ ...one, output: BigInt((i * 37) % 50) * 96n }));
  const selection = selectCommittee(all, { ...EXACT, target: 3 });
  expect(addresses(selection)).toEqual([0, 23, 46]); // 37 i mod 50 is 0, 1, 2
  expect(selection.accepted).toBe(3);
  expect(selection.rejections).toHaveLength(47);
});

test('equal quotients go by address', () => {
  const all = [9, 4, 7].map((address) => ({ ...submission(address), output: 5n }));
  expect(addresses(selectCommittee(all, { ...EXACT, target: 2 }))).toEqual([4, 7]);
});

test('section 3.3: a bundle of 32 entries cuts a target of 100, and so does the default of 128 a target of 200', () => {
  const selection = selectCommittee(pool(150), { ...EXACT, bundleCap: 32 });
  expect(selection).toMatchObject({ accepted: 32, pool: 150 });
  expect(selection.rejections.filter(({ reason }) => reason === 'bundle-full')).toHaveLength(68);
  expect(selection.rejections.filter(({ reason }) => reason === 'above-threshold')).toHaveLength(50);
  expect(addresses(selection)).toEqual(addresses(selectCommittee(pool(150))).slice(0, 32));
  expect(selectCommittee(pool(250), { ...EXACT, target: 200 }).accepted).toBe(128);
});

test('section 3.3, as built: S, q, base and span of eight candidates, to the last bit', () => {
  const weighted = [1n, 2n, 5n, 9n, 40n, 41n, 90n, 200n].map((part) => (D / 1_000n) * part);
  const base = baseThreshold(weighted, 3); // S = floor(4 D / 10), q = 0.005 D; reckoned apart
  expect(base).toBe(0x33d70a3d70a3d70a3d70a3d70a3d70a3d70a3d70a3d70a3d70a3d70a3d70a3d4n);
  const noise = BigInt(`0x${'ab'.repeat(31)}`);
  const up = candidateThreshold(base, 8, (0xfen << 248n) | noise);
  const down = candidateThreshold(base, 8, (0xffn << 248n) | noise);
  expect(up).toBe(0x3a82b5e91c4f82b5e91c4f82b5e91c4f82b5e91c4f82b5e91c4f82b5e91c4f7fn);
  expect(down).toBe(0x2c2b5e91c4f82b5e91c4f82b5e91c4f82b5e91c4f82b5e91c4f82b5e91c4f829n);
});

test('section 3.3, as built: nobody passes at t = 0 or n = 0, everybody at t ≥ n; q bounds from below, 0 and D do', () => {
  expect([baseThreshold([1n], 0), baseThreshold([], 5), baseThreshold([1n, 2n], 2)]).toEqual([0n, 0n, D]);
  expect(baseThreshold([0n, D - 9n, D - 1n], 2)).toBe(D - 9n);
  expect(candidateThreshold(5n, 1, (1n << 248n) | 77n)).toBe(0n);
  expect(candidateThreshold(D - 1n, 1, 77n)).toBe(D);
  expect(candidateThreshold(3n, 1, 5n)).toBe(8n);
});

test('section 3.3, as built: a target of 2 does not bind before about 48 × 2 candidates', () => {
  const rules = { ...AS_BUILT, target: 2, bundleCap: 10_000 };
  const all = selectCommittee(pool(96), rules);
  expect(all.accepted).toBe(96);
  const tally = createSelectionTally();
  countSelection(tally, all);
  expect(selectionRates(tally).success).toBe(1);
  const many = selectCommittee(pool(2_000), rules);
  expect(many.accepted).toBeLessThan(400);
  expect(many.accepted).toBeGreaterThan(2);
});

test('section 3.3, as built: a quotient equal to the threshold is rejected', () => {
  const threshold = (2n * D) / 202n / 2n; // of 200 candidates for one seat, the least quotient 0 and no noise
  const tried = (weighted: bigint) => {
    const others = pool(199).map((one) => ({ ...one, output: 0n, noise: 0n }));
    const last = { ...submission(199), output: weighted * 96n, noise: 0n };
    return addresses(selectCommittee([...others, last], { ...AS_BUILT, target: 1, bundleCap: 999 })).includes(199);
  };
  expect([tried(threshold - 1n), tried(threshold)]).toEqual([true, false]);
});

test('section 3.3, as built: the flag of the fallback rises although others were accepted', () => {
  const selection = selectCommittee(pool(2_000), { ...AS_BUILT, target: 2 });
  expect(selection).toMatchObject({ fallbackSelected: true, fallback: null });
  expect(selectCommittee(pool(90), AS_BUILT)).toMatchObject({ fallbackSelected: false, accepted: 90 });
});

test('section 3.3: if nobody is accepted the first of the rejected in leader order is the sole member', () => {
  const all = [submission(0, 3, 700), submission(1, 5, 300), submission(2, 5, 301), submission(3, 2, 720)];
  const selection = selectCommittee(all, { ...AS_BUILT, target: 0 });
  expect(addresses(selection)).toEqual([2]);
  expect(selection).toMatchObject({ accepted: 0, fallback: 2, fallbackSelected: true });
  expect(selectCommittee([submission(3, 2, 720)], AS_BUILT)).toMatchObject({ members: [], fallback: null });
  expect(selectCommittee([])).toMatchObject({ members: [], pool: 0, fallback: null });
});

test('section 3.3: one submission of an address counts', () => {
  const twice = [{ ...submission(5), output: 900n }, submission(6), { ...submission(5), output: 800n }];
  const selection = selectCommittee(twice);
  expect(addresses(selection)).toEqual([5, 6]);
  expect(selection.members[0]).toMatchObject({ output: 800n, weight: 96n, weighted: 8n });
  expect(reasons(selection)).toEqual(['5 duplicate']);
  expect(selection).toMatchObject({ pool: 2, accepted: 2 });
});

test('section 3.3: rates are those of a window, and the limits 0.66, 0.25 and 0.10 are inclusive', () => {
  const tally = createSelectionTally();
  countSelection(tally, selectCommittee([...pool(3), { ...submission(3), tier: 1 }], { ...EXACT, target: 6 }));
  expect(selectionRates(tally)).toEqual({
    participation: 0.75,
    success: 0.5,
    rejection: 0.25,
    fallback: 0,
    fallbackAsBuilt: 0,
  });
  expect(unhealthyRates(selectionRates(tally), true)).toEqual([]);
  countSelection(tally, selectCommittee(pool(4), { ...EXACT, target: 2 }));
  expect(selectionRates(tally)).toEqual({
    participation: 0.625,
    success: 0.625,
    rejection: 0.375,
    fallback: 0,
    fallbackAsBuilt: 0.5,
  });
  expect(unhealthyRates(selectionRates(tally), true)).toEqual(['participation', 'rejection', 'fallback']);
  expect(unhealthyRates(selectionRates(tally), false)).toEqual(['participation', 'rejection']);
  expect(selectionRates(createSelectionTally())).toMatchObject({ participation: 0, success: 0, fallback: 0 });
});

const submissions = fc.array(
  fc.record({
    address: fc.nat(30),
    output: fc.oneof(fc.bigInt({ min: 0n, max: 500n }), fc.bigInt({ min: 0n, max: D - 1n })),
    noise: fc.bigInt({ min: 0n, max: D - 1n }),
    defect: fc.constantFrom(null, null, null, 'malformed' as const, 'unverifiable' as const),
  }),
  { maxLength: 40 },
);

test('whatever is submitted: a committee of distinct members, at most target and cap, the same in every order', () => {
  fc.assert(
    fc.property(submissions, fc.nat(12), fc.nat(12), fc.boolean(), (rows, target, bundleCap, thresholdAsBuilt) => {
      const all: Submission[] = rows.map((row) => {
        const noise = row.output ^ BigInt(row.address); // tier, hours and noise follow from the submission's identity
        return { ...row, noise, tier: 2 + (row.address % 4), hours: row.address % 7 };
      });
      const rules = { ...SELECTION_RULES, target, bundleCap, thresholdAsBuilt };
      const selection = selectCommittee(all, rules);
      const elected = addresses(selection);
      expect(new Set(elected).size).toBe(elected.length);
      expect(elected.length).toBeLessThanOrEqual(bundleCap);
      if (!thresholdAsBuilt && selection.fallback === null) expect(elected.length).toBeLessThanOrEqual(target);
      if (selection.fallback !== null) expect(elected).toEqual([selection.fallback]);
      expect(selection.members.every(({ tier, hours }) => tier >= 3 && hours >= 1)).toBe(true);
      expect(selectCommittee(all.toReversed(), rules)).toEqual(selection);
      const half = all.length >> 1;
      expect(selectCommittee([...all.slice(half), ...all.slice(0, half)], rules)).toEqual(selection);
    }),
  );
});

test('in the exact selection a member that weighs more is elected more often', () => {
  let light = 0;
  let heavy = 0;
  for (let epoch = 0; epoch < 300; epoch += 1) {
    const all = pool(20, 3, 100, epoch).map((one) => (one.address < 10 ? { ...one, hours: 300 } : one));
    const elected = addresses(selectCommittee(all, { ...EXACT, target: 5 }));
    heavy += elected.filter((address) => address < 10).length;
    light += elected.filter((address) => address >= 10).length;
  }
  expect(heavy + light).toBe(1_500);
  expect(heavy / light).toBeGreaterThan(2);
});
