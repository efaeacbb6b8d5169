import { describe, expect, test } from 'vitest';
import { linesOf, load, minimal } from './scenario-text.js';

const networkOf = (network: string) => load(minimal(`network: ${network}\n`)).plan.network;
const mistakesOf = (network: string) => linesOf(minimal(`network: ${network}\n`));

test('one delay holds everywhere', () => {
  const { delays, delayOf } = networkOf('{ delay: 40ms, regions: [{ name: a }, { name: b }] }');
  expect(delayOf.flat().map((index) => delays[index])).toEqual(Array(4).fill({ kind: 'constant', value: 40_000 }));
});

test('delays within, between, and of a pair both ways', () => {
  const { delays, delayOf } = networkOf(
    '{ regions: [{ name: a }, { name: b }, { name: c }], delay: { within: 1ms, between: 80ms, pairs: [{ from: c, to: a, delay: 150ms }] } }',
  );
  const values = delayOf.map((row) =>
    row.map((index) => delays[index]).map((law) => law?.kind === 'constant' && law.value),
  );
  expect(values).toEqual([
    [1_000, 80_000, 150_000],
    [80_000, 1_000, 80_000],
    [150_000, 80_000, 1_000],
  ]);
});

test('regions without a share divide the rest, and shares make a whole', () => {
  const shares = (regions: string) => networkOf(`{ regions: ${regions} }`).regions.map(({ share }) => share);
  expect(shares('[{ name: a, share: 50% }, { name: b }, { name: c }]')).toEqual([0.5, 0.25, 0.25]);
  expect(shares('[{ name: a }, { name: b }]')).toEqual([0.5, 0.5]);
  const thirds = shares(
    '[{ name: a, share: 33.33333% }, { name: b, share: 33.33333% }, { name: c, share: 33.33333% }]',
  );
  expect(thirds.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
});

test('what does not fit together is refused', () => {
  expect(mistakesOf('{ regions: [{ name: a, share: 50% }, { name: b, share: 40% }] }')[0]).toContain('make 90%');
  expect(mistakesOf('{ regions: [{ name: a, share: 100% }, { name: b }] }')[0]).toContain('make 100%');
  expect(mistakesOf('{ regions: [{ name: a }, { name: a }] }')[0]).toContain('a region "a" stands above already');
  expect(
    mistakesOf('{ delay: { within: 1ms, between: 2ms, pairs: [{ from: europe, to: asja, delay: 1ms }] } }')[0],
  ).toContain('there is no region "asja". Did you mean "asia"?');
  expect(mistakesOf('{ delay: { within: 1ms } }')[0]).toContain('network.delay.between: is missing');
  expect(mistakesOf('{ delay: { witin: 1ms, between: 2ms } }').join()).toContain('Did you mean "within"?');
  expect(mistakesOf('{ loss: 101% }')[0]).toContain('is more than the whole');
  expect(mistakesOf('{ bandwidth: 10 }')[0]).toContain('10 is not a bandwidth. Write 1Gbit/s or 100MiB/s.');
});

describe('the regions of aws', () => {
  test('are thirteen with equal shares and the measured delays, which differ by direction', () => {
    const { regions, delays, delayOf } = networkOf('{ regions: aws }');
    const names = regions.map(({ name }) => name);
    expect(names).toHaveLength(13);
    expect(regions.every(({ share }) => share === 1 / 13)).toBe(true);
    const law = (from: string, to: string) => delays[delayOf[names.indexOf(from)]?.[names.indexOf(to)] ?? -1];
    expect(law('N_Virginia', 'Frankfurt')).toEqual({ kind: 'normal', mean: 44_000, deviation: 2_200 });
    expect(law('Tokyo', 'Oregon')).toMatchObject({ mean: 49_000 });
    expect(law('Singapore', 'N_California')).toMatchObject({ mean: 86_000 });
    expect(law('Canada', 'Tokyo')).toMatchObject({ mean: 70_000 });
    expect(law('Canada', 'Seoul')).toMatchObject({ mean: 85_000 });
    expect(law('Seoul', 'Canada')).toMatchObject({ mean: 84_000 });
    expect(law('Mumbai', 'Mumbai')).toEqual({ kind: 'constant', value: 500 });
  });

  test('may be some of them, in the order of the file, and bring their delays along', () => {
    const { plan, assumptions } = load(minimal('network: { regions: { preset: aws, use: [Tokyo, London] } }\n'));
    expect(plan.network).toMatchObject({
      regions: [
        { name: 'Tokyo', share: 0.5 },
        { name: 'London', share: 0.5 },
      ],
      delays: [
        { kind: 'constant', value: 500 },
        { kind: 'normal', mean: 104_000, deviation: 5_200 },
      ],
      delayOf: [
        [0, 1],
        [1, 0],
      ],
    });
    expect(assumptions.filter(({ path }) => path === 'network.delay').map(({ source }) => source)).toEqual([
      'measurements.md section 1: aws-latencies.csv of CometBFT',
    ]);
  });

  test.each([
    ['{ regions: aws, delay: 40ms }', 'network.delay: "delay" has no effect beside a preset of regions'],
    ['{ regions: awz }', '"awz" is not known here. Write aws.'],
    ['{ regions: { preset: aws, use: [Tokio] } }', 'Did you mean "Tokyo"?'],
    ['{ regions: { preset: aws, use: [Tokyo, Tokyo] } }', '"Tokyo" stands before already. Name it once.'],
    ['{ regions: { preset: aws, use: [] } }', 'holds nothing. Write at least 1.'],
  ])('%s is one problem', (network, message) => {
    expect(mistakesOf(network)).toHaveLength(1);
    expect(mistakesOf(network)[0]).toContain(message);
  });
});

test('a network is a plain mesh without limits unless the file says otherwise', () => {
  const plain = { uplink: 0, placement: null, topology: { kind: 'mesh' }, hop: null, queues: null };
  expect(networkOf('{}')).toMatchObject(plain);
  const two = 'regions: [{ name: a }, { name: b }]';
  expect(networkOf(`{ ${two}, placement: [b, a, b], uplink: 8Mbit/s, hop: 50ms }`)).toMatchObject({
    uplink: 1e6,
    placement: [1, 0, 1],
    hop: { kind: 'constant', value: 50_000 },
  });
});

test('a topology has the defaults of its kind', () => {
  const topologyOf = (topology: string) => networkOf(`{ topology: ${topology} }`).topology;
  const shared = { degree: 8, eager: 8, heartbeat: 900_000 };
  expect(topologyOf('small-world')).toEqual({ kind: 'small-world', rewire: 0.1, ...shared });
  expect(topologyOf('{ kind: small-world, rewire: 30% }')).toMatchObject({ rewire: 0.3 });
  expect(topologyOf('scale-free')).toEqual({ kind: 'scale-free', rewire: 0, ...shared });
  expect(topologyOf('{ kind: random-regular, degree: 6, eager: 2, heartbeat: 1s }')).toEqual({
    kind: 'random-regular',
    degree: 6,
    rewire: 0,
    eager: 2,
    heartbeat: 1e6,
  });
  expect(topologyOf('{ kind: ring, degree: 4 }')).toMatchObject({ degree: 4, eager: 4 });
});

test('queues have the limits of the blueprint, and count parts of a microsecond', () => {
  const limits = { votes: 1_024, blocks: 1_024, sync: 1_024, ratePerPeer: 128, replayWindow: 1_024 };
  expect(networkOf('{ queues: {} }').queues).toEqual({ processing: 75, announcements: false, ...limits });
  const written =
    '{ processing: 12.5us, announcements: true, votes: 1, blocks: 2, sync: 3, ratePerPeer: 0, replayWindow: 0 }';
  expect(networkOf(`{ queues: ${written} }`).queues).toEqual({
    processing: 12.5,
    announcements: true,
    votes: 1,
    blocks: 2,
    sync: 3,
    ratePerPeer: 0,
    replayWindow: 0,
  });
});

test.each([
  ['{ placement: [europe, asja] }', 'network.placement[1]: there is no region "asja". Did you mean "asia"?'],
  ['{ topology: smallworld }', '"smallworld" is not known here. Did you mean "small-world"?'],
  ['{ topology: { kind: ring, rewire: 10% } }', '"rewire" has no effect in topology ring'],
  ['{ topology: { kind: mesh, degree: 8 } }', '"degree" has no effect in a mesh'],
  ['{ topology: { kind: ring, degree: 4, eager: 5 } }', '5 is more than the 4 neighbours of a node'],
  ['{ topology: { degree: 4 } }', 'network.topology.kind: is missing'],
  ['{ topology: { kind: ring, degree: 0 } }', '0 is not a number of neighbours'],
  ['{ queues: { votes: 0 } }', '0 is not a number of messages. Write a whole number of at least 1.'],
  ['{ uplink: 10 }', '10 is not a bandwidth'],
])('%s is one problem', (network, message) => {
  expect(mistakesOf(network)).toHaveLength(1);
  expect(mistakesOf(network)[0]).toContain(message);
});
