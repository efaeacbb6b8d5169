import { fileURLToPath } from 'node:url';
import pc from 'picocolors';
import { expect, test } from 'vitest';
import { verify } from '../../../src/cli/commands/verify-determinism.js';
import type { Terminal } from '../../../src/cli/terminal.js';

const FICKLE = fileURLToPath(new URL('../../fixtures/experiment/fickle.mjs', import.meta.url));
const SCENARIO = fileURLToPath(new URL('../../../scenarios/quickstart.yaml', import.meta.url));

async function verifyPlanted(json: boolean): Promise<{ code: number; out: string; err: string }> {
  const [out, err]: [string[], string[]] = [[], []];
  const plain = pc.createColors(false);
  const terminal: Terminal = {
    print: (line) => out.push(line),
    printJson: (text) => out.push(text),
    note: (line) => err.push(line),
    progress: () => {},
    width: 100,
    progressWidth: 80,
    color: false,
    outColors: plain,
    errColors: plain,
  };
  const context = { argv: [], version: '1.2.3', terminal };
  const code = await verify(SCENARIO, { jobs: 2, seed: '7', replications: 12, json }, context, FICKLE);
  return { code, out: out.join('\n'), err: err.join('\n') };
}

test('planted chance is exit 13, with the first fact that differs and the command that tells the replication', async () => {
  const { code, out, err } = await verifyPlanted(false);
  expect(code).toBe(13);
  expect(out).toMatch(/^Replication 5 differs: \w+ and \w+\.$/m);
  expect(out).toMatch(
    /^First differing fact, number 3:\n {2}first {3}2 µs: block 2 of 0\.\d+\n {2}second {2}2 µs: block 2/m,
  );
  expect(out.split('\n').at(-1)).toBe('verdict: not deterministic');
  expect(err).toMatch(/^Reproduce: rollout-sim replay \S+quickstart\.yaml --seed 7 --replication 5$/m);
});

test('in JSON too', async () => {
  const { code, out } = await verifyPlanted(true);
  expect(code).toBe(13);
  expect(JSON.parse(out)).toMatchObject({
    sides: [{ threads: 1 }, { threads: 2 }],
    difference: { replication: 5, fact: { number: 3 } },
  });
});
