/**
 * One of the two processes of a check of determinism: reads the scenario, runs every replication as it is told to, and
 * answers with each outcome and in the end with the summary.
 */
import { writeFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import { UserError } from '#base/error';
import type { Outcome } from '#model/outcome';
import { loadScenario } from '#scenario/load';
import { factFile, hashFacts, type SideAnswer, type SideLimit, type SideStart } from './determinism-message.js';
import { describeFailure, ReplicationError } from './failure.js';
import { foldSummary } from './fold.js';
import { engineVersion } from './host.js';
import { openHere, openPool } from './rehearser.js';
import { replicate } from './replicate.js';
import { numbersOf } from './shard.js';
import { formatPart } from './store.js';

const DEFLATE_LEVEL = 1; // facts are kept until the other process has them too

let limit = Number.POSITIVE_INFINITY;

process.on('disconnect', () => process.exit()); // nobody asks any more
process.on('message', (message: SideStart | SideLimit) => {
  if (message.kind === 'limit') limit = Math.min(limit, message.limit);
  else run(message).then(answer, (error: unknown) => answer(describeTrouble(error)));
});

function answer(message: SideAnswer): void {
  process.send?.(message);
}

async function run(start: SideStart): Promise<SideAnswer> {
  const { file, overrides, jobs, folder, workerFile } = start;
  const loaded = loadScenario(file, overrides);
  const { plan, seed, replications } = loaded;
  const here = jobs === 1 && workerFile === undefined;
  const rehearser = await (here ? openHere({ plan, seed }) : openPool({ plan, seed }, jobs, workerFile));
  const tell = ({ factLog = '', ...outcome }: Outcome): Outcome => {
    writeFileSync(factFile(folder, outcome.replication), deflateSync(factLog, { level: DEFLATE_LEVEL }));
    answer({ kind: 'outcome', outcome, facts: hashFacts(factLog) });
    return outcome;
  };
  try {
    const { outcomes } = await replicate(
      async (number) => tell(await rehearser.rehearse(number, false, { facts: true })),
      replications,
      { lanes: jobs, numbers: numbersInOrder(start, replications) },
    );
    return { kind: 'done', summary: formatPart(foldSummary(loaded, outcomes, engineVersion())) };
  } finally {
    await rehearser.close();
  }
}

function* numbersInOrder({ shards, downwards }: SideStart, replications: number): Generator<number> {
  const order = Array.from({ length: shards }, (_, i) => {
    return [...numbersOf({ index: i + 1, count: shards }, replications)];
  }).flat();
  for (const number of downwards ? order.reverse() : order) if (number < limit) yield number;
}

function describeTrouble(error: unknown): SideAnswer {
  if (error instanceof UserError) return { kind: 'refused', problems: error.problems };
  if (error instanceof ReplicationError) {
    const { kind: how, seed, replication } = error;
    return { kind: 'broken', how, seed, replication, failure: error.cause as { message: string } };
  }
  return { kind: 'failed', failure: describeFailure(error) };
}
