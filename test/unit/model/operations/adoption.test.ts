import { expect, test } from 'vitest';
import { MINUTE } from '#base/time';
import { createStream } from '#kernel/stream';
import { drawAdoption } from '#model/operations/adoption';
import { loadScenarioText } from '#scenario/load';

const constant = (value: number) => ({ kind: 'constant', value }) as const;
const stream = (replication = 0) => createStream('1', replication, 'adoption');

test('two thirds of the operators run the release by the time that was drawn, others before and after', () => {
  const waits = drawAdoption({ twoThirds: constant(290 * MINUTE), spread: 1.2 }, 3_000, stream());
  const share = (time: number) => waits.filter((wait) => wait <= time).length / waits.length;
  expect(Math.abs(share(290 * MINUTE) - 2 / 3)).toBeLessThan(0.04); // over four standard errors
  expect(Math.abs(share(90 * MINUTE) - 0.3)).toBeLessThan(0.05); // Persistence v3, measurements.md section 7
});

test('without a spread all act together, and another operator moves nobody', () => {
  expect(drawAdoption({ twoThirds: constant(MINUTE), spread: 0 }, 3, stream())).toEqual([MINUTE, MINUTE, MINUTE]);
  const plan = { twoThirds: constant(MINUTE), spread: 1 };
  expect(drawAdoption(plan, 9, stream()).slice(0, 4)).toEqual(drawAdoption(plan, 4, stream()));
});

test('the defaults are those of the incidents: 90m in the median, 30m to 280m from 10 % to 90 %', () => {
  const text = `apiVersion: rollout-sim/v1
name: adoption
question: How long until two thirds run the fix?
operations: { adoption: {} }
channels: [{ name: mainnet, validators: 4, gates: [], dwell: 1h, checks: [] }]
expect: ['P(rollout.completed) >= 1%']
`;
  const { plan, assumptions } = loadScenarioText(text, 'adoption.yaml');
  const { adoption } = plan.operations;
  if (adoption === null) throw new Error('there is a model of adoption');
  const times = Array.from(
    { length: 2_000 },
    (_, i) => drawAdoption({ ...adoption, spread: 0 }, 1, stream(i))[0] as number,
  );
  const sorted = times.toSorted((a, b) => a - b);
  const at = (q: number) => (sorted[Math.floor(q * sorted.length)] as number) / MINUTE;
  expect(at(0.5)).toBeGreaterThan(84);
  expect(at(0.5)).toBeLessThan(96);
  expect(at(0.1)).toBeGreaterThan(26);
  expect(at(0.1)).toBeLessThan(34);
  expect(at(0.9)).toBeGreaterThan(245);
  expect(at(0.9)).toBeLessThan(315);
  const sources = assumptions.filter(({ path }) => path.startsWith('operations.adoption.'));
  expect(sources.map(({ source }) => source.slice(0, 15))).toEqual(['measurements.md', 'measurements.md']);
});
