import { describe, expect, test } from 'vitest';
import { METRICS, PROBE_METRICS } from '#model/metric';
import { CONDITIONAL_DEFAULTS, DEFAULTS } from '#scenario/defaults';
import { explain, explainTopics } from '#scenario/explain';
import { PRESET_DEFAULTS } from '#scenario/preset-defaults';

test('every topic is explained in at least a sentence', () => {
  const topics = explainTopics();
  expect(topics).toEqual([...new Set(topics)]);
  expect(topics.filter((topic) => !/^[A-Z"].*[.]$/.test(explain(topic)?.text ?? ''))).toEqual([]);
});

/** A word may be a key of the scenario and a metric as well. */
const kindsOf = (topic: string): string[] => explain(topic)?.kind.split(', ') ?? [];

test('keys, metrics, gates, faults, actions, exit codes and words are topics', () => {
  const topics = explainTopics();
  const wanted = [
    ...Object.keys(DEFAULTS),
    ...METRICS.map(({ key }) => key),
    ...PROBE_METRICS.map(({ key }) => key),
    ...['timetoke_rewards', 'consensus_enforcement', 'selection', 'slashing'],
    ...['crash', 'partition', 'slow', 'drift', 'bad-release', 'hold', 'abort', 'rollback', 'shadow', 'auto'],
    ...['0', '1', '2', '10', '11', '12', '13', '14', '130', '143'].map((code) => `exit ${code}`),
    ...['channel', 'gate', 'check', 'readiness', 'leader', 'proposer', 'replication', 'gate rollback'],
    ...Object.keys(CONDITIONAL_DEFAULTS),
    ...Object.keys(PRESET_DEFAULTS.cometbft),
    ...['clog', 'loss', 'duplicate', 'delay', 'reorder', 'byzantine', 'amnesia', 'equivocate-vote', 'nil', 'censor'],
    ...['mesh', 'small-world', 'aws', 'blueprint', 'malachite', 'cometbft', 'one-honest', 'locked-value', 'phases'],
    ...['phases.chaos', 'network.regions.use', 'network.placement', 'faults[].targets.faulty', 'faults[].behaviour'],
    ...['chain.asBuilt', 'rewards.bug', 'rewards.bug.kind', 'slashing.vote', 'rounding', 'hybrid-v1', 'D', 'as built'],
    ...['storage', 'backend', 'torn-tail', 'bad-snapshot', 'recursive', 'consensus-metadata', 'clock', 'storage.sync'],
    ...['proofs.circuits.state', 'gates[].migration', 'faults[].what', 'channels[].steps[].gate.needs'],
    ...['channels[].steps[].gate.mode', 'faults[].targets.power', 'network.delay.pairs[].delay'],
  ];
  expect(wanted.filter((topic) => !topics.includes(topic))).toEqual([]);
  expect(METRICS.filter(({ key }) => !kindsOf(key).includes('metric'))).toEqual([]);
  expect(PROBE_METRICS.filter(({ key }) => !explain(key)?.kind.endsWith('probe metric'))).toEqual([]);
});

describe('an explanation', () => {
  const factsOf = (topic: string) => explain(topic)?.facts.map(({ label, value }) => `${label}: ${value}`);

  test('of a key says what it accepts and its default with the source', () => {
    expect(explain('chain.blockTime')).toEqual({
      topic: 'chain.blockTime',
      kind: 'scenario key',
      text: 'The slot: the time at which heights are meant to follow.',
      facts: [
        { label: 'value', value: 'a duration, such as 24h, 90m or 250ms' },
        { label: 'default', value: '5s (blueprint §2.2 block_time_ms)' },
      ],
    });
    expect(factsOf('operations.restart')?.[0]).toContain('a duration, or a distribution: uniform, exponential');
    expect(factsOf('validators.hours')?.[0]).toBe('value: a pair [min, max]');
  });

  test('of a switch of the chain as built tells its row, what the sources say and what it breaks', () => {
    expect(explain('quorumCeil')).toEqual({
      topic: 'chain.asBuilt.quorumCeil',
      kind: 'switch of the chain as built',
      text: 'A quorum is ceil(2T/3) + 1 of the power T.',
      facts: [
        { label: 'value', value: 'true or false' },
        { label: 'default', value: 'false (blueprint §21 row 8: floor(2T/3) + 1)' },
        { label: 'blueprint §21', value: 'row 8' },
        { label: 'sources', value: expect.stringContaining('Recommended: floor(2T/3) + 1.') },
        { label: 'breaks', value: expect.stringContaining('it takes 4 of 4 and 6 of 7') },
      ],
    });
    expect(explain('chain.asBuilt.quorumCeil')).toEqual(explain('quorumCeil'));
    expect(explain('chain.asBuilt')?.kind).toBe('scenario key');
    const kinds = explainTopics().map((topic) => explain(topic)?.kind);
    expect(kinds.filter((kind) => kind === 'switch of the chain as built')).toHaveLength(19);
  });

  test('of a channel’s key gives the default of each kind of channel', () => {
    expect(factsOf('channels[].dwell')).toEqual(
      expect.arrayContaining([
        'default of development: 48h (blueprint §17)',
        'default of mainnet: 24h (blueprint §17)',
      ]),
    );
  });

  test('of a key that is gone says what took its place, and of a circuit’s key where its default comes from', () => {
    expect(explain('operations.restore')?.text).toMatch(/^Gone\. Remove it: .*storage\.restoreRate\.$/);
    expect(factsOf('proofs.circuits.consensus.prove')).toContain(
      'default: { lognormal: { median: 3742ms, p95: 4836ms, max: 5806ms } } (blueprint §6.3: measured with 96 validators; cut at 1.1 × max)',
    );
    expect(factsOf('proofs.failover')?.[0]).toBe('value: a map of backend, after, factor, or false');
    expect(factsOf('faults[].what')?.[0]).toContain('one of stop, torn-tail, corrupt-log, bad-snapshot');
  });

  test('of a key that depends on the preset of the consensus gives the default of each', () => {
    expect(factsOf('chain.timeouts.propose')).toEqual([
      'value: a duration, such as 24h, 90m or 250ms',
      'default of blueprint: 5s (blueprint §2.1 round_timeout_ms: a silent proposer costs propose + precommit = 6s)',
      'default of malachite: 3s (consensus.md section 8)',
      'default of cometbft: 3s (consensus.md section 8)',
    ]);
  });

  test('of a key that several kinds of faults have covers all of them', () => {
    expect(factsOf('faults[].kind')).toEqual([
      'value: crash, or partition, or clog, or loss, or duplicate, or delay, or reorder, or slow, or byzantine, or storage, or backend, or pruning, or drift, or misfire, or bad-release',
      'required: yes',
    ]);
    expect(factsOf('faults[].for')?.join()).not.toContain('required');
  });

  test('is found whatever stands between the brackets, and by the bare exit code', () => {
    expect(explain('channels[3].dwell')).toEqual(explain('channels[].dwell'));
    expect(explain('channels.dwell')).toEqual(explain('channels[].dwell'));
    expect(explain(' 10 ')?.text).toBe('An expectation failed.');
    expect(explain('nonsense')).toBeUndefined();
    expect(explain('')).toBeUndefined();
  });

  test('of a word with two meanings gives both', () => {
    expect(explain('liveness.finality')).toMatchObject({ kind: 'metric, probe metric' });
    expect(explain('rewards')?.text).toMatch(/^As scenario key: .* As gate phase: /);
  });
});
