import { describe, expect, test } from 'vitest';
import { formatSummary } from '#report/table';
import { emptyResult, hostileResult, mainnetResult, mainnetResultWith } from '../../fixtures/stored-result.js';

const plain = { color: false, width: 100 };
const COLORS = /\p{Cc}\[\d+m/gu;

describe('the table of a run', () => {
  test('reads as it always did', async () => {
    const text = formatSummary(mainnetResult().summary, { color: false, width: 80 });
    await expect(`${text}\n`).toMatchFileSnapshot('../../golden/run-table.txt');
  });

  test('begins with version, scenario, seed and replications, and ends with the verdict', () => {
    for (const stored of [mainnetResult(), mainnetResultWith('go'), mainnetResultWith('inconclusive'), emptyResult()]) {
      const lines = formatSummary(stored.summary, plain).split('\n');
      expect(lines[0]).toMatch(/^rollout-sim 0\.1\.0 {2}mainnet-rollout {2}seed 42 {2}\d+ replications$/);
      expect(lines.at(-1)).toBe(`verdict: ${stored.summary.verdict}`);
    }
  });

  test('says the same in colour and without', () => {
    const { summary } = mainnetResult();
    const colored = formatSummary(summary, { ...plain, color: true });
    expect(colored).not.toBe(colored.replace(COLORS, ''));
    expect(colored.replace(COLORS, '')).toBe(formatSummary(summary, plain));
  });

  test('tells rollbacks by channel and cause, and leaves out where none was', () => {
    const text = formatSummary(mainnetResult().summary, plain);
    expect(text).toMatch(/channel canary +7\.5% +1\.6% – 20\.4% +3 of 40 +3 +0 +0\n/);
    expect(text).not.toContain('channel development');
    expect(formatSummary(emptyResult().summary, plain)).not.toContain('Undone by');
  });

  test('tells what observed checks would have done, and whether for nothing', () => {
    expect(formatSummary(mainnetResult().summary, plain)).not.toContain('Observed checks');
    const { summary } = hostileResult();
    expect(formatSummary(summary, { ...plain, width: 200 })).toMatch(/Observed checks\n.*\n.* 2\.5% .* 2\.5% +400\n/);
    const enforced = summary.checks.map((check) => ({ ...check, mode: 'enforce' as const }));
    expect(formatSummary({ ...summary, checks: enforced }, plain)).not.toContain('Observed checks');
  });

  test.each([80, 100, 120])('fits into %i columns', (width) => {
    const text = formatSummary(mainnetResultWith('go').summary, { color: false, width });
    for (const line of text.split('\n')) expect([...line].length).toBeLessThanOrEqual(width);
  });

  test('keeps every claim whole, however narrow the terminal', () => {
    const { summary } = mainnetResult();
    for (const width of [30, 60, 80, 95, 110, 125]) {
      const text = formatSummary(summary, { color: false, width });
      for (const { claim } of summary.expectations) expect(text).toContain(claim);
    }
  });

  test('sends no control character of a scenario to the terminal', () => {
    for (const width of [40, 80, 200]) {
      const text = formatSummary(hostileResult().summary, { color: false, width });
      expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}|\u202e/u);
    }
  });

  test('marks an interrupted experiment', () => {
    expect(formatSummary(emptyResult().summary, plain)).toContain('Incomplete: 0 of 40 rollouts were simulated.');
  });
});
