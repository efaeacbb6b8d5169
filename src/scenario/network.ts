/**
 * Regions and the delays between them, as a table of few distributions and an index for each pair.
 */
import type { Distribution } from '#kernel/distribution';
import type { NetworkPlan } from '#model/plan';
import { addProblem, type Findings } from './findings.js';
import type { Sections } from './schema.js';
import { suggest } from './suggest.js';

export function resolveNetwork(input: Sections['network'], findings: Findings): NetworkPlan {
  const { delay, loss, retransmit, bandwidth } = input;
  const names = input.regions.map((region) => region.name);
  const delays: Distribution[] = [delay.within, delay.between];
  const delayOf = names.map((_, from) => names.map((_, to): number => (from === to ? 0 : 1)));
  delay.pairs.forEach((pair, i) => {
    const ends = [pair.from, pair.to].map((name, end) => {
      const index = names.indexOf(name);
      if (index < 0) {
        const path = ['network', 'delay', 'pairs', i, end === 0 ? 'from' : 'to'];
        addProblem(findings, path, `there is no region "${name}"`, suggest(name, names, 'Regions'));
      }
      return index;
    });
    const [from = -1, to = -1] = ends;
    delays.push(pair.delay);
    for (const [a, b] of [[from, to] as const, [to, from] as const]) {
      const row = delayOf[a];
      if (row?.[b] !== undefined) row[b] = delays.length - 1;
    }
  });
  return { regions: resolveRegions(input.regions, findings), delays, delayOf, loss, retransmit, bandwidth };
}

function resolveRegions(input: Sections['network']['regions'], findings: Findings): NetworkPlan['regions'] {
  const names = input.map((region) => region.name);
  input.forEach((region, i) => {
    if (names.indexOf(region.name) === i) return;
    const what = `a region "${region.name}" stands above already`;
    addProblem(findings, ['network', 'regions', i, 'name'], what, 'Rename one.');
  });
  const stated = input.flatMap((region) => (region.share === undefined ? [] : [region.share]));
  const total = stated.reduce((sum, share) => sum + share, 0);
  const open = input.length - stated.length;
  const wrong = open === 0 ? Math.abs(total - 1) > 1e-6 : total > 1 - 1e-6;
  if (wrong) {
    const what = `the shares of the regions make ${Math.round(total * 1e4) / 100}%`;
    addProblem(findings, ['network', 'regions'], what, 'Let them make 100%, or leave some out to share the rest.');
  }
  // Divided by their sum, so that 33.3333% three times is a whole.
  const scale = open === 0 ? total : 1;
  return input.map(({ name, share }) => ({ name, share: share === undefined ? (1 - total) / open : share / scale }));
}
