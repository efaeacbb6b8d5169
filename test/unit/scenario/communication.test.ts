import { expect, test } from 'vitest';
import { DAY, HOUR } from '#base/time';
import { describePlan } from '#scenario/plan-text';
import { linesOf, load, minimal } from './scenario-text.js';

test('a file without communication has no briefing', () => {
  expect(Object.hasOwn(load(minimal()).plan, 'briefing')).toBe(false);
  expect(Object.hasOwn(load(minimal('communication: {}')).plan, 'briefing')).toBe(false);
});

test('a briefing fills what it leaves out, and says so', () => {
  const { plan, assumptions } = load(minimal('communication: { briefing: { ahead: 3d } }'));
  expect(plan.briefing).toEqual({
    channel: 'mainnet',
    ahead: 3 * DAY,
    notice: 14 * DAY,
    missing: 0,
    delay: expect.objectContaining({ kind: 'lognormal', median: 2 * HOUR }),
  });
  expect(assumptions.map(({ path }) => path).filter((path) => path.startsWith('communication'))).toEqual([
    'communication.briefing.notice',
    'communication.briefing.missing',
    'communication.briefing.delay',
  ]);
});

test('a briefing is for a channel that there is', () => {
  expect(linesOf(minimal('communication: { briefing: { channel: mainet } }'))).toEqual([
    expect.stringContaining('there is no channel "mainet"'),
  ]);
});

test('a plan tells the briefing, the checklist and what nobody exports', () => {
  const more = `communication: { briefing: { ahead: 3d, missing: 10% } }
checklist: { parity: { covers: 90% }, alerts: false, runbook: false, search: 1h, repair: 20m }
telemetry: { missing: [release.crashes] }`;
  const text = describePlan(load(minimal(more)));
  for (const line of [
    'Briefing of the operators of mainnet 3d ahead, never with probability 10%; all are prepared with 14d of notice',
    'Checklist before each step: hashes of configurations compared, over 90% of the parameters; alerts not tested; no runbook: the way back takes 1h longer; what is found is mended in 20m.',
    'No node exports release.crashes.',
  ]) {
    expect(text).toContain(line);
  }
  expect(describePlan(load(minimal()))).not.toContain('Checklist');
});
