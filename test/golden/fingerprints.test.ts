/** Fingerprints of whole replications, as text: a change that moves one of them changes what users see. */
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createPilotCache, rehearse } from '#model/rehearsal';
import { loadScenario } from '#scenario/load';

const folder = new URL('../../scenarios/', import.meta.url).pathname;
const files = readdirSync(folder)
  .filter((file) => file.endsWith('.yaml'))
  .toSorted();

test.each(files)('%s decides the same values at the same times as before', async (file) => {
  const { plan, seed } = loadScenario(folder + file);
  const cache = createPilotCache();
  const replications = file === 'mainnet-rollout.yaml' ? [0] : [0, 1, 2];
  const lines = replications.map((replication) => {
    const { fingerprint, result, blocks } = rehearse(plan, seed, replication, { details: false, cache });
    return `${replication} ${fingerprint} ${result} ${blocks} blocks`;
  });
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(`./fingerprints/${file.replace('.yaml', '')}.txt`);
});
