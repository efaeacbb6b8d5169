/**
 * Regions and links of upstream's simulator: a delay with jitter for each pair of regions.
 */

import { suggest } from '#scenario/suggest';
import type { Path } from '#scenario/tree';
import { type Account, at, has, refuse, set, use } from './account.js';
import { readMillis, readNumber, readText, writeMillis, writeShare } from './quantity.js';

interface Link {
  readonly name: string;
  readonly delay: unknown; // a law, as a scenario writes it
  readonly loss: number;
}

const LINKS: Path = ['links'];
const ASSIGNMENTS: Path = ['regions', 'assignments'];

/** The regions of nodes 0, 1, 2, …; none where the file has none. */
export function readRegions(account: Account): string[] {
  const list = at(account.tree, ASSIGNMENTS);
  if (list === undefined) return [];
  if (list.kind !== 'list' || list.items.length === 0) {
    refuse(account, ASSIGNMENTS, 'is not a list of regions', 'Write ["A", "B", …], one for each node.');
    return [];
  }
  return list.items.flatMap((_, i) => readText(account, [...ASSIGNMENTS, i]) ?? []);
}

/** Takes regions, links and the latency profile. */
export function takeLinks(account: Account, nodes: number): void {
  const placed = readRegions(account);
  const regions = [...new Set(placed)];
  if (placed.length > 0) {
    if (placed.length !== nodes) {
      const what = `${placed.length} regions are assigned to ${nodes} nodes`;
      refuse(account, ASSIGNMENTS, what, 'Write one region for each node of topology.n.', true);
    }
    set(
      account.scenario,
      'network.regions',
      regions.map((name) => ({ name })),
    );
    set(account.scenario, 'network.placement', placed);
    use(account, ASSIGNMENTS, ['network.regions', 'network.placement']);
  }
  const links = readLinks(account, regions);
  const base = links.get('default');
  const within = links.get('intra') ?? base;
  // Between regions without a link of their own: the default, or else what a link inside takes.
  const between = base ?? within;
  const pairs = listPairs(regions).flatMap(([from, to]) => {
    const link = links.get(`${from}-${to}`) ?? links.get(`${to}-${from}`);
    return link === undefined ? [] : [{ from, to, link }];
  });
  const slowest = pairs[0]?.link;
  if (within !== undefined || slowest !== undefined) {
    const law = { within: (within ?? slowest)?.delay, between: (between ?? slowest)?.delay };
    const listed = pairs.map(({ from, to, link }) => ({ from, to, delay: link.delay }));
    set(account.scenario, 'network.delay', { ...law, ...(listed.length === 0 ? {} : { pairs: listed }) });
  }
  if (links.size > 0) takeLoss(account, placed, nodes, links);
  takeProfile(account);
}

function readLinks(account: Account, regions: readonly string[]): Map<string, Link> {
  const map = at(account.tree, LINKS);
  if (map?.kind !== 'map') return new Map();
  const known = ['default', 'intra', ...listPairs(regions).flatMap(([from, to]) => [`${from}-${to}`, `${to}-${from}`])];
  return new Map(
    [...map.entries.keys()].flatMap((name) => {
      if (!known.includes(name)) {
        const fix =
          regions.length === 0 ? 'Name regions in [regions], or keep "default" alone.' : suggest(name, known, 'Links');
        refuse(account, [...LINKS, name], `link "${name}" joins no two regions`, fix, true);
        return [];
      }
      const link = readLink(account, name, regions);
      return link === undefined ? [] : [[name, link] as const];
    }),
  );
}

function readLink(account: Account, name: string, regions: readonly string[]): Link | undefined {
  const path = (key: string): Path => [...LINKS, name, key];
  const delay = readMillis(account, path('delay_ms'));
  const jitter = readMillis(account, path('jitter_ms'));
  const loss = readNumber(account, path('loss'), { most: 1 });
  if (!has(account, path('delay_ms')))
    refuse(account, [...LINKS, name], 'delay_ms is missing', 'Add delay_ms = 20.', true);
  if (delay === undefined) return undefined;
  const to = linkKey(name, regions);
  use(account, path('delay_ms'), to);
  if (jitter !== undefined) use(account, path('jitter_ms'), to, 'evenly by so much to both sides');
  return { name, delay: spread(delay, jitter ?? 0), loss: loss ?? 0 };
}

/** Which key of ours a link becomes. */
function linkKey(name: string, regions: readonly string[]): string {
  if (name === 'intra') return 'network.delay.within';
  return name === 'default' || regions.length === 0 ? 'network.delay' : 'network.delay.pairs';
}

/** `32` ± `11` ms as a uniform law, never below 0. */
function spread(delay: number, jitter: number): unknown {
  if (jitter === 0) return writeMillis(delay);
  return { uniform: { min: writeMillis(Math.max(0, delay - jitter)), max: writeMillis(delay + jitter) } };
}

/** One loss for the whole network: the mean over all pairs of nodes. */
function takeLoss(account: Account, placed: readonly string[], nodes: number, links: ReadonlyMap<string, Link>): void {
  const count = new Map<string, number>();
  for (let i = 0; i < nodes; i += 1) count.set(placed[i] ?? '', (count.get(placed[i] ?? '') ?? 0) + 1);
  const names = [...count.keys()];
  let [sum, weight] = [0, 0];
  for (const [i, from] of names.entries()) {
    for (const to of names.slice(i)) {
      const n = count.get(from) ?? 0;
      const pairs = from === to ? (n * (n - 1)) / 2 : n * (count.get(to) ?? 0);
      const own = from === to ? links.get('intra') : (links.get(`${from}-${to}`) ?? links.get(`${to}-${from}`));
      sum += pairs * ((own ?? links.get('default'))?.loss ?? 0);
      weight += pairs;
    }
  }
  set(account.scenario, 'network.loss', writeShare(Number((sum / Math.max(1, weight)).toPrecision(3))));
  for (const name of [...links.keys()]) {
    const path: Path = [...LINKS, name, 'loss'];
    if (has(account, path)) use(account, path, 'network.loss', 'the mean of all pairs of nodes');
  }
}

/** What trusted peers take longer; all validators are. */
function takeProfile(account: Account): void {
  const base: Path = ['latency_profile', 'trusted'];
  const [extra, jitter]: Path[] = [
    [...base, 'extra_delay_ms'],
    [...base, 'jitter_ms'],
  ];
  if (extra === undefined || jitter === undefined || !has(account, base)) return;
  const delay = readMillis(account, extra) ?? 0;
  set(account.scenario, 'network.hop', spread(delay, readMillis(account, jitter) ?? 0));
  for (const path of [extra, jitter]) if (has(account, path)) use(account, path, 'network.hop', 'every transmission');
}

/** All pairs of different regions, each once. */
function listPairs(regions: readonly string[]): [string, string][] {
  return regions.flatMap((from, i) => regions.slice(i + 1).map((to): [string, string] => [from, to]));
}
