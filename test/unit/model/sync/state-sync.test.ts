import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MILLISECOND, SECOND } from '#base/time';
import type { StateSyncPlan } from '#model/storage-plan';
import { type StateSync, type SyncProvider, syncState } from '#model/sync/state-sync';

const MIB = 1_048_576;
const PLAN: StateSyncPlan = {
  chunkBytes: 8 * MIB,
  parallel: 4,
  rate: 20 * MIB,
  chunkFailure: 0,
  retries: 3,
  backOff: 200 * MILLISECOND,
  breaker: 3,
  budget: 1_800 * SECOND,
  metadata: 2 * SECOND,
  proofCheck: 5 * SECOND,
};
const BYTES = 2_048 * MIB;
const CHUNKS = 256;
const GOOD: SyncProvider = { up: true, breakerOpen: false, chunkFailure: 0, echoes: true, otherRoot: false };
const BROKEN = { ...GOOD, chunkFailure: 1 }; // its breaker opens at 1.6 s, when the first four chunks are in
const LOADING = 102_400 * MILLISECOND;

function play(providers: readonly SyncProvider[], change: Partial<StateSyncPlan> = {}): StateSync {
  return syncState({ ...PLAN, ...change }, BYTES, providers, 1);
}

/** What a sync counts, without its times. */
function counts({ outcome, provider, resumes, mismatches, failovers, restarts, breakersOpened }: StateSync): unknown[] {
  return [outcome, provider, resumes, mismatches, failovers, restarts, breakersOpened];
}

describe('section 11: stages', () => {
  test('a sync without trouble: 2 s metadata, 102.4 s chunks, 5 s proofs', () => {
    const sync = play([GOOD]);
    expect(counts(sync)).toEqual(['sealed', 0, 0, 0, 0, 0, []]);
    expect([sync.duration, sync.chunks, sync.retries]).toEqual([109_400 * MILLISECOND, CHUNKS, 0]);
    expect(sync.stages).toEqual([
      { stage: 'plan-ingested', spent: 0, passedAt: 0 },
      { stage: 'metadata-validated', spent: 2 * SECOND, passedAt: 2 * SECOND },
      { stage: 'chunks-verified', spent: LOADING, passedAt: 104_400 * MILLISECOND },
      { stage: 'proofs-verified', spent: 5 * SECOND, passedAt: 109_400 * MILLISECOND },
      { stage: 'root-sealed', spent: 0, passedAt: 109_400 * MILLISECOND },
    ]);
  });

  test.each([
    ['metadata', 1 * SECOND, 0],
    ['chunks', 60 * SECOND, 144], // 58 s hold 36 rounds of four chunks
    ['proofs', 109_400 * MILLISECOND - 1, CHUNKS],
  ])('over budget in %s: aborted at the budget', (_, budget, chunks) => {
    const sync = play([GOOD], { budget });
    expect([sync.outcome, sync.duration, sync.chunks]).toEqual(['over-budget', budget, chunks]);
    expect(sync.stages[4]?.passedAt).toBeNull();
    expect(play([GOOD], { budget: 109_400 * MILLISECOND }).outcome).toBe('sealed');
  });
});

describe('section 11: failover', () => {
  test('nobody up, or every breaker open: no provider, at once', () => {
    for (const providers of [[], [{ ...GOOD, up: false }], [{ ...GOOD, breakerOpen: true }]]) {
      const sync = play(providers);
      expect([counts(sync), sync.duration]).toEqual([['no-provider', -1, 0, 0, 0, 0, []], 0]);
    }
  });

  test('an open breaker is never closed again: the only provider is lost', () => {
    const sync = play([BROKEN]);
    expect([counts(sync), sync.duration]).toEqual([['no-provider', -1, 0, 0, 0, 0, [0]], 3_600 * MILLISECOND]);
  });

  test('a provider that is down is passed over; the new peer resumes', () => {
    const sync = play([BROKEN, { ...GOOD, up: false }, GOOD]);
    expect(counts(sync)).toEqual(['sealed', 2, 1, 0, 1, 0, [0]]);
    expect(sync.duration).toBe(2 * (2 * SECOND) + 1_600 * MILLISECOND + LOADING + 5 * SECOND);
  });

  test('a new peer that does not echo the plan is a mismatch: cancel, and restart at chunk 0 with it', () => {
    const sync = play([BROKEN, { ...GOOD, echoes: false }]);
    expect(counts(sync)).toEqual(['sealed', 1, 0, 1, 1, 1, [0]]);
    expect(sync.stages[1]?.spent).toBe(3 * 2 * SECOND); // first session, refused resume, restart
  });

  test('a chunk without retries left resumes at the same provider, once; then at a peer', () => {
    const plan = { retries: 0, breaker: 100 };
    expect(counts(play([BROKEN, GOOD], plan))).toEqual(['sealed', 1, 2, 0, 1, 0, []]);
    expect(counts(play([{ ...BROKEN, echoes: false }, GOOD], plan))).toEqual(['sealed', 1, 1, 1, 1, 0, []]);
  });

  test('a resume, at the same provider or at a peer, loads no verified chunk again', () => {
    const same = play([{ ...GOOD, chunkFailure: 0.02 }], { retries: 0, breaker: 100 });
    expect([same.outcome, same.chunks, same.restarts, same.resumes > 0]).toEqual(['sealed', CHUNKS, 0, true]);
    const peer = play([{ ...GOOD, chunkFailure: 0.1 }, GOOD], { breaker: 2 });
    expect(counts(peer)).toEqual(['sealed', 1, 1, 0, 1, 0, [0]]);
    expect(peer.chunks).toBe(CHUNKS);
  });

  test('a provider alone, always failing, restarts until the budget is used up', () => {
    const sync = play([BROKEN], { retries: 0, breaker: 1_000_000, budget: 100 * SECOND });
    expect([sync.outcome, sync.duration, sync.provider]).toEqual(['over-budget', 100 * SECOND, 0]);
    expect([sync.resumes, sync.restarts, sync.chunks]).toEqual([14, 13, 0]); // a session takes 2 + 1.6 s: 27 of them
  });
});

describe('section 11: a root mismatch discards the transfer', () => {
  const other = { ...GOOD, otherRoot: true };

  test('another provider is asked from chunk 0', () => {
    const sync = play([other, GOOD]);
    expect(counts(sync)).toEqual(['sealed', 1, 0, 0, 1, 1, []]);
    expect([sync.chunks, sync.discarded, sync.duration]).toEqual([2 * CHUNKS, 1, 2 * 109_400 * MILLISECOND]);
  });

  test('with nobody else the mismatch is the outcome', () => {
    const sync = play([other, { ...GOOD, up: false }]);
    expect([counts(sync), sync.discarded]).toEqual([['root-mismatch', -1, 0, 0, 0, 0, []], 1]);
    expect(sync.stages.map(({ passedAt }) => passedAt === null)).toEqual([false, true, true, true, true]);
  });

  test('chunks of one root never go into a transfer of another', () => {
    expect(counts(play([{ ...BROKEN, otherRoot: true }, GOOD]))).toEqual(['sealed', 1, 0, 1, 1, 1, [0]]);
    expect(counts(play([BROKEN, other]))).toEqual(['root-mismatch', -1, 0, 1, 1, 1, [0]]);
  });
});

test('whatever the providers do, the account of a sync adds up', () => {
  const provider: fc.Arbitrary<SyncProvider> = fc.record({
    up: fc.boolean(),
    breakerOpen: fc.constantFrom(false, false, true),
    chunkFailure: fc.constantFrom(null, 0, 0.3, 0.8, 1),
    echoes: fc.boolean(),
    otherRoot: fc.constantFrom(false, false, true),
  });
  const change = fc.record({
    chunkFailure: fc.constantFrom(0, 0.1, 0.5),
    parallel: fc.integer({ min: 1, max: 6 }),
    retries: fc.nat(3),
    breaker: fc.integer({ min: 1, max: 6 }),
    budget: fc.integer({ min: 1, max: 1_000 }).map((seconds) => seconds * SECOND),
  });
  fc.assert(
    fc.property(fc.array(provider, { maxLength: 4 }), change, fc.integer(), (providers, changed, key) => {
      const plan = { ...PLAN, ...changed };
      const sync = syncState(plan, 20 * plan.chunkBytes, providers, key);
      expect(syncState(plan, 20 * plan.chunkBytes, providers, key)).toEqual(sync);
      expect(sync.stages.reduce((sum, { spent }) => sum + spent, 0)).toBe(sync.duration);
      expect(sync.duration).toBeLessThanOrEqual(plan.budget);
      expect(sync.outcome === 'over-budget' ? sync.duration : plan.budget).toBe(plan.budget);
      expect(sync.outcome === 'sealed').toBe(sync.stages[4]?.passedAt === sync.duration);
      if (sync.outcome === 'sealed') {
        expect(providers[sync.provider]).toMatchObject({ up: true, breakerOpen: false, otherRoot: false });
        expect(sync.chunks).toBeGreaterThanOrEqual(20);
        if (sync.restarts === 0) expect(sync.chunks).toBe(20); // a resume loads nothing twice
      }
      const kept = providers.some(
        (one, i) => one.up && !one.breakerOpen && !one.otherRoot && !sync.breakersOpened.includes(i),
      );
      if (sync.outcome === 'no-provider' || sync.outcome === 'root-mismatch') expect(kept).toBe(false);
      expect(new Set(sync.breakersOpened).size).toBe(sync.breakersOpened.length);
    }),
  );
});
