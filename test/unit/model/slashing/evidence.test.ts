import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  CLASS_OF,
  createEvidencePool,
  drainEvidence,
  EVIDENCE_RULES,
  type Evidence,
  type EvidenceKind,
  FIVE_CLASSES,
  MONITOR,
  reportEvidence,
  sealHeight,
  THREE_CLASSES,
  witnessVote,
} from '#model/slashing/evidence';

const KINDS = Object.keys(CLASS_OF) as EvidenceKind[];

function report(kind: EvidenceKind, accused = 0, height = 1, round = 0): Evidence {
  return { kind, accused, reporter: MONITOR, height, round };
}

describe('section 9.2: queues', () => {
  test('drain by priority: conflicts, availability, censorship, witness, inactivity; first in first out inside each', () => {
    const pool = createEvidencePool();
    const arrivals = [
      report('silence', 1),
      report('vote-withholding', 2),
      report('missed-proof', 3),
      report('missed-prevote', 4),
      report('false-proof', 5),
      report('double-sign-precommit', 6),
      report('double-sign-prevote', 7),
    ];
    for (const each of arrivals) expect(reportEvidence(pool, each)).toBe('queued');
    expect(drainEvidence(pool).map(({ accused }) => accused)).toEqual([6, 7, 5, 3, 4, 2, 1]);
    expect(drainEvidence(pool)).toEqual([]);
  });

  test('a limit leaves the rest in order', () => {
    const pool = createEvidencePool();
    for (const each of [report('silence', 1), report('false-proof', 2), report('false-proof', 3)]) {
      reportEvidence(pool, each);
    }
    expect(drainEvidence(pool, 1).map(({ accused }) => accused)).toEqual([2]);
    reportEvidence(pool, report('double-sign-prevote', 4));
    expect(drainEvidence(pool).map(({ accused }) => accused)).toEqual([4, 3, 1]);
  });

  test('three classes (21 #16): conflicts, then availability and silence, then witnesses and missed votes', () => {
    const pool = createEvidencePool({ ...EVIDENCE_RULES, queues: THREE_CLASSES });
    const kinds: EvidenceKind[] = [
      'missed-prevote',
      'vote-withholding',
      'silence',
      'false-proof',
      'double-sign-prevote',
    ];
    for (const kind of kinds) reportEvidence(pool, report(kind));
    expect(drainEvidence(pool).map(({ kind }) => kind)).toEqual([
      'double-sign-prevote',
      'silence',
      'false-proof',
      'missed-prevote',
      'vote-withholding',
    ]);
  });

  test.each([FIVE_CLASSES, THREE_CLASSES])('every kind waits in exactly one queue', (...queues) => {
    const classes = queues.flat(2);
    expect(new Set(classes).size).toBe(classes.length);
    for (const kind of KINDS) expect(classes).toContain(CLASS_OF[kind]);
  });

  test('the history keeps the last 64', () => {
    const pool = createEvidencePool();
    for (let accused = 0; accused < 70; accused += 1) reportEvidence(pool, report('silence', accused));
    expect(pool.history).toHaveLength(64);
    expect([pool.history[0]?.accused, pool.history[63]?.accused]).toEqual([6, 69]);
    expect(drainEvidence(pool)).toHaveLength(70);
  });
});

describe('section 9.1: conflicts and their window', () => {
  const vote = { height: 5, round: 0, kind: 'prevote', voter: 3, value: 1 } as const;

  test('a second vote of the same height, round, kind and voter for another value is a double signature', () => {
    const pool = createEvidencePool(EVIDENCE_RULES, 4);
    expect(witnessVote(pool, vote, 9)).toBeNull();
    expect(witnessVote(pool, vote, 9)).toBeNull();
    for (const other of [{ round: 1 }, { kind: 'precommit' as const }, { voter: 4 }, { height: 6 }]) {
      expect(witnessVote(pool, { ...vote, ...other, value: 2 }, 9)).toBeNull();
    }
    const conflict = { kind: 'double-sign-prevote', accused: 3, reporter: 9, height: 5, round: 0 };
    expect(witnessVote(pool, { ...vote, value: 2 }, 9)).toEqual(conflict);
    expect(witnessVote(pool, { ...vote, kind: 'precommit' }, 9)?.kind).toBe('double-sign-precommit');
  });

  test('a conflict reported after its height sealed goes unpunished', () => {
    const pool = createEvidencePool(EVIDENCE_RULES, 4);
    witnessVote(pool, vote, 9);
    sealHeight(pool, 5);
    expect(pool.votes.size).toBe(0);
    expect(witnessVote(pool, { ...vote, value: 2 }, 9)).toBeNull();
    expect(reportEvidence(pool, report('double-sign-prevote', 3, 5))).toBe('expired');
    expect(reportEvidence(pool, report('double-sign-prevote', 3, 6))).toBe('queued');
    expect(pool.expired).toBe(1);
  });

  test('a window of three heights hears the two before the one in progress as well', () => {
    const pool = createEvidencePool({ ...EVIDENCE_RULES, window: 3 }, 10);
    const outcomes = [8, 9, 10, 11].map((height) => reportEvidence(pool, report('false-proof', 0, height)));
    expect(outcomes).toEqual(['expired', 'queued', 'queued', 'queued']);
  });

  test('what waits in a queue outlives its height', () => {
    const pool = createEvidencePool();
    reportEvidence(pool, report('false-proof'));
    sealHeight(pool, 1);
    expect(drainEvidence(pool)).toHaveLength(1);
  });

  test('the same offence is heard once; as built it is slashed again', () => {
    const pool = createEvidencePool();
    const built = createEvidencePool({ ...EVIDENCE_RULES, repeats: true });
    const outcomes = [pool, built].map((each) => [1, 2].map(() => reportEvidence(each, report('false-proof'))));
    expect(outcomes).toEqual([
      ['queued', 'repeated'],
      ['queued', 'queued'],
    ]);
    drainEvidence(pool);
    expect(reportEvidence(pool, report('false-proof'))).toBe('repeated'); // also once it is punished
    expect(reportEvidence(pool, report('false-proof', 0, 1, 1))).toBe('queued'); // another round
  });
});

test('whatever is reported comes out once, in the order of its class and then of arrival', () => {
  const arrival = fc.record({
    kind: fc.constantFrom(...KINDS),
    accused: fc.nat(3),
    height: fc.nat(3),
    round: fc.nat(2),
  });
  fc.assert(
    fc.property(fc.array(arrival, { maxLength: 60 }), (arrivals) => {
      const pool = createEvidencePool();
      const queued = arrivals
        .map((each) => ({ ...each, reporter: MONITOR }))
        .filter((each) => {
          return reportEvidence(pool, each) === 'queued';
        });
      const rank = ({ kind }: Evidence): number =>
        FIVE_CLASSES.findIndex((classes) => classes.includes(CLASS_OF[kind]));
      expect(drainEvidence(pool)).toEqual(queued.toSorted((a, b) => rank(a) - rank(b))); // the sort is stable
      expect(queued.length + pool.expired + pool.repeated).toBe(arrivals.length);
    }),
  );
});
