/**
 * A scenario of upstream's `simnet` tool, in RON or TOML: proofs made and verified under load, processes around them.
 *
 * The tool only times provers; here a chain of as many validators proves as many blocks under the gate that demands it.
 * Source: blueprint.md section 20.
 */
import { SECOND } from '#base/time';
import { defaultAt } from '#scenario/defaults';
import { NAME_PATTERN } from '#scenario/schema';
import type { Path } from '#scenario/tree';
import { parseDuration } from '#scenario/units';
import { type Account, add, at, has, ignore, set, use } from './account.js';
import { readCount, readFlag, readSeconds, readText, readWhole, writeSeconds, writeShare } from './quantity.js';
import type { Rule } from './rule.js';

const PROCESSES = 'processes are not started; validators are simulated';
const MACHINE = 'proofs take the times of proofs.circuits, whatever the machine';

export const SIMNET_RULES: readonly Rule[] = [
  ['name', ''],
  ['description', ''],
  ['duration_secs', ''],
  ['artifacts_dir', 'results go to reports/<name>'],
  ['env', PROCESSES],
  ['env.**', PROCESSES],
  ['nodes', PROCESSES],
  ['nodes.**', PROCESSES],
  ['node.**', PROCESSES],
  ['wallets', PROCESSES],
  ['wallets.**', PROCESSES],
  ['wallet.**', PROCESSES],
  ['p2p', 'the scenario of the peers; import its file by itself'],
  ['p2p.**', 'the scenario of the peers; import its file by itself'],
  ['consensus.runs', ''],
  ['consensus.validators', ''],
  ['consensus.witness_commitments', { to: 'witnesses.count', as: 'count' }],
  ['consensus.security_bits', MACHINE],
  ['consensus.use_gpu', MACHINE],
  ['consensus.seed', ''],
  ['consensus.tamper.vrf', ''],
  ['consensus.tamper.quorum_roots', ''],
  ['consensus.tamper.every_n', ''],
  ['resources', MACHINE],
  ['resources.**', MACHINE],
];

const RUNS = 64; // of upstream, where a file says none
const VALIDATORS = 64;
const EVERY = 8;
const EPOCH_BLOCKS = 12;

/** Takes the whole scenario. */
export function convertSimnet(account: Account): void {
  takeNames(account);
  const seed = readWhole(account, ['consensus', 'seed'], { least: Number.NEGATIVE_INFINITY });
  if (seed !== undefined) {
    set(account.scenario, 'seed', String(seed));
    use(account, ['consensus', 'seed'], 'seed');
  }
  const validators = readCount(account, ['consensus', 'validators'], { least: 1, most: 10_000 });
  if (validators !== undefined) use(account, ['consensus', 'validators'], 'channels[0].validators');
  const dwell = takeDuration(account);
  takeTampering(account, validators ?? VALIDATORS);
  add(
    account,
    'chain.epochBlocks',
    EPOCH_BLOCKS,
    'assumption: gates switch at the end of an epoch, here within a minute',
  );
  add(
    account,
    'gates',
    [{ name: 'proofs', enables: ['recursive_proofs'] }],
    '§13.1: the gate under which blocks need proofs',
  );
  const steps = [{ upgrade: { batches: '100%' } }, { gate: { phase: 'proofs', batches: '100%' } }, { dwell }];
  const channel = { name: 'simnet', validators: validators ?? VALIDATORS, checks: [], steps };
  add(account, 'channels', [channel], '§20: 64 validators and 64 runs by default; nothing guards them');
}

function takeNames(account: Account): void {
  const name = readText(account, ['name']);
  if (name !== undefined) {
    const plain = name
      .replace(/[^A-Za-z0-9._-]+/g, '-')
      .replace(/^[^A-Za-z0-9]+/, '')
      .slice(0, 100);
    if (NAME_PATTERN.test(plain)) {
      set(account.scenario, 'name', plain);
      use(account, ['name'], 'name');
    } else {
      ignore(account, ['name'], 'a name here has letters, digits, ".", "-" and "_"');
    }
  }
  const description = readText(account, ['description']);
  if (description === undefined || description === '') {
    add(account, 'question', 'Do provers keep up, and is every tampered proof refused?', 'to be made yours');
  } else {
    set(account.scenario, 'question', description);
    use(account, ['description'], 'question');
  }
}

/** As long as the file says, and at least until so many blocks are proven. */
function takeDuration(account: Account): string {
  const length = readSeconds(account, ['duration_secs'], 1);
  const runs = readCount(account, ['consensus', 'runs'], { least: 1, most: 1e6 });
  const slot = parseDuration(String(defaultAt('chain.blockTime').value)) / SECOND;
  const proving = (runs ?? RUNS) * slot;
  const byRuns = length === undefined || proving > length;
  const to = 'channels[0].steps[2].dwell';
  if (runs !== undefined) {
    if (byRuns) use(account, ['consensus', 'runs'], to, `a block of ${slot}s for each`);
    else ignore(account, ['consensus', 'runs'], 'more blocks than that are proven within duration_secs');
  }
  if (length !== undefined) {
    if (byRuns) ignore(account, ['duration_secs'], `${runs ?? RUNS} blocks take longer`);
    else use(account, ['duration_secs'], to);
  }
  return writeSeconds(byRuns ? proving : length);
}

/**
 * Every n-th proof is false; whatever was tampered with, it does not verify. As many validators as a chain tolerates
 * make false ones, so often that the share comes out if all of them lead alike; if all made some, none would decide.
 */
function takeTampering(account: Account, validators: number): void {
  const base: Path = ['consensus', 'tamper'];
  const tamper = at(account.tree, base);
  if (tamper?.kind !== 'map') return;
  const path = (key: string): Path => [...base, key];
  const parts = ['vrf', 'quorum_roots'].filter((key) => has(account, path(key)));
  const on = parts.filter((key) => readFlag(account, path(key)) === true);
  const every = readCount(account, path('every_n'), { least: 1 });
  const to = 'faults[0]';
  const tolerated = Math.floor((validators - 1) / 3);
  if (on.length === 0 || tolerated === 0) {
    const text = on.length === 0 ? 'nothing is tampered with' : 'fewer than four validators tolerate no false proof';
    for (const key of [...parts, 'every_n']) {
      if (has(account, path(key))) ignore(account, path(key), text, on.length > 0);
    }
    return;
  }
  const acts = writeShare(Number(Math.min(1, validators / tolerated / (every ?? EVERY)).toPrecision(4)));
  const targets = { faulty: 'f' };
  set(account.scenario, 'faults', [
    { name: 'tampering', kind: 'byzantine', behaviour: 'invalid-proof', acts, targets },
  ]);
  for (const key of parts) {
    if (on.includes(key)) use(account, path(key), `${to}.behaviour`, 'a proof of it does not verify');
    else ignore(account, path(key), 'not tampered with');
  }
  if (every !== undefined)
    use(
      account,
      path('every_n'),
      `${to}.acts`,
      'by as many validators as are tolerated, each at so many of its heights',
    );
}
