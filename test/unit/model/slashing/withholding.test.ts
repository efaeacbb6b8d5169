import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  createWithholdingWatch,
  hearReport,
  seeVotes,
  sendReports,
  WITHHOLDING_BLOCKS,
} from '#model/slashing/withholding';

test('a member is reported from the third block in a row on that its votes do not come', () => {
  const watch = createWithholdingWatch(2);
  const seen = [false, false, true, false, false, false, false, true, false].map((came) => seeVotes(watch, 1, came));
  expect(seen).toEqual([false, false, false, false, false, true, true, false, false]);
  expect(WITHHOLDING_BLOCKS).toBe(3);
});

test('each witness reports once; enough different ones are evidence, and the count begins anew', () => {
  const watch = createWithholdingWatch(2);
  for (let block = 0; block < 3; block += 1) seeVotes(watch, 1, false);
  expect(sendReports(watch, 1, [4, 6])).toEqual([4, 6]);
  expect(sendReports(watch, 1, [4, 6, 9])).toEqual([9]);
  expect(hearReport(watch, 1, 4, 3, 70)).toBeNull();
  expect(hearReport(watch, 1, 4, 3, 70)).toBeNull();
  expect(hearReport(watch, 1, 6, 3, 71)).toBeNull();
  const evidence = { kind: 'vote-withholding', accused: 1, reporter: 9, height: 72, round: 0 };
  expect(hearReport(watch, 1, 9, 3, 72)).toEqual(evidence);
  expect(hearReport(watch, 1, 9, 1, 72)).toBeNull();
  expect([1, 2, 3].map(() => seeVotes(watch, 1, false))).toEqual([false, false, true]);
});

test('a report that comes after the votes have come again is void', () => {
  const watch = createWithholdingWatch(2);
  for (let block = 0; block < 3; block += 1) seeVotes(watch, 0, false);
  sendReports(watch, 0, [1, 2]);
  hearReport(watch, 0, 1, 2, 5);
  seeVotes(watch, 0, true);
  expect(hearReport(watch, 0, 2, 1, 6)).toBeNull();
});

test('nobody is accused by fewer witnesses than it takes, whatever is missed and heard', () => {
  const step = fc.record({ came: fc.boolean(), witnesses: fc.array(fc.nat(7), { maxLength: 5 }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), fc.integer({ min: 1, max: 8 }), (steps, needed) => {
      const watch = createWithholdingWatch(1);
      let row = 0;
      let reporters = new Set<number>();
      for (const [height, { came, witnesses }] of steps.entries()) {
        row = came ? 0 : row + 1;
        if (came) reporters = new Set();
        if (!seeVotes(watch, 0, came)) continue;
        expect(row).toBeGreaterThanOrEqual(WITHHOLDING_BLOCKS);
        for (const witness of sendReports(watch, 0, witnesses)) {
          reporters.add(witness);
          if (hearReport(watch, 0, witness, needed, height) === null) continue;
          expect(reporters.size).toBe(needed);
          reporters = new Set();
          row = 0;
          break;
        }
      }
    }),
    { seed: 3, numRuns: 200 },
  );
});
