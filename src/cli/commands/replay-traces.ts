/**
 * `replay --itf`: the steps of one validator's consensus, written as traces that `conform` takes.
 */
import { UserError } from '#base/error';
import { exportTraces } from '#experiment/itf-export';
import { writeTraces } from '#experiment/itf-store';
import type { replayReplication } from '#experiment/replay';
import type { LoadedScenario } from '#scenario/load';
import { prepareFolder } from '../output-folder.js';
import { plural } from '../text.js';

/** Which traces are asked for. */
export interface TraceOptions {
  readonly itf?: string; // folder
  readonly validator?: number;
  readonly heights?: readonly [from: number, to: number];
}

type Outcome = Awaited<ReturnType<typeof replayReplication>>;

interface TraceRequest {
  readonly validator: number;
  readonly from: number;
  readonly to: number;
}

const FIRST_HEIGHTS = [1, 10] as const;
const HEIGHTS_MAX = 1_000; // two files each

/**
 * What is to be recorded, or undefined; the folder is tried.
 *
 * @throws UserError if the flags do not fit each other or the scenario
 */
export function requestTraces(
  { itf, validator, heights }: TraceOptions,
  loaded: LoadedScenario,
): TraceRequest | undefined {
  if (itf === undefined) {
    const flag = validator === undefined ? (heights === undefined ? null : '--heights') : '--validator';
    if (flag === null) return undefined;
    throw refusal(flag, 'says which traces to write, but no folder is given for them', 'Add --itf DIR.');
  }
  const { plan } = loaded;
  const node = validator ?? 0;
  const largest = Math.max(...plan.channels.map(({ chainValidators }) => chainValidators));
  if (node >= largest) {
    const what = `there is no validator ${node}: the largest chain has ${largest}, numbered from 0`;
    throw refusal('--validator', what, `Give a number from 0 to ${largest - 1}.`);
  }
  const [from, to] = heights ?? FIRST_HEIGHTS;
  if (to - from >= HEIGHTS_MAX) {
    throw refusal('--heights', `${to - from + 1} heights are too many`, `Ask for ${HEIGHTS_MAX} at most.`);
  }
  const { skip, locked } = plan.chain.rules;
  if (skip !== 'one-honest' || locked !== 'nil') {
    const what = `the scenario changes the rules of consensus (skip: ${skip}, locked: ${locked}), and the formal model has no others than Malachite's`;
    throw refusal('--itf', what, 'Leave the rules of consensus as they are, or the traces.');
  }
  prepareFolder(itf, '--itf');
  return { validator: node, from, to };
}

/**
 * Writes what was recorded.
 *
 * @returns what to tell the user, by line
 * @throws UserError if there is nothing to write, or the folder cannot be written
 */
export function writeRecorded(folder: string, { validator, from, to }: TraceRequest, outcome: Outcome): string[] {
  const { segments = [], tips = [] } = outcome.recorded ?? {};
  const range = from === to ? `height ${from}` : `heights ${from}..${to}`;
  const tip = Math.max(0, ...tips.filter(({ validators }) => validator < validators).map((chain) => chain.tip));
  if (segments.length === 0) {
    if (from > tip + 1) {
      const what = `no chain of validator ${validator} reaches height ${from} in this replication: the last one is ${tip}`;
      throw refusal('--heights', what, `Give heights from 1 to ${tip}.`);
    }
    const what = `validator ${validator} took no step in ${range}: they were passed at block level, or without it`;
    throw refusal('--heights', what, 'Simulate every message, with --fidelity message, or give other heights.');
  }
  const paths = writeTraces(folder, exportTraces(segments));
  const lines = [`${plural(paths.length, 'trace')} of validator ${validator} in ${folder}`];
  const told = new Set(segments.map(({ height }) => height)).size;
  const reached = Math.min(to, tip) - from + 1;
  if (told < reached) {
    lines.push(
      `${reached - told} of ${range} have no steps: they were passed at block level, or without the validator (--fidelity message simulates every message)`,
    );
  }
  return lines;
}

function refusal(file: string, what: string, fix: string): UserError {
  return new UserError([{ file, what, fix }]);
}
