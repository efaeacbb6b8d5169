import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { describeProblem, UserError } from '#base/error';
import { SECOND } from '#base/time';
import { loadScenario, loadScenarioText } from '#scenario/load';

const FIXTURES = fileURLToPath(new URL('../../fixtures/scenario', import.meta.url));

function linesOf(file: string): string[] {
  try {
    loadScenario(file);
    return [];
  } catch (cause) {
    if (!(cause instanceof UserError)) throw cause;
    return cause.problems.map((problem) => describeProblem(problem).replaceAll(`${FIXTURES}/`, ''));
  }
}

test('maps merge key by key, lists and values are replaced, the later file goes before', () => {
  const { plan, name } = loadScenario(join(FIXTURES, 'above.yaml'));
  expect(name).toBe('above');
  expect(plan.chain.blockTime).toBe(4 * SECOND);
  expect(plan.chain.timeouts).toMatchObject({ propose: 3 * SECOND, prevote: 2 * SECOND, precommit: SECOND });
  expect(plan.network).toMatchObject({ loss: 0.02, bandwidth: 12.5e6 });
  expect(plan.channels.map((channel) => [channel.name, channel.validators])).toEqual([['mainnet', 7]]);
});

test('what comes from a file below is no default', () => {
  const used = loadScenario(join(FIXTURES, 'above.yaml')).assumptions.map(({ path }) => path);
  expect(used).toContain('chain.timeouts.precommit');
  expect(used).not.toContain('chain.timeouts.propose');
  expect(used).not.toContain('network.loss');
});

test('a mistake is reported in the file that holds it', () => {
  expect(linesOf(join(FIXTURES, 'above-broken.yaml')).map((line) => line.split('. ')[0])).toEqual([
    'above-broken.yaml:2:23 chain.epochBlocks: "none" is not a number of blocks',
    'broken-base.yaml:3:10 horizon: "soon" is not a duration',
    'broken-base.yaml:4:21 chain.blockTime: 5 is not a duration',
  ]);
});

test('a circle of files is named whole, at the line that closes it', () => {
  expect(linesOf(join(FIXTURES, 'circle-a.yaml'))).toEqual([
    'circle-b.yaml:1:23 extends: circle-a.yaml → circle-b.yaml → circle-a.yaml is a circle. Let one of the files extend no other.',
  ]);
});

test('a missing file is reported where it is named', () => {
  expect(() => loadScenarioText('question: q\nextends: none.yaml\n', join(FIXTURES, 'x.yaml'))).toThrow(
    /x\.yaml:2:10 extends: .*none\.yaml: there is no such file\. Check the path\./,
  );
});

test('more than sixteen levels of files are refused, and so are very many files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rollout-sim-extends-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const write = (bases: (level: number) => string): void => {
    for (let level = 0; level <= 20; level += 1) {
      const text = level === 20 ? 'question: q\n' : `extends: [${bases(level + 1)}]\n`;
      writeFileSync(join(folder, `${level}.yaml`), text);
    }
  };
  write((level) => `${level}.yaml`);
  expect(() => loadScenario(join(folder, '0.yaml'))).toThrow('extends more than 16 levels deep');
  expect(() => loadScenario(join(folder, '4.yaml'))).toThrow('channels: is missing');
  // Two names a level: sixteen levels would be 65 536 readings.
  write((level) => `${level}.yaml, ./${level}.yaml`);
  expect(() => loadScenario(join(folder, '5.yaml'))).toThrow('extends more than 256 files');
});
