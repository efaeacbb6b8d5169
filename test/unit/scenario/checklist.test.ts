import { expect, test } from 'vitest';
import { HOUR, MINUTE } from '#base/time';
import { linesOf, load, minimal } from './scenario-text.js';

test('a file without a checklist has none, and its plan is the one it was', () => {
  const { plan, assumptions } = load(minimal());
  expect(Object.hasOwn(plan, 'checklist')).toBe(false);
  expect(Object.hasOwn(plan.telemetry, 'missing')).toBe(false);
  expect(assumptions.filter(({ path }) => path.startsWith('checklist'))).toEqual([]);
});

test('a checklist fills what it leaves out, and says so', () => {
  const { plan, assumptions } = load(minimal('checklist: { parity: {}, search: 1h }'));
  expect(plan.checklist).toEqual({
    parity: { covers: 1 },
    alerts: true,
    runbook: true,
    search: { kind: 'constant', value: HOUR },
    repair: expect.objectContaining({ kind: 'lognormal', median: 20 * MINUTE }),
  });
  const noted = assumptions.map(({ path }) => path).filter((path) => path.startsWith('checklist'));
  expect(noted).toEqual(['checklist.parity.covers', 'checklist.alerts', 'checklist.runbook', 'checklist.repair']);
});

test('an exporter that is missing must be one that there is', () => {
  expect(load(minimal('telemetry: { missing: [release.crashes] }')).plan.telemetry.missing).toEqual([
    'release.crashes',
  ]);
  expect(linesOf(minimal('telemetry: { missing: [release.crash] }')).join()).toContain('"release.crash"');
  expect(linesOf(minimal('checklist: { parity: { covers: 120% } }')).join()).toContain('is more than the whole');
});
