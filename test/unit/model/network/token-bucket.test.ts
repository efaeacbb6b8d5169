import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MILLISECOND, SECOND } from '#base/time';
import {
  createBucket,
  createWitnessChannel,
  nextReleaseAt,
  offerMessage,
  releaseMessages,
  takeToken,
  tokenAt,
  WITNESS_META,
  WITNESS_PROOFS,
  type WitnessChannel,
} from '#model/network/token-bucket';

const INTERVAL = 250 * MILLISECOND;

/** Messages let out at each end of an interval up to `until`, the queue always full. */
function released(channel: WitnessChannel, until: number): number {
  for (let now = 0; now < until; now += INTERVAL) {
    for (let free = channel.capacity - channel.waiting.length; free > 0; free -= 1) offerMessage(channel, 0);
    releaseMessages(channel, now);
  }
  return channel.released;
}

describe('section 10: witness channels', () => {
  test('queues of 256 and 128 drop the oldest', () => {
    for (const [terms, room] of [
      [WITNESS_PROOFS, 256],
      [WITNESS_META, 128],
    ] as const) {
      const channel = createWitnessChannel(terms, false, 0);
      const dropped = Array.from({ length: room + 2 }, (_, message) => offerMessage(channel, message));
      expect(dropped.filter((message) => message !== null)).toEqual([0, 1]);
      expect([channel.waiting.length, channel.waiting[0], channel.dropped]).toEqual([room, 2, 2]);
    }
  });

  test('128 and 64 messages leave every 250 ms: 512 and 256 a second', () => {
    expect(released(createWitnessChannel(WITNESS_PROOFS, false, 0), 2 * SECOND)).toBe(2 * 512);
    expect(released(createWitnessChannel(WITNESS_META, false, 0), 2 * SECOND)).toBe(2 * 256);
  });

  test('as built (21 #17) one token an interval: 4 a second after the burst', () => {
    const channel = createWitnessChannel(WITNESS_PROOFS, true, 0);
    expect(released(channel, INTERVAL)).toBe(128);
    expect(released(createWitnessChannel(WITNESS_PROOFS, true, 0), 11 * SECOND)).toBe(128 + 4 * 11 - 1);
    expect(released(createWitnessChannel(WITNESS_META, true, 0), 11 * SECOND)).toBe(64 + 4 * 11 - 1);
  });

  test('what waits leaves oldest first, when the next token is there', () => {
    const channel = createWitnessChannel({ queue: 3, bucket: 1, interval: 100 }, false, 0);
    expect(nextReleaseAt(channel, 0)).toBeNull();
    for (const message of [7, 8, 9]) offerMessage(channel, message);
    expect([releaseMessages(channel, 0), nextReleaseAt(channel, 30)]).toEqual([[7], 100]);
    expect([releaseMessages(channel, 99), releaseMessages(channel, 100)]).toEqual([[], [8]]);
    expect(nextReleaseAt(channel, 250)).toBe(250); // the token of 200 is there
  });
});

test('a bucket never holds more than its capacity, however long it rests', () => {
  const bucket = createBucket({ capacity: 3, refill: 2, interval: 10 }, 0);
  expect([0, 1, 2, 3].map((now) => takeToken(bucket, now))).toEqual([true, true, true, false]);
  expect(tokenAt(bucket, 3)).toBe(10);
  expect([15, 15, 15].map((now) => takeToken(bucket, now))).toEqual([true, true, false]);
  expect(tokenAt(bucket, 15)).toBe(20); // intervals count from the start
  expect([1_000, 1_000, 1_000, 1_000].map((now) => takeToken(bucket, now))).toEqual([true, true, true, false]);
});

test.each([{ capacity: 0 }, { refill: 0.5 }, { interval: 0 }])('a bucket of %o is refused', (wrong) => {
  expect(() => createBucket({ capacity: 1, refill: 1, interval: 1, ...wrong }, 0)).toThrow('positive integer');
});

test('what is offered is released, dropped or waits; no span lets out more than burst and refills', () => {
  const step = fc.record({ wait: fc.nat(500), offers: fc.nat(8) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), fc.boolean(), (steps, witnessRefillBug) => {
      const channel = createWitnessChannel({ queue: 5, bucket: 4, interval: 100 }, witnessRefillBug, 0);
      let now = 0;
      let offered = 0;
      for (const { wait, offers } of steps) {
        now += wait;
        for (let i = 0; i < offers; i += 1) offerMessage(channel, offered++);
        releaseMessages(channel, now);
        expect(channel.released + channel.dropped + channel.waiting.length).toBe(offered);
        expect(channel.released).toBeLessThanOrEqual(4 + Math.floor(now / 100) * (witnessRefillBug ? 1 : 4));
      }
    }),
  );
});
