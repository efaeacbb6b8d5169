/**
 * What was measured on real networks, and which scenario with which settings stands for it.
 *
 * Sources: Buchman 2016, "Tendermint: Byzantine Fault Tolerance in the Age of Blockchains", chapter 6 and its figures
 * (`ebuchman/thesis@5f20eff` `chapters/performance.tex`, `figures/throughput`), read off vector figures; CometBFT's
 * quality assurance reports (`cometbft/cometbft@5bba72c1` `docs/references/qa`).
 */

/** Mean time of a block in ms, by transactions per block (250 B each). */
export interface LatencyRow {
  readonly name: string;
  readonly file: string;
  readonly validators: number;
  readonly machine: Machine | null;
  readonly measured: readonly number[]; // by column of `TRANSACTIONS`; one value: empty blocks
}

/** Block latency under a fault, by propose timeout: ms. */
export interface FaultRow {
  readonly fault: 'crash' | 'delay' | 'byzantine';
  readonly validators: number;
  readonly proposeTimeout: number;
  readonly mean: number;
  readonly median: number;
  readonly p95: number;
}

/** Fitted: µs to handle one message or announcement on the machines of the runs. */
export const MACHINES = { 't2.medium': '100us', 'c3.8xlarge': '10us' } as const;
export type Machine = keyof typeof MACHINES;

export const TRANSACTIONS: readonly number[] = [128, 256, 512, 1024, 2048, 4096, 8192, 16384];
export const TRANSACTION_BYTES = 250;
/** Up to here a block is small: at most 256 kB. */
export const SMALL = 4;

const one = 'one-datacentre';
const seven = 'seven-regions';
const t2 = 't2.medium';
const c3 = 'c3.8xlarge';

function row(
  name: string,
  file: string,
  validators: number,
  machine: Machine | null,
  measured: readonly number[],
): LatencyRow {
  return { name, file, validators, machine, measured };
}

export const LATENCIES: readonly LatencyRow[] = [
  row('one datacentre', one, 4, t2, [473, 348, 386, 343, 350, 370, 482, 639]),
  row('one datacentre', one, 8, t2, [409, 402, 365, 362, 395, 526, 742, 1101]),
  row('one datacentre', one, 16, t2, [421, 363, 355, 390, 491, 720, 1055, 1584]),
  row('7 regions, t2.medium', seven, 4, t2, [882, 849, 884, 873, 891, 936, 1143, 1619]),
  row('7 regions, t2.medium', seven, 16, t2, [694, 686, 700, 684, 773, 1011, 1466, 2405]),
  row('7 regions, t2.medium', seven, 64, t2, [1169, 1150, 1359, 1254, 1529, 1948, 2790, 4781]),
  row('7 regions, c3.8xlarge', seven, 4, c3, [824, 711, 727, 741, 739, 728, 833, 1112]),
  row('7 regions, c3.8xlarge', seven, 16, c3, [726, 637, 672, 634, 648, 669, 795, 1164]),
  row('200 nodes, v1', 'cometbft-qa', 175, null, [1580]), // 1.60 and 1.56 s before and after the load
  row('200 nodes, v0.38', 'cometbft-qa', 175, null, [1900]), // 2.0 to 1.8 s
];

function faultRow(fault: FaultRow['fault'], validators: number, line: readonly (readonly number[])[]): FaultRow[] {
  return line.map(([proposeTimeout = 0, mean = 0, median = 0, p95 = 0]) => {
    return { fault, validators, proposeTimeout, mean, median, p95 };
  });
}

/** 2048 transactions per block; [propose timeout, mean, median, 95th percentile]. */
export const FAULTS: readonly FaultRow[] = [
  ...faultRow('crash', 4, [
    [500, 2179, 1102, 5575],
    [1000, 2180, 1046, 5677],
    [2000, 2044, 1049, 5479],
    [3000, 2005, 1096, 5502],
  ]),
  ...faultRow('crash', 16, [
    [500, 1977, 1001, 5930],
    [1000, 1761, 981, 5642],
    [2000, 2041, 1005, 6872],
    [3000, 2395, 991, 5987],
  ]),
  ...faultRow('delay', 4, [
    [1000, 1437, 1036, 2627],
    [2000, 1843, 1180, 4036],
    [3000, 2273, 1251, 5491],
    [4000, 2700, 1413, 6781],
  ]),
  ...faultRow('delay', 16, [
    [1000, 1821, 1135, 5466],
    [2000, 2490, 1165, 7650],
    [3000, 3049, 1163, 9890],
    [4000, 2808, 1174, 6813],
  ]),
  ...faultRow('byzantine', 4, [
    [1000, 1450, 1086, 3320],
    [2000, 1786, 1272, 4166],
    [3000, 1224, 1099, 1680],
    [4000, 1693, 1272, 2607],
  ]),
  ...faultRow('byzantine', 16, [
    [1000, 2086, 1024, 5844],
    [2000, 1580, 1027, 4155],
    [3000, 1801, 1110, 4174],
    [4000, 1745, 1095, 4181],
  ]),
];
