/**
 * What stands behind the numbers: assumptions with their sources, methods in plain words, how to get the same result.
 */
import type { Manifest, StoredResult, Summary } from '#experiment/result';
import type { Block, Table } from './document.js';
import { formatCount, formatNumber, formatShare } from './number.js';
import { quoteArgument } from './text.js';
import { describeMethods, FIDELITY_WORDS, GLOSSARY } from './words.js';

export function writeAssumptions(summary: Summary): Block[] {
  const { assumptions } = summary;
  const table: Table = {
    kind: 'table',
    caption: 'Values the scenario left out, and where their defaults come from',
    columns: [{ title: 'Key' }, { title: 'Value' }, { title: 'Source' }],
    rows: assumptions.map(({ path, value, source }) => [{ text: path }, { text: value }, { text: source }]),
    empty: 'The scenario leaves nothing to defaults.',
  };
  if (assumptions.length === 0) return [table];
  return [
    {
      kind: 'paragraph',
      text: 'What the scenario does not say was filled in with these defaults. Whoever doubts one sets it in the scenario and runs again.',
    },
    { kind: 'fold', title: formatCount(assumptions.length, 'assumption'), blocks: [table], isScreenOnly: false },
  ];
}

export function writeMethods(summary: Summary): Block[] {
  const { work } = summary;
  const share = work.blocks === 0 ? null : work.blocksAtMessageLevel / work.blocks;
  const blocks =
    share === null
      ? 'No block was simulated.'
      : `${formatCount(work.blocks, 'block')} in all, ${formatShare(share)} of them message by message (${formatCount(work.messageEvents, 'event')}).`;
  const methods = [
    ...Object.values(summary.metrics).map(({ method }) => method),
    ...summary.expectations.map(({ method }) => method),
  ];
  return [
    {
      kind: 'list',
      items: [
        'One replication is one whole rollout on a simulated chain: validators, network, proofs, rewards, operators and faults. Each has its own luck, drawn from the seed and its number, so the same seed gives the same rollouts on every machine.',
        `${FIDELITY_WORDS[summary.fidelity]} ${blocks}`,
        'An estimate comes with an interval: a range that holds the true value with the stated confidence. Many rollouts make it narrow. An estimate alone proves nothing.',
        'An expectation passes when its whole interval agrees with the claim, fails when the whole interval contradicts it, and is inconclusive otherwise. Without data nothing passes.',
        'A rollout in which a metric has no value is counted as such and not dropped in silence.',
        ...describeMethods(methods),
      ],
    },
    {
      kind: 'fold',
      title: 'Words used in this report',
      blocks: [{ kind: 'terms', items: GLOSSARY }],
      isScreenOnly: false,
    },
  ];
}

/** The command that replays one replication of a stored result, with what flags changed of the scenario's file. */
export function replayCommand(
  { scenarioFile, changes: { fidelity, set = [] } = {} }: Manifest,
  seed: string,
  replication: number,
): string {
  const words = ['rollout-sim', 'replay', scenarioFile, '--seed', seed, '--replication', String(replication)];
  if (fidelity !== undefined) words.push('--fidelity', fidelity);
  return [...words, ...set.flatMap((setting) => ['--set', setting])].map(quoteArgument).join(' ');
}

export function writeReproduction({ summary, manifest }: StoredResult): Block[] {
  const run = [
    `rollout-sim run ${quoteArgument(manifest.scenarioFile)}`,
    `--seed ${quoteArgument(summary.seed)}`,
    `--replications ${summary.requested}`,
    `--fidelity ${summary.fidelity}`,
    ...(manifest.changes?.set ?? []).map((setting) => `--set ${quoteArgument(setting)}`),
  ].join(' ');
  const worst = summary.worstReplication;
  return [
    { kind: 'command', label: 'Run it again; the fingerprint below must come out the same', text: run },
    ...(worst === null
      ? []
      : [
          {
            kind: 'command' as const,
            label: 'Replay the worst rollout',
            text: replayCommand(manifest, summary.seed, worst),
          },
        ]),
    { kind: 'command', label: 'This result was made by', text: manifest.command },
    { kind: 'terms', items: provenance(summary, manifest) },
  ];
}

function provenance(summary: Summary, manifest: Manifest): { term: string; text: string }[] {
  const { host } = manifest;
  const versions = Object.entries(manifest.versions).map(([name, version]) => `${name} ${version}`);
  const gibibytes = formatNumber(Math.round(host.memoryBytes / 1_073_741_824));
  return [
    { term: 'Scenario', text: `${summary.scenario.name}, hash ${summary.scenario.hash}` },
    { term: 'Seed', text: summary.seed },
    { term: 'Replications', text: `${formatNumber(summary.replications)} of ${formatNumber(summary.requested)}` },
    { term: 'Fingerprint', text: summary.fingerprint },
    { term: 'Engine', text: `${summary.engine.name} ${summary.engine.version}, fidelity ${summary.fidelity}` },
    { term: 'Versions', text: versions.length === 0 ? 'not recorded' : versions.join(', ') },
    { term: 'Started', text: manifest.startedAt },
    {
      term: 'Took',
      text: `${formatNumber(Math.round(manifest.wallMs) / 1_000)} s on ${formatCount(manifest.jobs, 'thread')}${manifest.interrupted ? ', interrupted' : ''}`,
    },
    {
      term: 'Host',
      text: `${host.platform} ${host.arch}, ${formatCount(host.cpus, 'processor')}, ${gibibytes} GiB, node ${host.node}`,
    },
  ];
}
