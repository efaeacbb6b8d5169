import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { conformTrace } from '#experiment/conform';
import { readTrace } from '#experiment/itf';
import { LINES } from '#model/consensus/round-machine';
import { referenceTraces } from './reference-traces.js';

const TRACES = referenceTraces();
const FILES = Object.keys(TRACES).sort();
const path = (file: string) => fileURLToPath(new URL(`./itf/${file}`, import.meta.url));

test.each(FILES)('%s is what the reference does', async (file) => {
  await expect(JSON.stringify(TRACES[file])).toMatchFileSnapshot(path(file));
});

test.each(FILES)('our core does what %s says, step by step', (file) => {
  const report = conformTrace(readTrace(path(file)));
  expect(report.divergence).toBeNull();
  expect(report.kind).toBe(file.slice(0, file.indexOf('-')));
});

test('together the traces compare every layer and take every branch of Algorithm 1', () => {
  const reports = FILES.map((file) => conformTrace(readTrace(path(file))));
  for (const kind of ['sm', 'net'] as const) {
    const some = reports.filter((report) => report.kind === kind);
    expect(LINES.filter((line) => some.every((report) => report.lines[line] === 0))).toEqual([]);
  }
  const sum = (layer: 'machine' | 'keeper' | 'driver') =>
    reports.reduce((total, { comparisons }) => total + comparisons[layer], 0);
  expect({ machine: sum('machine'), keeper: sum('keeper'), driver: sum('driver') }).toEqual({
    machine: 143,
    keeper: 131,
    driver: 143,
  });
});
