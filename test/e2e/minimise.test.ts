import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createFolder, linesOf, runCli } from './cli.js';
import { CLAIMS, smallScenario, writeScenario } from './scenarios.js';

/** Ten faults; only both crashes together take more than a third of the power. */
const TEN = `apiVersion: rollout-sim/v1
name: ten
question: Which of ten faults stall the chain?
seed: 7
replications: 4
horizon: 40m
channels:
  - { name: testnet, validators: 7, gates: [], dwell: 30m, checks: [] }
faults:
  - { name: slow-link, kind: slow, on: link, at: 2m, for: 1m, targets: { count: 1 }, factor: 2 }
  - { name: late, kind: delay, at: 4m, for: 1m, targets: { count: 1 }, delay: 50ms }
  - { kind: duplicate, at: 6m, for: 1m, targets: { count: 2 }, share: 10% }
  - { name: first, kind: crash, at: 12m, for: 8m, targets: { validators: [3] } }
  - { name: lossy, kind: loss, at: 8m, for: 1m, targets: { count: 1 }, loss: 5% }
  - { name: mixed-up, kind: reorder, at: 9m, for: 1m, targets: { count: 1 }, spread: 20ms }
  - { name: short, kind: crash, at: 25m, for: 10s, targets: { validators: [5] } }
  - { kind: crash, at: 13m, for: 8m, targets: { validators: [4] } }
  - { name: held, kind: clog, at: 27m, for: 2s, targets: { count: 1 } }
  - { name: cut, kind: partition, at: 29m, for: 5s, targets: { count: 1 } }
expect:
  - "P(liveness.longestStall > 3m) <= 50%"
  - "P(abort by lossy) <= 50%"
`;

test('of ten faults the two that matter are kept, turned down, and stall the chain again', async () => {
  const cwd = createFolder();
  writeScenario(cwd, TEN, 'ten.yaml');
  const { code, stdout } = await runCli(['minimise', 'ten.yaml', '--replication', '2', '--json', '--quiet'], { cwd });
  expect(code).toBe(0);
  const found = JSON.parse(stdout);
  expect(found.kept).toEqual(['first', 'crash-1']);
  expect(found.dropped).toHaveLength(8);
  expect(found.symptoms).toEqual(['against P(liveness.longestStall > 3m) <= 50%']);
  const durations = found.turned.filter(({ path }: { path: string }) => path === 'for');
  expect(durations.map(({ from }: { from: string }) => from)).toEqual(['8m', '8m']);

  const file = join(cwd, 'reports/ten/minimal-2.yaml');
  expect(readFileSync(file, 'utf8')).not.toContain('lossy');
  const again = await runCli(['replay', file, '--replication', '2', '--json'], { cwd });
  expect(JSON.parse(again.stdout).metrics['liveness.longestStall']).toBeGreaterThan(180_000_000);
  const twice = await runCli(['minimise', file, '--replication', '2'], { cwd });
  expect(linesOf(twice.stdout).at(-1)).toBe('verdict: 2 of 2 faults still fail the same way');
});

test('a replication that does not fail has nothing to minimise', async () => {
  const cwd = createFolder();
  writeScenario(cwd, smallScenario(CLAIMS.pass));
  const { code, stderr } = await runCli(['minimise', 'small.yaml', '--replication', '0', '--quiet'], { cwd });
  expect(code).toBe(2);
  expect(stderr).toContain('replication 0 does not fail');
});
