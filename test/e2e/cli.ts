/**
 * The built command line as a user has it: `node .dist/cli/main.js …`, in a folder of its own.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const MAIN = join(ROOT, '.dist/cli/main.js');

export interface Finished {
  readonly code: number | null; // null: ended by a signal
  readonly stdout: string;
  readonly stderr: string;
}

export interface Surroundings {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly node?: readonly string[]; // flags of node itself
}

/** Starts `rollout-sim` and hands out the process together with its end. */
export function startCli(
  words: readonly string[],
  surroundings: Surroundings = {},
): { readonly child: ChildProcess; readonly finished: Promise<Finished> } {
  const { CI: _ci, NO_COLOR: _no, FORCE_COLOR: _force, ...env } = process.env; // the tests set these themselves
  const child = spawn(process.execPath, [...(surroundings.node ?? []), MAIN, ...words], {
    cwd: surroundings.cwd ?? ROOT,
    env: { ...env, ...surroundings.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 110_000, // less than vitest's own, so that no test leaves a process behind
    killSignal: 'SIGKILL',
  });
  let [stdout, stderr] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
  return { child, finished };
}

/** Runs `rollout-sim` to its end. */
export function runCli(words: readonly string[], surroundings: Surroundings = {}): Promise<Finished> {
  return startCli(words, surroundings).finished;
}

/** An empty folder, removed when the test ends. */
export function createFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rollout-sim-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Lines without the empty one at the end. */
export function linesOf(text: string): string[] {
  return text.trimEnd().split('\n');
}
