/**
 * Deliberate bugs in the protocol, one at a time, in a copy of the sources: the traces or the invariants expose each.
 */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import type * as ConformModule from '#experiment/conform';
import { readTrace } from '#experiment/itf';
import type * as TimeoutsModule from '#model/consensus/timeouts';
import { type Core, runNetwork } from '../property/consensus-network.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const TRACES = fileURLToPath(new URL('./itf/', import.meta.url));
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
  const load = (path: string) => import(join(folder, 'src', path));
  return {
    conform: await load('experiment/conform.ts'),
    driver: await load('model/consensus/driver.ts'),
    timeouts: await load('model/consensus/timeouts.ts'),
  };
}

function findDivergences({ conform }: Broken): string[] {
  return readdirSync(TRACES).filter((file) => conform.conformTrace(readTrace(join(TRACES, file))).divergence !== null);
}

/** Violations of the invariants over random schedules with Byzantine noise of less than a third. */
function findViolations({ driver }: Broken): string[] {
  for (let seed = 1; seed <= 50; seed += 1) {
    const plan = { powers: [1, 1, 1, 1], byzantine: [3], seed: 7_919 * seed, chaos: 500 };
    const { violations } = runNetwork(driver, plan);
    if (violations.length > 0) return [...violations];
  }
  return [];
}

/** Whether each timeout outlasts any bounded delay in some round: it grows by as much from each round to the next. */
function outlastsDelays({ timeouts }: Broken): boolean {
  const plan = {
    propose: 3_000_000,
    proposeDelta: 500_000,
    prevote: 1_000_000,
    prevoteDelta: 500_000,
    precommit: 1_000_000,
    precommitDelta: 500_000,
    rebroadcast: 5_000_000,
    rebroadcastDelta: 1_500_000,
  };
  return ([0, 1, 2, 3] as const).every(
    (kind) => timeouts.timeoutDuration(plan, kind, 100) >= timeouts.timeoutDuration(plan, kind, 0) + 100 * 500_000,
  );
}

test('an unbroken copy agrees with every trace, keeps the invariants and outlasts delays', async () => {
  const whole = await breakSource('model/consensus/vote.ts', 'export const NIL', 'export const NIL');
  expect(findDivergences(whole)).toEqual([]);
  expect(findViolations(whole)).toEqual([]);
  expect(outlastsDelays(whole)).toBe(true);
});

test.each([
  [
    'exactly two thirds of the power pass for a quorum',
    'model/consensus/vote.ts',
    "return (double - rest) / 3 + (rule === 'ceil' && rest > 0 ? 2 : 1);",
    'return (double - rest) / 3;',
    ['vk', 'net'],
  ],
  [
    'a polka sets the valid value and forgets the lock',
    'model/consensus/round-machine.ts',
    'lockedValue: value, lockedRound: round, validValue: value',
    'validValue: value',
    ['sm', 'net'],
  ],
  [
    'a proposer proposes its valid value without its round',
    'model/consensus/round-machine.ts',
    "{ kind: 'propose', round, value, validRound }, 'L16'",
    "{ kind: 'propose', round, value, validRound: -1 }, 'L16'",
    ['sm', 'net'],
  ],
  [
    'votes of a later round never skip to it',
    'model/consensus/vote-keeper.ts',
    'code = VK_SKIP;',
    'code = VK_NONE;',
    ['vk', 'net'],
  ],
  [
    'a threshold is emitted again with every vote',
    'model/consensus/vote-keeper.ts',
    'votes.emitted |= 1 << code;',
    '',
    ['vk', 'net'],
  ],
])('the traces expose a core in which %s', async (_, file, line, replacement, kinds) => {
  const files = findDivergences(await breakSource(file, line, replacement));
  const found = new Set(files.map((one) => one.slice(0, one.indexOf('-'))));
  expect(kinds.filter((kind) => !found.has(kind))).toEqual([]);
});

test('the invariants expose a core in which a quorum is one too little', async () => {
  const broken = await breakSource('model/consensus/vote.ts', 'return set.quorum;', 'return set.quorum - 1;');
  expect(findViolations(broken)).toContainEqual(expect.stringMatching(/without a (polka|quorum of precommits)/));
});

// No trace holds a duration: the formal model has no clock.
test.each(['propose', 'prevote', 'precommit', 'rebroadcast'])(
  'a %s timeout that never grows is exposed',
  async (name) => {
    const line = `return timeouts.${name} + round * timeouts.${name}Delta;`;
    const broken = await breakSource('model/consensus/timeouts.ts', line, `return timeouts.${name};`);
    expect(outlastsDelays(broken)).toBe(false);
  },
);
