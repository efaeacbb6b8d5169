/**
 * The map of the building, held: what a file of `src` may import, how it is named, and what it may contain.
 *
 * A checker of plain text reads the import lines of every file; the same checker is shown one file that breaks each
 * rule, so a rule that went blind fails here.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What each floor may import of the others; an entry with a slash is that one file. */
const BELOW: Readonly<Record<string, readonly string[]>> = {
  base: [],
  kernel: ['base'],
  stats: ['base'],
  model: ['base', 'kernel', 'stats'],
  scenario: ['base', 'kernel', 'stats', 'model'],
  import: ['base', 'model', 'scenario'],
  experiment: ['base', 'kernel', 'stats', 'model', 'scenario'],
  report: ['base', 'experiment/result', 'experiment/sweep-result'],
  cli: ['base', 'scenario', 'import', 'experiment', 'report'],
};

/** Where a package is welcome: a file, or a folder with a final slash. */
const HOMES: Readonly<Record<string, readonly string[]>> = {
  seedrandom: ['kernel/stream.ts'],
  mathjs: ['scenario/expression.ts'],
  zod: [
    'scenario/',
    'experiment/result.ts',
    'experiment/status.ts',
    'experiment/sweep-result.ts',
    'experiment/queue-job.ts',
    'experiment/rare-result.ts',
  ],
  yaml: ['scenario/'],
  'toml-eslint-parser': ['import/toml.ts'],
  piscina: ['experiment/'],
  'hyparquet-writer': ['report/'],
  vega: ['report/'],
  'vega-lite': ['report/'],
  commander: ['cli/'],
  picocolors: ['cli/'],
  bullmq: ['experiment/'],
  ioredis: ['experiment/'],
};

const WITHOUT_NODE = ['base', 'kernel', 'stats', 'model']; // run anywhere, read nothing
/** The queue's client loads the default export of a file, and nothing else. */
const DEFAULTS: readonly string[] = ['experiment/queue-task.ts'];
const JOINERS = ['handlers']; // the parts of the model that may import other parts

interface ImportLine {
  readonly target: string;
  readonly typeOnly: boolean;
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
}

/** Every static import, re-export, dynamic import, require and `new URL('./x.js', import.meta.url)` of a file. */
function importsOf(text: string): ImportLine[] {
  const code = withoutComments(text);
  const found: ImportLine[] = [];
  for (const [line, target] of code.matchAll(/^(?:import|export)\b(?:[^'"`;]*?\bfrom)?\s*['"]([^'"\n]+)['"]/gm)) {
    found.push({ target: target as string, typeOnly: /^(?:import|export)\s+type\b/.test(line) });
  }
  for (const [, target] of code.matchAll(/\b(?:import|require)\(\s*['"`]([^'"`]+)['"`]/g)) {
    found.push({ target: target as string, typeOnly: false });
  }
  for (const [, target] of code.matchAll(/new URL\(\s*['"`]([^'"`]+\.[jt]s)['"`],\s*import\.meta\.url/g)) {
    found.push({ target: target as string, typeOnly: false });
  }
  return found;
}

function packageOf(target: string): string {
  return target
    .split('/')
    .slice(0, target.startsWith('@') ? 2 : 1)
    .join('/');
}

/** The part of the model a file belongs to, such as `consensus`; null outside and for the model's own top files. */
function partOf(file: string): string | null {
  const [floor, part, ...rest] = file.split('/');
  return floor === 'model' && rest.length > 0 ? (part as string) : null;
}

/** What is wrong with one import, or null. */
function judgeImport(file: string, target: string): string | null {
  const floor = file.split('/')[0] as string;
  if (target.startsWith('#')) {
    const [other, ...rest] = target.slice(1).split('/') as [string, ...string[]];
    if (other === floor) return `imports its own floor as ${target}, not as a neighbour`;
    if (target.endsWith('.js') || target.endsWith('.ts')) return `imports ${target} with an extension`;
    const allowed = BELOW[floor]?.some((entry) => entry === other || entry === [other, ...rest].join('/'));
    return allowed === true ? null : `imports ${target}, which is not below ${floor}`;
  }
  if (target.startsWith('.')) {
    const path = posix.join(posix.dirname(file), target);
    if (path.split('/')[0] !== floor) return `leaves its floor by ${target}`;
    if (!target.endsWith('.js')) return `imports its neighbour ${target} without .js`;
    const [from, to] = [partOf(file), partOf(path)];
    const joins = from === null || to === null || from === to || JOINERS.includes(from);
    return joins ? null : `imports the part ${to} from the part ${from}`;
  }
  if (target.startsWith('node:')) {
    return WITHOUT_NODE.includes(floor) ? `imports ${target} below the scenario floor` : null;
  }
  const home = HOMES[packageOf(target)]?.some((place) =>
    place.endsWith('/') ? file.startsWith(place) : file === place,
  );
  return home === true ? null : `imports the package ${packageOf(target)}, whose home is elsewhere`;
}

/** What is wrong with one file: its name, its imports, its contents. `file` is relative to `src`. */
function judgeFile(file: string, text: string): string[] {
  const wrong: (string | null)[] = importsOf(text).map(({ target }) => judgeImport(file, target));
  const code = withoutComments(text);
  if (!file.split('/').every((word) => /^[a-z0-9]+(-[a-z0-9]+)*(\.ts)?$/.test(word))) wrong.push('is not kebab-case');
  if (posix.basename(file) === 'index.ts') wrong.push('is a barrel by name');
  if (BELOW[file.split('/')[0] as string] === undefined) wrong.push('stands on no floor');
  const own = code.replace(/^(?:import|export)\b(?:[^'"`;]*?\bfrom)?\s*['"][^'"\n]+['"];?/gm, '').trim();
  if (/^export\s+(?:type\s+)?\*/m.test(code) || (own === '' && code.includes('export')))
    wrong.push('is a barrel by content');
  if (/^export\s+default\b|\bas default\b/m.test(code) && !DEFAULTS.includes(file)) wrong.push('has a default export');
  if (/\b(?:import|require)\(\s*[^'"`\s)]/.test(code)) wrong.push('imports a computed name');
  for (const [, head] of code.matchAll(/^[^'"`\n]*\bclass\s+([A-Z]\w*(?:\s+extends\s+\w+)?)/gm)) {
    if (!/\sextends\s+\w*Error$/.test(head as string)) wrong.push(`has a class that is no error: ${head}`);
  }
  return wrong.filter((entry) => entry !== null).map((entry) => `${file} ${entry}`);
}

function readSource(): Map<string, string> {
  const files = new Map<string, string>();
  const names = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).sort();
  for (const name of names) if (name.endsWith('.ts')) files.set(name, readFileSync(join(ROOT, 'src', name), 'utf8'));
  return files;
}

/** One circle of imports that run (types aside), or null. */
function findCircle(files: ReadonlyMap<string, string>): string[] | null {
  const done = new Set<string>();
  const walk = (file: string, path: readonly string[]): string[] | null => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return null;
    for (const { target, typeOnly } of importsOf(files.get(file) ?? '')) {
      if (typeOnly) continue;
      const relative = target.startsWith('.') ? posix.join(posix.dirname(file), target).replace(/\.js$/, '.ts') : null;
      const next = target.startsWith('#') ? `${target.slice(1)}.ts` : relative;
      const circle = next !== null && files.has(next) ? walk(next, [...path, file]) : null;
      if (circle !== null) return circle;
    }
    done.add(file);
    return null;
  };
  for (const file of files.keys()) {
    const circle = walk(file, []);
    if (circle !== null) return circle;
  }
  return null;
}

describe('the map of the building', () => {
  const files = readSource();

  test('every file of src obeys it', () => {
    expect(files.size).toBeGreaterThan(20);
    expect([...files].flatMap(([file, text]) => judgeFile(file, text))).toEqual([]);
  });

  test('no imports run in a circle', () => {
    expect(findCircle(files)).toBeNull();
    const circle = new Map([
      ['model/a.ts', "import { b } from './b.js';"],
      ['model/b.ts', "import { a } from './a.js';"],
    ]);
    expect(findCircle(circle)).toEqual(['model/a.ts', 'model/b.ts', 'model/a.ts']);
  });

  test('every floor and every package of the map is on disk and in package.json', () => {
    const { dependencies, optionalDependencies, imports } = JSON.parse(
      readFileSync(join(ROOT, 'package.json'), 'utf8'),
    );
    expect(Object.keys({ ...dependencies, ...optionalDependencies }).sort()).toEqual(Object.keys(HOMES).sort());
    expect(Object.keys(imports).sort()).toEqual(
      Object.keys(BELOW)
        .map((floor) => `#${floor}/*`)
        .sort(),
    );
  });

  test.each<[rule: string, file: string, text: string]>([
    ['an import goes up', 'kernel/queue.ts', "import { Plan } from '#model/plan';"],
    ['an import of a type goes up', 'base/time.ts', "import type { Plan } from '#model/plan';"],
    ['neighbours side by side do not meet', 'stats/tally.ts', "import { next } from '#kernel/stream';"],
    ['report sees the result only', 'report/table.ts', "import { runExperiment } from '#experiment/run';"],
    ['report sees no scenario', 'report/table.ts', "import { loadScenario } from '#scenario/load';"],
    ['cli sees no model', 'cli/main.ts', "import { METRICS } from '#model/metric';"],
    ['cli sees no kernel', 'cli/main.ts', "const queue = await import('#kernel/queue');"],
    ['a floor below comes by its name', 'model/world.ts', "import { assert } from '../base/assert.js';"],
    ['a neighbour comes by its path', 'model/world.ts', "import { Plan } from '#model/plan';"],
    ['a worker stays on its floor', 'experiment/pool.ts', "new URL('../model/worker.js', import.meta.url)"],
    ['over several lines', 'kernel/queue.ts', "import {\n  Plan,\n  Gate,\n} from '#model/plan';"],
    ['an import of nothing', 'kernel/queue.ts', "import '#model/plan';"],
    ['a neighbour has its extension', 'model/world.ts', "import { Plan } from './plan';"],
    ['parts of the model never meet', 'model/consensus/round.ts', "import { a } from '../proofs/backlog.js';"],
    ['not even by type', 'model/rewards/epoch.ts', "import type { A } from '../proofs/backlog.js';"],
    ['seedrandom in the stream only', 'kernel/queue.ts', "import seedrandom from 'seedrandom';"],
    ['mathjs in the expression only', 'scenario/load.ts', "await import('mathjs/lib/browser/math.js')"],
    ['import runs nothing', 'import/convert.ts', "import { runExperiment } from '#experiment/run';"],
    ['TOML in its reader only', 'import/bundle.ts', "import { parseTOML } from 'toml-eslint-parser';"],
    ['zod at the doors only', 'experiment/fold.ts', "import { z } from 'zod';"],
    ['charts in report only', 'cli/main.ts', "await import('vega')"],
    ['an unknown package', 'cli/main.ts', "import chalk from 'chalk';"],
    ['nothing of Node.js in the model', 'model/world.ts', "import { readFileSync } from 'node:fs';"],
    ['a bare built-in module', 'cli/main.ts', "import { readFileSync } from 'fs';"],
    ['a computed import', 'cli/main.ts', 'await import(name);'],
    ['a package by require', 'scenario/load.ts', "const math = require('mathjs/lib/browser/math.js');"],
    ['a computed require', 'cli/main.ts', 'require(name);'],
    ['a default export', 'model/world.ts', 'export default function create() {}'],
    ['a barrel by name', 'model/index.ts', ''],
    ['a barrel by content', 'model/world.ts', "export { Plan } from './plan.js';"],
    ['a barrel by star', 'model/world.ts', "export * from './plan.js';"],
    ['a class', 'kernel/queue.ts', 'export class Queue {}'],
    ['a class of a class', 'kernel/queue.ts', 'class Heap extends Queue {}'],
    ['a file in camelCase', 'model/roundState.ts', ''],
    ['a file on no floor', 'utils/text.ts', ''],
  ])('sees a broken rule: %s', (_rule, file, text) => {
    expect(judgeFile(file, text)).toHaveLength(1);
  });

  test.each<[file: string, text: string]>([
    ['kernel/stream.ts', "import seedrandom from 'seedrandom';"],
    ['model/handlers/deliver.ts', "import { a } from '../consensus/round.js';\nimport { b } from '../proofs/log.js';"],
    ['model/consensus/round.ts', "import type { Plan } from '../plan.js';\nimport { a } from './votes.js';"],
    ['report/table.ts', "import type { Summary } from '#experiment/result';"],
    ['cli/commands/run.ts', "// import { a } from '#model/plan';\nconst { b } = await import('#experiment/run');"],
    ['base/error.ts', 'export class UserError extends Error {}'],
    ['report/page.ts', 'const page = `<p class="Wide">text</p>`;'],
  ])('lets good lines of %s pass', (file, text) => {
    expect(judgeFile(file, text)).toEqual([]);
  });
});

test('the top level holds what the project asks for and nothing else', () => {
  const ignored = readFileSync(join(ROOT, '.gitignore'), 'utf8').split('\n').filter(Boolean);
  const isIgnored = (name: string) => {
    return ignored.some((rule) =>
      rule.startsWith('*') ? name.endsWith(rule.slice(1)) : rule.replace(/\/$/, '') === name,
    );
  };
  const shown = readdirSync(ROOT).filter((name) => !name.startsWith('.') && !isIgnored(name));
  expect(shown.sort()).toEqual(
    'LICENSE README.md bench package-lock.json package.json reports scenarios src test tsconfig.json'.split(' '),
  );
});
