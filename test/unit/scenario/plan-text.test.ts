import { expect, test } from 'vitest';
import { describePlan } from '#scenario/plan-text';
import { load } from './scenario-text.js';

const TEXT = `apiVersion: rollout-sim/v1
name: sketch
question: What does the plan look like?
horizon: 2h
channels:
  - name: canary
    gates: [selection]
    dwell: { time: 1h, epochs: 2 }
    checks: [{ metric: liveness.production, success: '>= 90%', failure: '< 75%' }]
  - { name: mainnet, validators: 100, gates: [], dwell: 10 epochs, checks: [] }
faults:
  - { kind: slow, on: prove, factor: 3, rate: 3/d, for: 12h, targets: { channel: canary, share: 50% }, probability: 20% }
  - { kind: bad-release, defect: crash, perHeight: 0.01%, share: 60%, minUpgraded: 3 }
expect: ['P(abort in canary) >= 50%']
`;

test('a plan tells steps with their times, checks, gates, faults, claims, defaults and warnings', () => {
  const text = describePlan(load(TEXT));
  const expected = [
    'sketch',
    'What does the plan look like?',
    // Epochs of 2 h: 1 until the gate, 1 + 2 + 10 of dwelling; 9 pauses of 30 min; 12 restarts of 31.8 s. 32 h 36 min.
    'Planned duration 1d 9h (about 23476 blocks), horizon 2h.',
    '  1. canary: 5 of 100 validators of chain mainnet, 8h 1m',
    'upgrade all at once',
    'gate selection (malachite_consensus) all at once, in shadow mode, active at the next epoch',
    'dwell 1 epoch ',
    'dwell 1h or 2 epochs, the later',
    'mean of liveness.production over 5m, every 1m: success >= 90%, failure < 75%; 3 failures in a row: abort',
    '  2. mainnet: 100 validators of chain mainnet, 1d 1h',
    'upgrade in 10 batches, 30m apart',
    'slashing   consensus_enforcement  after proofs, rewards',
    'slow-1         proving of 50% of the validators on the release 3 times slower for 12h; every 8h on average while canary is active, with probability 20%',
    'bad-release-1  crash of 60% of the upgraded nodes, 0.0001 a height, from 3 upgraded nodes on; from the start',
    'P(abort in canary) >= 50%   (confidence 95%)',
    'blueprint §2.2 block_time_ms',
    'the horizon of 2h is shorter than the plan of 1d 9h',
  ];
  expect(expected.filter((line) => !text.includes(line))).toEqual([]);
  expect(text).toMatch(/^ {2}channels\.canary\.validators +5% \(5 of 100\) +blueprint §22/m);
});

test('a check tells what it compares, its limits and what is out of the ordinary', () => {
  const told = (check: string) => {
    const start = 'apiVersion: rollout-sim/v1\nquestion: q\nchannels:\n';
    const text = describePlan(load(`${start}  - { name: canary, validators: 4, checks: [${check}] }\n`));
    return text.slice(text.indexOf('checks'), text.indexOf('Gates'));
  };
  expect(
    told("{ metric: release.participation, against: production, compare: difference, success: '>= -5%' }"),
  ).toContain('over 5m against production, as difference, every 1m: success >= -5%, else failure');
  const limits = 'failureLimit: 9, count: 20, initialDelay: 1h, noData: failure, onInconclusive: abort, mode: observe';
  expect(told(`{ when: "max(proofs.queue, 5m) < 3", ${limits} }`)).toContain(
    'max(proofs.queue, 5m) < 3, every 1m: success, else failure; 3 failures in a row or 9 in all: ' +
      'observed, would abort; from 1h on; 20 evaluations; no data: failure; 3 inconclusive: abort',
  );
  expect(told('{ preset: alerts }')).toMatch(/alert-no-block .* 10 failures in a row: .*; exported by no code\n/);
});

test('an empty part is called none', () => {
  const text = describePlan(load('apiVersion: rollout-sim/v1\nquestion: q\nchannels: [{ name: a, validators: 4 }]\n'));
  expect(text).toContain('Faults\n  none\n');
  expect(text).toContain('Expectations\n  none\n');
  expect(text).not.toContain('Warnings');
});

test('proofs, stores, migrations and their faults are told where they are not the plain default', () => {
  const start = 'apiVersion: rollout-sim/v1\nquestion: q\nchannels: [{ name: a, validators: 4, checks: [] }]\n';
  const told = (more: string): string[] => {
    const text = describePlan(load(`${start}${more}\n`));
    return text.split('\n').filter((line) => /^(?:Proofs|Storage): |^ {2}migration /.test(line));
  };
  expect(told('')).toEqual([]);
  expect(told('proofs: { prove: 5s }')).toEqual([
    'Proofs: one job a block for all circuits together, 5s; whatever the size of the committee.',
  ]);
  expect(told('proofs: { failover: { factor: 2 }, newCircuits: true }')).toEqual([
    'Proofs: plonky3 takes over after 5m and takes 2 times as long (not releasable); the release brings other circuits.',
  ]);
  expect(
    told('storage: { damage: { tornTail: 0%, badSnapshot: 5% }, backups: { every: 6h, beforePromotions: false } }'),
  ).toEqual([
    'Storage: after a crash a torn tail in 0%; after a crash a bad snapshot in 5%; a backup every 6h; no backups before promotions.',
  ]);
  expect(told('storage: { backups: { damaged: 20%, tested: false } }')).toEqual([
    'Storage: 20% of the backups damaged; backups not tested.',
  ]);
  expect(
    told(
      'gates: [{ name: g, enables: [reconstruction], migration: { families: [timetoke], defect: clock, reversible: false } }]',
    ),
  ).toEqual([
    '  migration with g: timetoke at 50 MB/s; the previous release cannot read what it writes; rehearsed on a copy; defect clock in timetoke',
  ]);
  const faults = describePlan(
    load(`${start}faults:
  - { kind: storage, what: corrupt-log, at: 1h, for: 3m, targets: { count: 1 } }
  - { kind: storage, what: backup, at: 1h, targets: { leader: true } }
  - { kind: backend, at: 1h, for: 20m, targets: { share: 50% } }
`),
  );
  const expected = [
    'corrupt log of 1 validator, started again after 3m; at 1h',
    'latest backup of the chain unusable; at 1h',
    'proving backend of 50% of the validators out for 20m; at 1h',
  ];
  expect(expected.filter((line) => !faults.includes(line))).toEqual([]);
});

test('a gate step tells which checks it waits for', () => {
  const step = (needs: string) =>
    describePlan(
      load(`apiVersion: rollout-sim/v1
question: q
channels: [{ name: a, validators: 4, steps: [{ upgrade: {} }, { gate: { phase: selection, needs: [${needs}] } }] }]
`),
    );
  expect(step('finality')).toContain('in 2 batches, once finality succeeds, active at the next epoch');
  expect(step('finality, crashes')).toContain('in 2 batches, once finality, crashes succeed, active at the next epoch');
});

const ECONOMY = ['Validators', 'Rewards', 'Slashing'];

test('rules, topology, links, queues and phases are told where they are not the plain default', () => {
  const start = 'apiVersion: rollout-sim/v1\nquestion: q\nchannels: [{ name: a, validators: 4, checks: [] }]\n';
  const plain = describePlan(load(start));
  for (const noun of [...ECONOMY, 'Consensus', 'Topology', 'Links', 'Queues', 'Phases'])
    expect(plain).not.toContain(`\n${noun}: `);
  const text = describePlan(
    load(`${start.replace('checks: []', 'checks: [], steps: [{ upgrade: { halt: { after: 1 } } }]')}
chain: { consensus: { preset: cometbft } }
network:
  regions: { preset: aws, use: [London, Tokyo] }
  placement: [Tokyo, London]
  uplink: 1Gbit/s
  hop: { uniform: { min: 0s, max: 100ms } }
  topology: { kind: small-world, eager: 4 }
  queues: { processing: 75.5us, ratePerPeer: 0 }
phases: { chaos: 60s, settle: 30s, judge: 2m }
faults:
  - { kind: partition, at: 10s, for: 20s, targets: { faulty: f+1 }, direction: in, moves: 5s }
  - { kind: byzantine, behaviour: drop, heights: [3, 9], acts: 50%, targets: { faulty: f } }
`),
  );
  const expected = [
    'Consensus: a quorum skips to a later round, a locked node prevotes its locked value, the next height starts 1s after a decision.',
    'Topology: small-world, 8 neighbours, 10% of the links redirected, 4 of them at once, the others told every 900ms.',
    'Links: a node sends at most 1000 Mbit/s; every transmission takes up to 100ms more; validators stand in Tokyo, London, over and over.',
    'Queues: 75.5µs a message; at most 1024 votes, 1024 blocks and parts, 1024 for synchronization; any number of a peer in a second;',
    'Phases: 1m of chaos, 30s to settle, 2m judged.',
    'upgrade: all halt 1 block on, then each installs in about 49m (lognormal)',
    'partition of f+1 validators (f: just below a third of the power), who hear nobody, for 20s, moving every 5s; at 10s',
    'Byzantine, drop (50% of the receivers) in 50% of the rounds, heights 3 to 9, to the end; from the start',
  ];
  expect(expected.filter((line) => !text.includes(line))).toEqual([]);
});

test('rules of the economy are told where they are not the plain default, each switch as built in a line', () => {
  const start = 'apiVersion: rollout-sim/v1\nquestion: q\nchannels: [{ name: a, validators: 4, checks: [] }]\n';
  const rulesOf = (more: string): string[] => {
    const text = describePlan(load(`${start}${more}\n`));
    return text.split('\n').filter((line) => /^(?:As built|Leaders|Validators|Rewards|Slashing)[ :]/.test(line));
  };
  expect(rulesOf('')).toEqual([]);
  expect(rulesOf('chain: { asBuilt: { vrfBundle: 128, framing: false } }')).toEqual([]);
  expect(rulesOf('chain: { asBuilt: { gossipFrame256K: true, vrfBundle: 32, bootstrapAsBuilt: true } }')).toEqual([
    'As built (§21 row 3): bootstrapAsBuilt. Everybody starts at tier TL0 without successes, and nobody can rise to TL3.',
    'As built (§21 row 6): vrfBundle 32. Entries that a bundle of VRF outputs holds at most; candidates beyond them are left out.',
    'As built (§21 row 18): gossipFrame256K. No gossip message above 256 KiB travels.',
  ]);
  expect(rulesOf('validators: { uptimeProofs: 2h }')).toEqual(['Validators: uptime is proven every 2h.']);
  expect(rulesOf('validators: { scoreDecay: true }')).toEqual(['Validators: the score falls by a twentieth a day.']);
  expect(rulesOf('rewards: { rule: B, auditEpochs: 3 }')).toEqual([
    'Rewards: rule B (50000000 a report); the books are audited after 3 epochs.',
  ]);
  expect(rulesOf('rewards: { rule: A }')).toEqual([
    'Rewards: rule A (base 5, bonus 20%); the books are audited after 10 epochs.',
  ]);
  expect(rulesOf('rewards: { rule: D, pools: { leaders: 55% } }')).toEqual([
    'Rewards: rule D (pools 55% and 30%, from 1 h); the books are audited after 10 epochs.',
  ]);
  expect(rulesOf('chain: { leaderOrder: doc }')).toEqual([
    'Leaders: The design text: among equals in tier and timetoke the lowest output leads, whatever its weight.',
  ]);
  expect(rulesOf('slashing: { banDoubleSign: true }')).toEqual([
    'Slashing: profile hybrid-v1; who signs twice is banned for ever.',
  ]);
  expect(rulesOf('rewards: { bug: wrong-bonus }')).toEqual([
    'Rewards: rule recommended, with the bug wrong-bonus (20% for 30% of the validators); the books are audited after 10 epochs.',
  ]);
  expect(rulesOf('rewards: { bug: missing-epoch }')[0]).toContain('missing-epoch (epoch 2 since rewards began)');
  expect(rulesOf('rewards: { bug: rounding }')[0]).toContain('with the bug rounding;');
  expect(rulesOf('slashing: { dryRun: true }')).toEqual(['Slashing: profile hybrid-v1; a dry run, nothing is taken.']);
  expect(rulesOf('slashing: { profile: lib }')).toEqual(['Slashing: profile lib.']);
  expect(rulesOf('slashing: { profile: node, dryRun: true }')).toEqual([
    'Slashing: profile node; a dry run, nothing is taken.',
  ]);
});
