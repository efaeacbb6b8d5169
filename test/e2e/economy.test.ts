import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createFolder, ROOT, runCli } from './cli.js';

const AS_BUILT = readdirSync(join(ROOT, 'scenarios/as-built')).filter((name) => name.endsWith('.yaml'));

test.each(AS_BUILT)('as-built/%s claims what the run shows', async (name) => {
  const file = `scenarios/as-built/${name}`;
  const { code, stdout, stderr } = await runCli(['run', file, '--out', createFolder(), '--jobs', '2', '--quiet']);
  expect(stderr).toBe('');
  expect(stdout).toBe('verdict: go\n');
  expect(code).toBe(0);
});

const CAUSES: readonly string[] = [
  'rounding',
  'missing-epoch',
  'double-payment',
  'wrong-bonus',
  'failed-rounds',
  'fee-twice',
  'witness-share-twice',
  'pay-slashed',
];

async function audit(...words: string[]) {
  const args = ['run', 'scenarios/reward-audit.yaml', '--out', createFolder(), '--jobs', '2', '--json', ...words];
  const { stdout } = await runCli(args);
  return JSON.parse(stdout);
}

test('reward-audit.yaml is paid exactly in all of its replications', async () => {
  const { verdict, metrics, audit: found, replications } = await audit();
  expect({ verdict, found, replications }).toEqual({ verdict: 'go', found: [], replications: 20 });
  expect(metrics['rewards.relativeError']).toMatchObject({ estimate: 0, n: 20 });
  expect(metrics['rewards.conservationViolations']).toMatchObject({ estimate: 0, n: 20 });
});

test.each(CAUSES)('the audit names %s and the accounts', async (bug) => {
  const { audit: found, metrics } = await audit('--replications', '2', '--set', `rewards.bug=${bug}`);
  expect(found.map(({ cause }: { cause: string }) => cause)).toEqual([bug]);
  expect(found[0].replications.count).toBe(2);
  expect(found[0].accounts.length).toBeGreaterThan(0);
  expect(metrics['rewards.relativeError'].estimate).toBeGreaterThan(0);
});
