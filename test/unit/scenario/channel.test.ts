import { describe, expect, test } from 'vitest';
import { HOUR, MINUTE } from '#base/time';
import { channelTime } from '#scenario/schedule';
import { linesOf, load } from './scenario-text.js';

function withChannels(channels: string, more = ''): string {
  return `apiVersion: rollout-sim/v1\nquestion: q\n${more}channels:\n${channels}`;
}

function channelsOf(channels: string, more = '') {
  return load(withChannels(channels, more)).plan.channels;
}

const FOUR = `  - { name: development, validators: 8 }
  - { name: testnet, validators: 24 }
  - { name: canary }
  - { name: mainnet, validators: 100 }
`;

describe('validators and chains', () => {
  test('the canary shares the chain of mainnet, 5 % of it and at least three; the others have their own', () => {
    expect(
      channelsOf(FOUR).map(({ chain, validators, chainValidators }) => [chain, validators, chainValidators]),
    ).toEqual([
      ['development', 8, 8],
      ['testnet', 24, 24],
      ['mainnet', 5, 100],
      ['mainnet', 100, 100],
    ]);
    expect(channelsOf('  - { name: canary }\n  - { name: mainnet, validators: 20 }\n')[0]?.validators).toBe(3);
    expect(channelsOf('  - { name: canary }\n  - { name: mainnet, validators: 2 }\n')[0]?.validators).toBe(2);
  });

  test('a share is of the chain, rounded up', () => {
    const counts = (share: string, size: number) =>
      channelsOf(
        `  - { name: part, chain: c, validators: ${share} }\n  - { name: all, chain: c, validators: ${size} }\n`,
      )[0]?.validators;
    expect([counts('5%', 100), counts('7%', 100), counts('5%', 30), counts('1%', 7)]).toEqual([5, 7, 2, 1]);
    expect(channelsOf('  - { name: part, validators: 10%, chainValidators: 50 }\n')[0]).toMatchObject({
      validators: 5,
      chainValidators: 50,
    });
  });

  test('numbers that do not fit together are refused', () => {
    const lines = (channels: string) => linesOf(withChannels(channels)).map((line) => line.slice('test.yaml:'.length));
    expect(lines('  - { name: a, validators: 5% }\n')[0]).toContain(
      'no channel says how many validators chain "a" has',
    );
    expect(lines('  - { name: a }\n')).toEqual([
      '4:5 channels[0].validators: is missing. Add "validators:" to channel "a".',
    ]);
    expect(lines('  - { name: a, validators: 5, chainValidators: 4 }\n')[0]).toContain('is more than the 4 validators');
    expect(
      lines(
        '  - { name: a, chain: c, validators: 5, chainValidators: 9 }\n  - { name: b, chain: c, validators: 5, chainValidators: 8 }\n',
      )[0],
    ).toContain('chain "c" has 9 validators already');
    expect(lines('  - { name: a, validators: 5 }\n  - { name: a, validators: 5 }\n')[0]).toContain(
      'a channel "a" stands above already',
    );
    expect(lines('  - { name: a, validators: 0 }\n')[0]).toContain('0 is not a number of validators. Write 5 or 5%.');
    expect(linesOf(withChannels('  []\n'))[0]).toContain('channels: holds nothing. Write at least 1.');
  });

  test('a canary of a third of the chain is allowed with a warning', () => {
    const warningsFor = (count: number) =>
      load(withChannels(`  - { name: canary, validators: ${count} }\n  - { name: mainnet, validators: 30 }\n`))
        .warnings;
    expect(warningsFor(9)).toEqual([]);
    expect(warningsFor(10).map(({ what }) => what)).toEqual(['10 of 30 validators can stop the chain']);
  });
});

describe('steps', () => {
  test('that are left out are upgrade, each gate with its watch, and the last watch', () => {
    const [, testnet, canary, mainnet] = channelsOf(FOUR);
    expect(testnet?.steps).toEqual([
      { kind: 'upgrade', batchShare: 0.5, pause: 0 },
      ...['selection', 'rewards', 'proofs', 'slashing'].flatMap((phase) => [
        { kind: 'gate', phase, batchShare: 0.5, pause: 0, mode: 'enforce', needs: [] },
        { kind: 'dwell', time: 0, epochs: 1 },
      ]),
      { kind: 'dwell', time: 0, epochs: 10 },
    ]);
    expect(canary?.steps).toEqual([
      { kind: 'upgrade', batchShare: 1, pause: 0 },
      ...['selection', 'rewards'].flatMap((phase) => [
        { kind: 'gate', phase, batchShare: 1, pause: 0, mode: 'shadow', needs: [] },
        { kind: 'dwell', time: 0, epochs: 1 },
      ]),
      { kind: 'dwell', time: 0, epochs: 10 },
    ]);
    expect(mainnet?.steps.slice(0, 3)).toEqual([
      { kind: 'upgrade', batchShare: 0.1, pause: 30 * MINUTE },
      { kind: 'gate', phase: 'selection', batchShare: 0.1, pause: 0, mode: 'enforce', needs: [] },
      { kind: 'dwell', time: 0, epochs: 3 },
    ]);
    expect(mainnet?.steps.at(-1)).toEqual({ kind: 'dwell', time: 24 * HOUR, epochs: 0 });
  });

  test('follow dwell, gateDwell and gates', () => {
    const steps = channelsOf(
      '  - { name: x, validators: 4, gates: [selection], gateDwell: 30m, dwell: { time: 2h, epochs: 3 } }\n',
    )[0]?.steps;
    expect(steps?.slice(1)).toEqual([
      { kind: 'gate', phase: 'selection', batchShare: 0.5, pause: 0, mode: 'enforce', needs: [] },
      { kind: 'dwell', time: 30 * MINUTE, epochs: 0 },
      { kind: 'dwell', time: 2 * HOUR, epochs: 3 },
    ]);
    expect(channelsOf('  - { name: x, validators: 4, gates: [], dwell: 1h }\n')[0]?.steps).toHaveLength(2);
  });

  test('may be written one by one', () => {
    const [channel] = channelsOf(`  - name: mainnet
    validators: 9
    steps:
      - upgrade: { batches: 20%, pause: 1m }
      - gate: { phase: selection, batches: 10%, pause: 5s, mode: shadow }
      - gate: { phase: rewards }
      - dwell: 24h
`);
    expect(channel?.steps).toEqual([
      { kind: 'upgrade', batchShare: 0.2, pause: MINUTE },
      { kind: 'gate', phase: 'selection', batchShare: 0.1, pause: 5e6, mode: 'shadow', needs: [] },
      { kind: 'gate', phase: 'rewards', batchShare: 0.1, pause: 0, mode: 'enforce', needs: [] },
      { kind: 'dwell', time: 24 * HOUR, epochs: 0 },
    ]);
  });

  test('of a gate wait for checks of their channel, by name', () => {
    const channel = (needs: string, checks: string) =>
      `  - name: mainnet\n    validators: 9\n${checks}    steps: [{ upgrade: {} }, { gate: { phase: selection, needs: [${needs}] } }]\n`;
    const CHECKS = "    checks: [{ metric: liveness.finality, success: '<= 8s' }]\n";
    expect(channelsOf(channel('liveness.finality.p95', CHECKS))[0]?.steps[1]).toMatchObject({
      needs: ['liveness.finality.p95'],
    });
    expect(channelsOf(channel('finality, proof-backlog', ''))[0]?.steps[1]).toMatchObject({
      needs: ['finality', 'proof-backlog'],
    });
    const say = (needs: string, checks: string) => linesOf(withChannels(channel(needs, checks)));
    expect(say('finalty, finality', '')).toEqual([
      expect.stringContaining('gate.needs[0]: channel "mainnet" has no check "finalty". Did you mean "finality"?'),
    ]);
    expect(say('finality', '    checks: []\n')).toEqual([
      expect.stringContaining('no check "finality". Its checks: none.'),
    ]);
    // A check that is broken is one problem, not two.
    expect(say('finality', CHECKS.replace('liveness.finality', 'liveness.finalty'))).toHaveLength(1);
    expect(say('5', '')[0]).toContain('needs[0]: 5 is not a text');
  });

  test('that make no sense are refused', () => {
    const say = (steps: string, more = '') =>
      linesOf(withChannels(`  - { name: a, validators: 4, ${more}steps: [${steps}] }\n`));
    expect(say('{ upgrade: {}, dwell: 1h }')[0]).toContain('a step does one thing, not 2. Write one of upgrade, gate');
    expect(say('{}')[0]).toContain('a step does one thing, not 0');
    expect(say('{ upgrad: {} }')).toEqual([expect.stringContaining('Did you mean "upgrade"?')]);
    expect(say('{ gate: { phase: selection } }')[0]).toContain(
      'a gate needs the release. Put an upgrade step before it.',
    );
    expect(say('{ upgrade: {} }, { upgrade: {} }')[0]).toContain('runs the release already');
    expect(say('{ upgrade: {} }, { gate: { phase: selektion } }')[0]).toContain('Did you mean "selection"?');
    expect(say('{ upgrade: {} }', 'dwell: 1h, ')[0]).toContain('"dwell" has no effect beside "steps"');
    expect(say('{ upgrade: { batches: 0% } }')[0]).toContain('must be more than 0');
    expect(say('{ dwell: 1 week }')[0]).toContain('"1 week" is not a time to dwell');
    expect(say('{ dwell: 7 }')[0]).toContain('Write 24h, 10 epochs, or { time: 24h, epochs: 10 }');
  });
});

describe('an upgrade after a common halt', () => {
  const steps = (upgrade: string) => `  - { name: mainnet, validators: 10, steps: [{ upgrade: ${upgrade} }] }\n`;

  test('is written with the blocks until it and the time of an installation, or takes what is known of others', () => {
    expect(channelsOf(steps('{ halt: { after: 20, install: 5m } }'))[0]?.steps).toEqual([
      { kind: 'halt-upgrade', after: 20, install: { kind: 'constant', value: 5 * MINUTE } },
    ]);
    expect(channelsOf(steps('{ halt: {} }'))[0]?.steps).toEqual([
      {
        kind: 'halt-upgrade',
        after: 100,
        install: expect.objectContaining({ kind: 'lognormal', median: 49 * MINUTE }),
      },
    ]);
  });

  test('takes as long as the blocks and the last installation', () => {
    const { plan } = load(withChannels(steps('{ halt: { after: 20, install: { uniform: { min: 1m, max: 9m } } } }')));
    const [channel] = plan.channels;
    expect(channel && channelTime(channel, plan.chain, plan.operations.restart)).toBe(100e6 + 9 * MINUTE);
  });

  test('goes with neither batches nor a pause, happens once, and needs the whole chain', () => {
    const say = (channels: string) => linesOf(withChannels(channels));
    expect(say(steps('{ halt: {}, batches: 10%, pause: 1m }')).map((line) => line.split('steps[0].')[1])).toEqual([
      'upgrade.batches: "batches" does not go with "halt". Remove it: each operator installs in its own time.',
      'upgrade.pause: "pause" does not go with "halt". Remove it: each operator installs in its own time.',
    ]);
    expect(say(steps('{ halt: {} } }, { upgrade: {}'))[0]).toContain('runs the release already');
    const canary = '  - { name: canary, steps: [{ upgrade: { halt: {} } }] }\n  - { name: mainnet, validators: 40 }\n';
    expect(say(canary)).toHaveLength(1);
    expect(say(canary)[0]).toContain('only a part of chain "mainnet" runs the release here');
    expect(say(steps('{ halt: { after: 0 } }'))[0]).toContain('0 is not a number of blocks');
  });
});

describe('the order of gates', () => {
  const order = (gates: string, more = '') =>
    linesOf(withChannels(`  - { name: a, validators: 4, gates: [${gates}] }\n`, more));

  test('keeps to what each phase comes after, and the rule is named', () => {
    expect(order('selection, proofs, rewards, slashing')).toEqual([]);
    expect(order('rewards, selection')).toEqual([
      'test.yaml:4:39 channels[0].gates[0]: phase "rewards" comes before "selection", against gates.rewards.after: [selection]. Put "selection" first.',
    ]);
    expect(order('selection, rewards, slashing')[0]).toContain(
      'phase "slashing" comes before "proofs", against gates.slashing.after: [proofs, rewards]',
    );
    expect(order('selection, selection')[0]).toContain('phase "selection" is active already');
    expect(order('selection, prooofs')[0]).toContain('Did you mean "proofs"?');
  });

  test('keeps to the rules of the chain where phases of the file say nothing', () => {
    const gates = `gates:
  - { name: pay, enables: [timetoke_rewards] }
  - { name: select, enables: [malachite_consensus] }
  - { name: prune, enables: [pruning] }
`;
    expect(order('select, pay', gates)).toEqual([]);
    expect(order('pay, select', gates)).toEqual([
      expect.stringContaining(
        'enables timetoke_rewards without malachite_consensus: rewards need consensus (§13.2). Put phase "select" first.',
      ),
    ]);
    expect(order('select, prune', gates)[0]).toContain('Enable recursive_proofs in a phase of gates.');
  });

  test('carries over to the next channel of the same chain, unless in shadow mode', () => {
    const two = (first: string) => `  - { name: a, chain: c, ${first}, gates: [selection] }
  - { name: b, chain: c, validators: 9, gates: [rewards] }
`;
    expect(linesOf(withChannels(two('validators: 9')))).toEqual([]);
    expect(linesOf(withChannels(two('validators: 3')))[0]).toContain('phase "rewards" comes before "selection"');
  });

  test('a phase may name only phases above it, and a gate belongs to one phase', () => {
    const lines = linesOf(
      withChannels(
        '  - { name: a, validators: 4, gates: [] }\n',
        `gates:
  - { name: one, enables: [pruning], after: [two] }
  - { name: two, enables: [pruning, prooning], after: [thre] }
  - { name: one, enables: [recursive_proofs] }
`,
      ).replace(', prooning', ''),
    );
    expect(lines.map((line) => line.split(': ').slice(1).join(': ').split('. ')[0])).toEqual([
      'phase "two" comes no earlier',
      '"pruning" belongs to phase "one" already',
      'there is no phase "thre"',
      'a phase "one" stands above already',
    ]);
    expect(linesOf(withChannels(FOUR, 'gates: [{ name: a, enables: [prooning] }]\n'))[0]).toContain(
      '"prooning" is not known here. Did you mean "pruning"? Write one of: malachite_consensus',
    );
  });

  test('a channel that lets witnesses attest but never pays anybody is a warning', () => {
    const gates = 'gates: [{ name: w, enables: [witness_network] }]\n';
    const { warnings } = load(withChannels('  - { name: a, validators: 4 }\n', gates));
    expect(warnings.map(({ what }) => what)).toEqual([
      'witness_network is on and timetoke_rewards is not: witnesses are never paid',
    ]);
    expect(load(withChannels(FOUR)).warnings).toEqual([]);
  });
});
