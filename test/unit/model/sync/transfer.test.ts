import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MILLISECOND, SECOND } from '#base/time';
import { deriveKey, drawUint32 } from '#kernel/draw';
import type { StateSyncPlan } from '#model/storage-plan';
import { createTransfer, discardChunks, type Link, loadChunks, sizeOfChunk } from '#model/sync/transfer';

const PLAN: StateSyncPlan = {
  chunkBytes: 10,
  parallel: 2,
  rate: 10,
  chunkFailure: 0,
  retries: 3,
  backOff: 200 * MILLISECOND,
  breaker: 3,
  budget: 1_800 * SECOND,
  metadata: 0,
  proofCheck: 0,
};
const FOREVER = 1e15;

function link(chunkFailure: number, key = 1): Link {
  return { key, chunkFailure, failures: 0 };
}

/** A key under which, at a failure probability of a half, the attempts of each chunk go as told: `F` fails, `s` succeeds. */
function keyWith(...attempts: readonly string[]): number {
  for (let key = 0; ; key += 1) {
    const agrees = attempts.every((wanted, chunk) =>
      [...wanted].every((letter, i) => drawUint32(deriveKey(key, chunk), i) < 2_147_483_648 === (letter === 'F')),
    );
    if (agrees) return key;
  }
}

describe('section 22: chunks share the rate', () => {
  test('2 GiB in chunks of 8 MiB, four at a time at 20 MiB/s, take 102.4 s', () => {
    const plan = { ...PLAN, chunkBytes: 8 * 1_048_576, parallel: 4, rate: 20 * 1_048_576 };
    const transfer = createTransfer(2 * 1_073_741_824, plan.chunkBytes);
    const session = loadChunks(transfer, plan, link(0), FOREVER);
    expect(session).toEqual({ end: 'complete', time: 102_400 * MILLISECOND, verified: 256, retries: 0 });
  });

  test('the last chunk, alone and shorter, has the whole rate', () => {
    const transfer = createTransfer(25, PLAN.chunkBytes); // two chunks share 2 s, five bytes take half a second
    expect([0, 1, 2].map((chunk) => sizeOfChunk(transfer, chunk))).toEqual([10, 10, 5]);
    expect(loadChunks(transfer, PLAN, link(0), FOREVER).time).toBe(2_500 * MILLISECOND);
  });

  test('a chunk that waits to be retried leaves the rate to the other', () => {
    // Both end at 2 s; chunk 0 fails and waits 0.2 s, in which chunk 2 loads 2 of its 10 bytes. They share until chunk 2 has
    // its 8 more at 3.8 s; chunk 0 has 8 by then, and 2 more at 4 s.
    const plan = { ...PLAN, chunkFailure: 0.5 };
    const session = loadChunks(createTransfer(30, 10), plan, link(0.5, keyWith('Fs', 's', 's')), FOREVER);
    expect(session).toEqual({ end: 'complete', time: 4 * SECOND, verified: 3, retries: 1 });
  });
});

describe('section 11: retries, back-off and breaker', () => {
  test('a chunk is tried four times, after 200, 400 and 800 ms', () => {
    const session = loadChunks(createTransfer(10, 10), { ...PLAN, breaker: 9 }, link(1), FOREVER);
    expect(session).toEqual({ end: 'retries', time: 4 * SECOND + 1_400 * MILLISECOND, verified: 0, retries: 3 });
  });

  test('three failures in a row open the breaker, over all chunks and sessions', () => {
    const one = loadChunks(createTransfer(10, 10), PLAN, link(1), FOREVER);
    expect(one).toEqual({ end: 'breaker', time: 3 * SECOND + 600 * MILLISECOND, verified: 0, retries: 2 });
    const many = loadChunks(createTransfer(30, 10), { ...PLAN, parallel: 3 }, link(1), FOREVER);
    expect(many).toEqual({ end: 'breaker', time: 3 * SECOND, verified: 0, retries: 0 });
    const second = loadChunks(createTransfer(10, 10), PLAN, { ...link(1), failures: 2 }, FOREVER);
    expect(second.time).toBe(SECOND);
  });

  test('a success closes the row of failures', () => {
    const plan = { ...PLAN, parallel: 1 };
    const session = loadChunks(createTransfer(20, 10), plan, link(0.5, keyWith('FFs', 'FFs')), FOREVER);
    expect([session.end, session.retries]).toEqual(['complete', 4]);
  });

  test('a session ends when its time is up, to the microsecond', () => {
    expect(loadChunks(createTransfer(30, 10), PLAN, link(0), 3 * SECOND).end).toBe('complete');
    const late = loadChunks(createTransfer(30, 10), PLAN, link(0), 3 * SECOND - 1);
    expect(late).toEqual({ end: 'time', time: 3 * SECOND - 1, verified: 2, retries: 0 });
  });
});

const shape = fc.record({
  bytes: fc.integer({ min: 1, max: 400 }),
  parallel: fc.integer({ min: 1, max: 5 }),
  backOff: fc.nat(3 * SECOND),
  key: fc.integer(),
});

test('a broken session costs no verified chunk: the next one loads only what is missing', () => {
  fc.assert(
    fc.property(shape, fc.double({ min: 0.05, max: 0.6, noNaN: true }), ({ bytes, key, ...rest }, chunkFailure) => {
      const plan = { ...PLAN, ...rest, retries: 1, breaker: 4 };
      const transfer = createTransfer(bytes, 10);
      let verified = 0;
      for (let session = 0; transfer.verifiedCount < transfer.verified.length; session += 1) {
        const kept = transfer.verified.slice();
        const attempts = transfer.attempts.slice();
        verified += loadChunks(transfer, plan, { key, chunkFailure, failures: 0 }, FOREVER).verified;
        kept.forEach((had, chunk) => {
          if (had === 1) expect([transfer.verified[chunk], transfer.attempts[chunk]]).toEqual([1, attempts[chunk]]);
        });
        expect(session).toBeLessThan(2_000);
      }
      expect(verified).toBe(transfer.verified.length);
      discardChunks(transfer);
      expect(loadChunks(transfer, plan, link(0), FOREVER).verified).toBe(transfer.verified.length);
    }),
    { numRuns: 50 },
  );
});

test('a transfer takes what its bytes take at the full rate, and no more than that and its waits', () => {
  fc.assert(
    fc.property(shape, fc.double({ min: 0, max: 0.7, noNaN: true }), ({ bytes, key, ...rest }, chunkFailure) => {
      const plan = { ...PLAN, ...rest, retries: 30, breaker: 1_000, backOff: rest.backOff % 1_000 };
      const transfer = createTransfer(bytes, 10);
      const { time } = loadChunks(transfer, plan, { key, chunkFailure, failures: 0 }, FOREVER);
      let loaded = 0;
      let waits = 0;
      transfer.attempts.forEach((attempts, chunk) => {
        loaded += attempts * sizeOfChunk(transfer, chunk);
        for (let i = 1, wait = plan.backOff; i < attempts; i += 1, wait *= 2) waits += wait;
      });
      expect(time).toBeGreaterThanOrEqual(Math.floor((loaded * SECOND) / plan.rate));
      expect(time).toBeLessThanOrEqual(Math.ceil((loaded * SECOND) / plan.rate) + waits);
    }),
  );
});

/** In parallel with waits it is no law: a failure may let the chunk with the longest waits begin earlier. */
test.each([
  ['one chunk at a time', { parallel: 1 }],
  ['no waits', { backOff: 0 }],
])('with %s, more failures under the same draws never make a transfer shorter', (_, fixed) => {
  const probability = fc.double({ min: 0, max: 0.6, noNaN: true });
  fc.assert(
    fc.property(shape, probability, probability, ({ bytes, key, ...rest }, a, b) => {
      const plan = { ...PLAN, ...rest, ...fixed, retries: 60, breaker: 1_000 };
      const times = [Math.min(a, b), Math.max(a, b)].map(
        (chunkFailure) => loadChunks(createTransfer(bytes, 10), plan, { key, chunkFailure, failures: 0 }, 1e30).time,
      );
      expect(times[1]).toBeGreaterThanOrEqual(times[0] as number);
    }),
  );
});
