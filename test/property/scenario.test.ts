import fc from 'fast-check';
import { expect, test } from 'vitest';
import { UserError } from '#base/error';
import { type LoadedScenario, loadScenarioText } from '#scenario/load';
import { TEMPLATE } from '#scenario/template';
import { DURATION_PATTERN, formatExactDuration, parseDuration } from '#scenario/units';

/** A scenario that has a bit of everything. */
const WHOLE = `${TEMPLATE}
network:
  regions: [{ name: a, share: 40% }, { name: b }]
  delay: { within: 5ms, between: { lognormal: { median: 40ms, p99: 400ms } }, pairs: [{ from: a, to: b, delay: 90ms }] }
rewards: { base: 9007199254740991, leaderBonus: 0.15, rule: C, auditEpochs: 3, bug: { kind: wrong-bonus, share: 30% } }
slashing: { profile: node, dryRun: true, appeals: 20%, appealWindow: 72h, vote: { lognormal: { median: 24h, p95: 48h } } }
validators: { uptimeProofs: 2h, scoreDecay: true }
operations: { restart: &law { gamma: { shape: 2, mean: 30s } }, decision: *law }
gates:
  - { name: selection, enables: [malachite_consensus] }
  - { name: rewards, enables: [timetoke_rewards], after: [selection] }
x-note: [1, { a: null }]
phases: { chaos: 60s, settle: 30s, judge: 60s }
`
  .replace(
    'epochBlocks: 60 }',
    'epochBlocks: 60, partSize: 64KiB, asBuilt: { vrfBundle: 32, framing: true }, consensus: { preset: cometbft, commitWait: 2s } }',
  )
  .replace('network:\n', 'network:\n  topology: { kind: small-world, degree: 4, rewire: 10%, eager: 2 }\n')
  .replace('network:\n', 'network:\n  queues: { processing: 75us, votes: 9 }\n  placement: [b, a]\n  uplink: 1Gbit/s\n')
  .replace(
    'faults:\n',
    `faults:
  - { kind: byzantine, behaviour: delay, delay: 2s, acts: 50%, heights: [1, 9], targets: { faulty: f+1 } }
  - { kind: partition, at: 5s, for: 9s, direction: out, moves: 3s, targets: { count: 2 } }
  - { kind: reorder, at: 5s, for: 9s, spread: 200ms, share: 50%, targets: { count: 2 } }
`,
  );

/** Loads, or gives the problems; whatever else is thrown is thrown on. */
function tryLoad(text: string): LoadedScenario | UserError {
  try {
    return loadScenarioText(text, 'random.yaml');
  } catch (cause) {
    if (cause instanceof UserError) return cause;
    throw cause;
  }
}

/** What holds of every answer: problems say what, where and how; a plan is plain data of finite numbers. */
function expectSane(answer: LoadedScenario | UserError): void {
  if (answer instanceof UserError) {
    expect(answer.problems.length).toBeGreaterThan(0);
    for (const { file, line, column, what, fix, frame } of answer.problems) {
      expect(file).toBe('random.yaml');
      expect(line).toBeGreaterThan(0);
      expect(column).toBeGreaterThan(0);
      expect(what).not.toMatch(/\.$|\n|undefined|\[object/);
      expect(fix).toMatch(/[.?]$/);
      expect(frame).toContain('^');
    }
    return;
  }
  expect(structuredClone(answer.plan)).toEqual(answer.plan);
  const text = JSON.stringify(answer.plan, (_, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? 'NOT FINITE' : value,
  );
  expect(text).not.toContain('NOT FINITE');
}

test('a duration reads back as it was written', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (time) => {
      const text = formatExactDuration(time);
      expect(text).toMatch(DURATION_PATTERN);
      expect(parseDuration(text)).toBe(time);
    }),
  );
});

const SNIPPETS = [
  '',
  '\n',
  ' ',
  '\t',
  ':',
  '- ',
  '{',
  '}',
  '[',
  ']',
  '"',
  "'",
  '*law',
  '&a ',
  '#',
  '|',
  '!',
  '%',
  '\u0000',
  '\ufeff',
  '💥',
];

test('text with characters cut out and put in loads or is refused, and nothing else', () => {
  const edit = fc.record({
    at: fc.nat(WHOLE.length),
    cut: fc.nat(12),
    put: fc.oneof(fc.constantFrom(...SNIPPETS), fc.string({ maxLength: 6, unit: 'binary' })),
  });
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
      let text = WHOLE;
      for (const { at, cut, put } of edits) text = text.slice(0, at) + put + text.slice(at + cut);
      expectSane(tryLoad(text));
    }),
    { numRuns: 150 },
  );
});

test('text with values replaced by other values loads or is refused, and nothing else', () => {
  const values = [
    ...['-1', '0', '1e308', '-0', '.nan', '.inf', '9007199254740993', '0x1F', 'null', '~', 'true', '""'],
    ...[
      '[]',
      '{}',
      '[[]]',
      '{ a: 1 }',
      '24h',
      '0s',
      '999999999999d',
      '5%',
      '0%',
      '1000%',
      '3/h',
      '10 epochs',
      '__proto__',
    ],
    ...['selection', 'mainnet', '{ __proto__: 1 }', '{ constructor: 1 }', '{ lognormal: { median: 0s, p95: 0s } }'],
    ...[
      "'P(abort in __proto__) > 1'",
      "'P(abort by constructor) > 1'",
      "'constructor(abort) > 1'",
      'P(liveness.recovery > 3s) <= 0',
    ],
  ];
  const spots = [...WHOLE.matchAll(/(?<=[:[,-] )[A-Za-z0-9$'%][^,\]}\n#]*/g)].map(({ index, 0: written }) => ({
    index,
    written,
  }));
  expect(spots.length).toBeGreaterThan(40);
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(fc.constantFrom(...spots), fc.constantFrom(...values)), {
        minLength: 1,
        maxLength: 3,
        selector: ([spot]) => spot.index,
      }),
      (changes) => {
        let text = WHOLE;
        for (const [{ index, written }, value] of changes.sort(([a], [b]) => b.index - a.index)) {
          text = text.slice(0, index) + value + text.slice(index + written.length);
        }
        expectSane(tryLoad(text));
      },
    ),
    { numRuns: 200 },
  );
});

test('any JSON at all loads or is refused, and nothing else', () => {
  const keys = [
    'apiVersion',
    'question',
    'channels',
    'faults',
    'expect',
    'gates',
    'network',
    'extends',
    'name',
    'steps',
    'chain',
    'asBuilt',
    'rewards',
    'bug',
    'slashing',
  ];
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom<unknown>(null, true, 0, -1, 1.5, 'rollout-sim/v1', '5s', '5%', 'crash', 'mainnet', 'rounding'),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...keys, 'kind', 'validators', '__proto__'), tie('value'), { maxKeys: 4 }),
    ),
  }));
  fc.assert(
    fc.property(value, (json) => expectSane(tryLoad(JSON.stringify(json)))),
    { numRuns: 150 },
  );
});
