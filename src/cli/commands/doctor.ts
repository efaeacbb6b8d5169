/**
 * `doctor`: what this machine and this installation lack, each with its fix.
 */
import { accessSync, constants, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DONE, INTERNAL_ERROR } from '../exit-code.js';
import type { OutputOptions } from '../options.js';
import type { Terminal } from '../terminal.js';
import { cleanText } from '../text.js';

export interface Finding {
  readonly name: string;
  readonly state: 'ok' | 'warn' | 'fail';
  readonly text: string;
  readonly fix: string | null; // an imperative sentence; null where nothing is to be done
}

const MEBIBYTE = 1_048_576;

/** Tools of the system that only tests and integrations use. */
const TOOLS = [
  { tool: 'chromium', debian: 'chromium', use: 'tests that open report.html in a browser' },
  { tool: 'redis-server', debian: 'redis-server', use: 'tests that share a run through a queue' },
  { tool: 'promtool', debian: 'prometheus', use: 'tests that check metrics and rules for Prometheus' },
];

/** Prints one line per finding; exit 1 if one of them stops the program from working. */
export function doctor(options: OutputOptions, terminal: Terminal): number {
  const root = fileURLToPath(new URL('../../..', import.meta.url));
  const { engines, dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const findings = [
    checkNode(process.versions.node, String(engines.node)),
    checkCores(availableParallelism()),
    checkMemory(totalmem()),
    checkFolder(resolve('reports')),
    checkBuild(root),
    checkPackages(Object.keys(dependencies)),
    ...TOOLS.map(({ tool, debian, use }) => checkTool(tool, debian, use, process.env.PATH ?? '')),
  ];
  const works = findings.every(({ state }) => state !== 'fail');
  if (options.json === true) {
    terminal.printJson(JSON.stringify({ works, findings }, undefined, 2));
  } else {
    for (const finding of findings) terminal.print(formatFinding(finding, terminal));
  }
  return works ? DONE : INTERNAL_ERROR;
}

function formatFinding({ name, state, text, fix }: Finding, terminal: Terminal): string {
  const { green, yellow, red } = terminal.outColors;
  const color = { ok: green, warn: yellow, fail: red }[state];
  return cleanText(`${name}: ${text}.${fix === null ? '' : ` ${fix}`}`).replace(/^/, `${color(state.padEnd(5))} `);
}

/** @param range - of the form `>=20.19` */
export function checkNode(version: string, range: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = range.replace('>=', '').split('.').map(Number);
  const good = major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
  const fix = good ? null : `Install Node.js ${wantedMajor}.${wantedMinor} or newer.`;
  return { name: 'Node.js', state: good ? 'ok' : 'fail', text: good ? version : `${version} is too old`, fix };
}

export function checkCores(cores: number): Finding {
  const good = cores > 1;
  const text = good ? `${cores}` : 'only 1, so replications run one after the other';
  return { name: 'cores', state: good ? 'ok' : 'warn', text, fix: good ? null : 'Use a machine with more cores.' };
}

export function checkMemory(bytes: number): Finding {
  const good = bytes >= 1024 * MEBIBYTE;
  const text = `${Math.round(bytes / MEBIBYTE)} MiB`;
  const fix = good ? null : 'Run with --jobs 1: each worker needs some 200 MiB.';
  return { name: 'memory', state: good ? 'ok' : 'warn', text, fix };
}

/** Whether a folder, or the nearest one above it that exists, can be written. */
export function checkFolder(folder: string): Finding {
  let place = folder;
  while (!existsSync(place)) place = dirname(place);
  try {
    rmSync(mkdtempSync(join(place, '.doctor-')), { recursive: true });
    return { name: 'reports', state: 'ok', text: `${folder} can be written`, fix: null };
  } catch {
    const fix = 'Change its permissions, or give run another folder with --out.';
    return { name: 'reports', state: 'fail', text: `${place} cannot be written`, fix };
  }
}

const LAST_BUILT = '.dist/scenario.schema.json'; // what a build writes last, and writes every time

/** Whether the built files are there and no older than the sources beside them. */
export function checkBuild(root: string): Finding {
  const fix = 'Run npm run build.';
  for (const file of ['.dist/cli/main.js', LAST_BUILT]) {
    if (!existsSync(join(root, file))) return { name: 'build', state: 'fail', text: `${file} is missing`, fix };
  }
  const builtAt = statSync(join(root, LAST_BUILT)).mtimeMs;
  const source = join(root, 'src');
  const names = existsSync(source) ? readdirSync(source, { recursive: true, encoding: 'utf8' }) : []; // not in a package
  const changed = names.find((name) => name.endsWith('.ts') && statSync(join(source, name)).mtimeMs > builtAt);
  if (changed === undefined) return { name: 'build', state: 'ok', text: 'complete', fix: null };
  return { name: 'build', state: 'warn', text: `src/${changed} is newer than the build`, fix };
}

/** Whether every package is installed that the program may load. */
export function checkPackages(names: readonly string[]): Finding {
  const missing = names.filter((name) => {
    try {
      import.meta.resolve(name);
      return false;
    } catch {
      return true;
    }
  });
  if (missing.length === 0) return { name: 'packages', state: 'ok', text: `all ${names.length} found`, fix: null };
  return { name: 'packages', state: 'fail', text: `${missing.join(', ')} not found`, fix: 'Run npm ci.' };
}

/** Whether an executable is on `path`, the value of PATH. */
export function checkTool(tool: string, debian: string, use: string, path: string): Finding {
  for (const folder of path.split(delimiter)) {
    try {
      accessSync(join(folder, tool), constants.X_OK);
      return { name: 'tool', state: 'ok', text: tool, fix: null };
    } catch {} // not in this folder
  }
  const fix = `On Debian run apt-get install ${debian}.`;
  return { name: 'tool', state: 'warn', text: `${tool} is missing; only ${use} need it`, fix };
}
