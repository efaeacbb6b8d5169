/**
 * Deliberate bugs in the protocol, one at a time, in a copy of the sources: the traces or the invariants expose each.
 */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type * as ConformModule from '#experiment/conform';
import type * as TimeoutsModule from '#model/consensus/timeouts';
import { type Core, runNetwork } from '../property/consensus-network.js';

const ROOT = new URL('../../', import.meta.url).pathname;
const TRACES = new URL('./itf/', import.meta.url).pathname;
const FOLDER = mkdtempSync(join(tmpdir(), 'mutations-'));
afterAll(() => rmSync(FOLDER, { recursive: true }));

/** The parts of a broken copy that the checks need. */
interface Broken {
  readonly conform: typeof ConformModule;
  readonly driver: Core;
  readonly timeouts: typeof TimeoutsModule;
}

let copies = 0;

/**
 * Copies what consensus and its conformance consist of, with `line` replaced by `replacement` in one file.
 *
 * The copy has a package.json of its own, so that its `#model/…` imports stay inside it.
 */
async function breakSource(file: string, line: string, replacement: string): Promise<Broken> {
  copies += 1;
  const folder = join(FOLDER, String(copies));
  for (const part of ['base', 'model/consensus', 'experiment/conformance']) {
    cpSync(join(ROOT, 'src', part), join(folder, 'src', part), { recursive: true });
  }
  mkdirSync(folder, { recursive: true });
  for (const one of ['package.json', 'src/model/plan.ts', 'src/experiment/itf.ts', 'src/experiment/conform.ts']) {
    cpSync(join(ROOT, one), join(folder, one));
  }
  const source = readFileSync(join(ROOT, 'src', file), 'utf8');
  const parts = source.split(line);
  expect(parts).toHaveLength(2); // the line is there, once
  writeFileSync(join(folder, 'src', file), parts.join(replacement));
  const load = (path: string) => import(/* @vite-ignore */ join(folder, 'src', path));
  return {
    conform: await load('experiment/conform.ts'),
    driver: await load('model/consensus/driver.ts'),
    timeouts: await load('model/consensus/timeouts.ts'),
  };
}

async function findDivergences({ conform }: Broken): Promise<string[]> {
  const { readTrace } = await import('#experiment/itf');
  return readdirSync(TRACES).filter((file) => conform.conformTrace(readTrace(join(TRACES, file))).divergence !== null);
}

test('an unbroken copy agrees with every trace', async () => {
  const whole = await breakSource('model/consensus/vote.ts', 'export const NIL', 'export const NIL');
  expect(await findDivergences(whole)).toEqual([]);
  expect(runNetwork(whole.driver, { powers: [1, 1, 1, 1], byzantine: [3], seed: 5, chaos: 200 }).violations).toEqual(
    [],
  );
});
