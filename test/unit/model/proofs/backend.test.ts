import { describe, expect, test } from 'vitest';
import { MINUTE, SECOND } from '#base/time';
import { BACKENDS, circuitVersion, failoverAt, judgeProof, outageFactor, provingBackend } from '#model/proofs/backend';

describe('section 6.2: backends', () => {
  test('nodes prove on STWO, and on a backend that is not releasable where they fail over', () => {
    expect(BACKENDS[provingBackend(false)]).toEqual({ role: 'primary', proves: true, production: 'allowed' });
    expect(BACKENDS[provingBackend(true)]).toEqual({ role: 'failover', proves: true, production: 'not releasable' });
  });

  test('RPP-STARK only verifies; mock is forbidden in production', () => {
    expect(BACKENDS['rpp-stark'].proves).toBe(false);
    expect(BACKENDS.mock.production).toBe('forbidden');
  });
});

test('a proof of another circuit version is refused, whichever side is ahead', () => {
  const [old, release] = [circuitVersion(false, true), circuitVersion(true, true)];
  expect(judgeProof(old, old)).toBe('accepted');
  expect(judgeProof(release, release)).toBe('accepted');
  expect(judgeProof(old, release)).toBe('VersionMismatch');
  expect(judgeProof(release, old)).toBe('VersionMismatch');
  expect(judgeProof(circuitVersion(false, false), circuitVersion(true, false))).toBe('accepted');
});

describe('an outage', () => {
  const failover = { after: MINUTE, factor: 2 };
  const since = 10 * MINUTE;

  test('proves nothing until the other backend is warm, then more slowly', () => {
    const taken = since + MINUTE + 35 * SECOND;
    expect(failoverAt(failover, 35 * SECOND, since)).toBe(taken);
    expect(outageFactor(failover, 35 * SECOND, since, since)).toBe(Number.POSITIVE_INFINITY);
    expect(outageFactor(failover, 35 * SECOND, since, taken - 1)).toBe(Number.POSITIVE_INFINITY);
    expect(outageFactor(failover, 35 * SECOND, since, taken)).toBe(2);
  });

  test('proves nothing at all without failover', () => {
    expect(failoverAt(null, 0, since)).toBe(Number.POSITIVE_INFINITY);
    expect(outageFactor(null, 0, since, 1e15)).toBe(Number.POSITIVE_INFINITY);
  });
});
