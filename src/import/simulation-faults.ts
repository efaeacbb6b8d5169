/**
 * Faults of upstream's simulator: a partition between two groups, churn, and publishers that send too much.
 */
import { MILLISECOND, MINUTE } from '#base/time';
import { suggest } from '#scenario/suggest';
import type { Path } from '#scenario/tree';
import { formatExactDuration } from '#scenario/units';
import { type Account, at, has, refuse, set, use } from './account.js';
import { readCount, readMillis, readNumber, readText, writeMillis } from './quantity.js';
import { readRegions } from './simulation-links.js';

const VOTES = 2; // of a validator in a height without failed rounds: a prevote and a precommit

/**
 * Takes the three faults that the simulator knows.
 *
 * @param duration - ms of the whole simulation
 * @returns ms at which churn begins, if after the start; null otherwise
 */
export function takeFaults(account: Account, nodes: number, duration: number): number | null {
  const faults: unknown[] = [];
  takePartition(account, faults, duration);
  takeSpam(account, faults, nodes, duration);
  const split = takeChurn(account, faults, duration);
  if (faults.length > 0) set(account.scenario, 'faults', faults);
  return split;
}

/** The start of a fault within the simulation, 0 by default. */
function readStart(account: Account, path: Path, duration: number): number {
  const start = readMillis(account, path) ?? 0;
  if (start < duration) return start;
  refuse(
    account,
    path,
    `the fault begins after ${writeMillis(duration)}, when the simulation has ended`,
    'Let it begin earlier.',
  );
  return 0;
}

/** Upstream cuts one group from the other; here the smaller is cut from everybody. */
function takePartition(account: Account, faults: unknown[], duration: number): void {
  const base: Path = ['faults', 'partition'];
  if (!has(account, base)) return;
  const path = (key: string): Path => [...base, key];
  const start = readStart(account, path('start_ms'), duration);
  const length = readMillis(account, path('duration_ms'), 1);
  if (!has(account, path('duration_ms')))
    refuse(account, base, 'duration_ms is missing', 'Add duration_ms = 6000.', true);
  const placed = readRegions(account);
  const groups = ['group_a', 'group_b'].flatMap((key) => {
    const name = readText(account, path(key));
    if (name === undefined) {
      if (!has(account, path(key)))
        refuse(account, base, `${key} is missing`, `Add ${key}, the name of a region.`, true);
      return [];
    }
    const members = placed.flatMap((region, i) => (region === name ? [i] : []));
    if (members.length > 0) return [{ key, name, members }];
    refuse(account, path(key), `no node stands in region "${name}"`, suggest(name, [...new Set(placed)], 'Regions'));
    return [];
  });
  const [a, b] = groups;
  if (a === undefined || b === undefined || length === undefined) return;
  const cut = a.members.length < b.members.length ? a : b;
  const rest = cut === a ? b : a;
  const targets = { validators: cut.members };
  const to = `faults[${faults.length}]`;
  faults.push({ name: 'partition', kind: 'partition', at: writeMillis(start), for: writeMillis(length), targets });
  use(account, path('duration_ms'), `${to}.for`);
  if (has(account, path('start_ms'))) use(account, path('start_ms'), `${to}.at`);
  use(account, path(cut.key), `${to}.targets.validators`, 'cut off from everybody, not from the other group alone');
  use(account, path(rest.key), `${to}.targets.validators`, `${cut.name} is the group that is cut off`);
}

/** Restarts one after the other, each of a node by chance (§17: one every 2.5 s for a rate of 24 a minute). */
function takeChurn(account: Account, faults: unknown[], duration: number): number | null {
  const base: Path = ['faults', 'churn'];
  if (!has(account, base)) return null;
  const path = (key: string): Path => [...base, key];
  const start = readStart(account, path('start_ms'), duration);
  const rate = readNumber(account, path('rate_per_min'), { least: 1e-6, most: 1e6 });
  const down = readMillis(account, path('restart_after_ms'), 1);
  for (const key of ['rate_per_min', 'restart_after_ms']) {
    if (!has(account, path(key))) refuse(account, base, `${key} is missing`, `Add ${key} = 24.`, true);
  }
  if (rate === undefined || down === undefined) return null;
  const to = `faults[${faults.length}]`;
  const every = formatExactDuration(Math.max(MILLISECOND, Math.round(MINUTE / rate)));
  const bound = start > 0 ? { channel: 'churn' } : {};
  faults.push({ name: 'churn', kind: 'crash', every, ...bound, for: writeMillis(down), targets: { count: 1 } });
  use(account, path('rate_per_min'), `${to}.every`);
  use(account, path('restart_after_ms'), `${to}.for`);
  if (has(account, path('start_ms')))
    use(account, path('start_ms'), start > 0 ? [`${to}.channel`, 'channels[0].steps[0].dwell'] : `${to}.every`);
  return start > 0 ? start : null;
}

/** Publishers that send a multiple of what is theirs: votes of rounds to come. */
function takeSpam(account: Account, faults: unknown[], nodes: number, duration: number): void {
  const base: Path = ['faults', 'byzantine'];
  if (!has(account, base)) return;
  const path = (key: string): Path => [...base, key];
  const start = readStart(account, path('start_ms'), duration);
  const factor = readNumber(account, path('spam_factor'), { least: 0, most: 5_000 }) ?? 1;
  const list = at(account.tree, path('publishers'));
  if (list?.kind !== 'list' || list.items.length === 0) {
    refuse(
      account,
      list === undefined ? base : path('publishers'),
      'publishers are missing',
      'Add publishers = [0, 3].',
      true,
    );
    return;
  }
  const validators = list.items.flatMap(
    (_, i) => readCount(account, [...path('publishers'), i], { most: nodes - 1 }) ?? [],
  );
  const to = `faults[${faults.length}]`;
  const perHeight = Math.max(1, Math.round(VOTES * factor));
  const targets = { validators: [...new Set(validators)] };
  faults.push({ name: 'spam', kind: 'byzantine', behaviour: 'spam', at: writeMillis(start), perHeight, targets });
  use(account, path('publishers'), `${to}.targets.validators`);
  if (has(account, path('start_ms'))) use(account, path('start_ms'), `${to}.at`);
  if (has(account, path('spam_factor')))
    use(account, path('spam_factor'), `${to}.perHeight`, `times its ${VOTES} votes`);
}
