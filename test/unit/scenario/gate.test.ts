import { expect, test } from 'vitest';
import { HOUR, MINUTE } from '#base/time';
import { compareVersions } from '#scenario/version';
import { linesOf, load } from './scenario-text.js';

const GATES = `gates:
  - { name: selection, enables: [malachite_consensus] }
  - { name: slashing, enables: [consensus_enforcement], minVersion: 2.1.0 }
`;
const text = (more: string, channel = '{ name: mainnet, validators: 10 }'): string =>
  `apiVersion: rollout-sim/v1
question: q
channels: [${channel}]
${GATES}${more}`;

test('a gate asks for a release that knows it', () => {
  expect(linesOf(text('release: { version: 2.1.0, previous: 2.0.9 }'))).toEqual([]);
  expect(linesOf(text(''))).toEqual([
    expect.stringContaining('gates[1].minVersion: no release.version is stated that 2.1.0 could be held against'),
  ]);
  expect(linesOf(text('release: { version: 2.1.0-rc.1 }'))).toEqual([
    expect.stringContaining(
      'phase "slashing" is switched on with version 2.1.0-rc.1, against gates.slashing.minVersion: 2.1.0',
    ),
  ]);
  expect(linesOf(text('release: { version: 2.1.0, previous: 2.1.0 }'))).toEqual([
    expect.stringContaining('version 2.1.0 is not newer than the previous one, 2.1.0'),
  ]);
  expect(linesOf(text('release: { version: two }')).join()).toContain('"two" is not a version');
});

test('a gate of a new version waits until the whole channel runs it', () => {
  const steps = (more: string) =>
    `{ name: mainnet, validators: 10, steps: [{ upgrade: { share: 40% } }, ${more}{ gate: { phase: slashing } }] }`;
  const release = 'release: { version: 2.1.0 }';
  expect(linesOf(text(release, steps('')))).toEqual([
    expect.stringContaining('a part of the channel runs an older version, against gates.slashing.minVersion: 2.1.0'),
  ]);
  expect(linesOf(text(release, steps('{ upgrade: {} }, ')))).toEqual([]);
});

test('slashing waits for an audit log, unless it only computes', () => {
  const more = 'release: { version: 2.1.0 }\nslashing: { auditLog: false }';
  expect(linesOf(text(more))).toEqual([expect.stringContaining('slashing needs audit (§13.2)')]);
  const shadow =
    '{ name: mainnet, validators: 10, steps: [{ upgrade: {} }, { gate: { phase: slashing, mode: shadow } }] }';
  expect(linesOf(text(more, shadow))).toEqual([]);
  expect(linesOf(text(more, '{ name: mainnet, validators: 10, gates: [selection] }'))).toEqual([]);
});

test('versions are ordered as Semantic Versioning has it (section 11)', () => {
  const ordered = ['1.0.0-alpha', '1.0.0-alpha.1', '1.0.0-alpha.beta', '1.0.0-beta', '1.0.0-beta.2', '1.0.0-beta.11']; // its example
  ordered.push('1.0.0-rc.1', '1.0.0', '1.2.0', '1.10.0', '2.0.0');
  ordered.forEach((a, i) => {
    ordered.forEach((b, j) => {
      expect(Math.sign(compareVersions(a, b))).toBe(Math.sign(i - j));
    });
  });
});

test('a misfire is read whole, and what does not go together is refused', () => {
  const faults = (fault: string) => text(`release: { version: 2.1.0 }\nfaults: [${fault}]`);
  const common = 'kind: misfire, gate: selection, channel: mainnet, targets: { share: 30% }';
  expect(load(faults(`{ ${common}, how: late }`)).plan.faults).toEqual([
    {
      kind: 'misfire',
      name: 'misfire-1',
      trigger: { kind: 'after', channel: 'mainnet', step: 'selection', delay: 0 },
      probability: 1,
      gate: 'selection',
      how: 'late',
      by: 10,
      duration: expect.objectContaining({ kind: 'lognormal', median: 30 * MINUTE }),
      target: { kind: 'share', share: 0.3, of: 'chain' },
    },
  ]);
  expect(load(faults(`{ ${common}, how: partial, for: 1h }`)).plan.faults[0]).toMatchObject({
    by: 0,
    duration: { value: HOUR },
  });
  expect(linesOf(faults(`{ ${common}, how: partial, by: 3 }`))).toEqual([
    expect.stringContaining('"by" does not go with "how: partial"'),
  ]);
  expect(linesOf(faults(`{ ${common.replace('mainnet', 'testnet')}, how: early }`))).toEqual([
    expect.stringContaining('there is no channel "testnet"'),
  ]);
  expect(
    linesOf(
      faults(`{ ${common.replace('selection', 'slashing')}, how: early }`).replace(
        'validators: 10',
        'validators: 10, gates: [selection]',
      ),
    ),
  ).toEqual([expect.stringContaining('channel "mainnet" has no gate step "slashing"')]);
});
