/**
 * A file of the chain into a scenario: read, recognise, take every key, write, and check what was written.
 */
import { assert } from '#base/assert';
import { type Problem, UserError } from '#base/error';
import { loadScenarioText } from '#scenario/load';
import { createSource, type Finding, type Source, toProblems } from '#scenario/place';
import { suggest } from '#scenario/suggest';
import type { Tree, TreeMap } from '#scenario/tree';
import { type Account, type Addition, add, createAccount, type KeyAccount, noteUnknown } from './account.js';
import { KIND_NAMES, KINDS, type KindName, recogniseKind } from './kind.js';
import { readRon } from './ron.js';
import { applyRules, explainUnknown, liftMisplaced } from './rule.js';
import { readToml } from './toml.js';
import { writeImport } from './write.js';

export interface Imported {
  readonly kind: KindName;
  readonly syntax: 'TOML' | 'RON';
  readonly text: string; // the scenario file
  readonly keys: readonly KeyAccount[]; // every key of the source, in its order
  readonly additions: readonly Addition[];
  readonly warnings: readonly Problem[];
}

export interface ImportOptions {
  readonly kind?: string | undefined; // instead of what the content says
  readonly version: string; // of this program, for the first line
}

const BYTES_MAX = 262_144; // the parser's time grows with the square of the keys of a table

/**
 * Converts the text of one file.
 *
 * @param file - what to call it in problems
 * @param fallbackName - name of the scenario, where the file has none
 * @throws UserError with every problem of the file
 */
export function importText(text: string, file: string, fallbackName: string, options: ImportOptions): Imported {
  const source = createSource(file, text, 0);
  refuseOthers(text, source);
  const syntax = recogniseSyntax(text, file);
  const { tree, names } = readSource(text, source, syntax);
  const kind = chooseKind(tree, file, options.kind);
  const { rules, convert, title } = KINDS[kind];
  const account = createAccount(tree, names);
  const known = rules.map(([path]) => path);
  const moved = syntax === 'TOML' && kind === 'node' ? liftMisplaced(account, known) : new Map<string, string>();
  convert(account);
  applyRules(account, rules);
  noteUnknown(account, explainUnknown(known));
  if (account.problems.length > 0) throw new UserError(toProblems(account.problems));
  const keys = sortKeys(account, moved);
  if (!keys.some(({ state }) => state === 'used')) {
    const fix = `Give another file, or say which kind it is with --as ${KIND_NAMES.join(', ')}.`;
    throw new UserError([{ file, what: `no key of it has a meaning here, read as ${title}`, fix }]);
  }
  complete(account, fallbackName);
  const written = writeImport(account.scenario, {
    file,
    title,
    version: options.version,
    keys,
    additions: account.additions,
  });
  checkScenario(written, file, account);
  const warnings = keys.filter(({ warning }) => warning).map(toWarning);
  return { kind, syntax, text: written, keys, additions: account.additions, warnings: toProblems(warnings) };
}

/** What a person may well try: a scenario that is one already, or something that is no text of a configuration. */
function refuseOthers(text: string, { file }: Source): void {
  if (text.length > BYTES_MAX) {
    throw new UserError([{ file, what: `is larger than ${BYTES_MAX / 1_024} KiB`, fix: 'Check the path.' }]);
  }
  if (/^\s*["']?apiVersion["']?\s*:\s*["']?rollout-sim\//m.test(text)) {
    throw new UserError([{ file, what: 'is a scenario already', fix: 'Run it: rollout-sim run FILE.' }]);
  }
}

/** TOML or RON, by how the text begins; a name decides only where nothing else does. */
function recogniseSyntax(text: string, file: string): 'TOML' | 'RON' {
  const start = text.replace(/^\ufeff/, '').replace(/^(?:\s+|#(?!!?\s*\[)[^\n]*)+/, '');
  if (/^(?:\/\/|\/\*|#!\s*\[|\(|\{|[A-Za-z_]\w*\s*\()/.test(start)) return 'RON';
  return start === '' && /\.ron$/i.test(file) ? 'RON' : 'TOML';
}

interface SourceTree {
  readonly tree: TreeMap;
  readonly names: ReadonlyMap<Tree, string>;
}

function readSource(text: string, source: Source, syntax: 'TOML' | 'RON'): SourceTree {
  const read = syntax === 'TOML' ? readToml(text, source) : readRon(text, source);
  if ('fix' in read) throw new UserError(toProblems([read]));
  const { tree, names } = 'tree' in read ? read : { tree: read, names: new Map<Tree, string>() };
  if (tree.kind !== 'map') {
    const finding = { place: tree.place, what: 'is no map of keys', fix: 'Write a struct, (key: value, …).' };
    throw new UserError(toProblems([finding]));
  }
  if (tree.entries.size > 0) return { tree, names };
  throw new UserError([{ file: source.file, what: 'holds no keys', fix: 'Check the path.' }]);
}

function chooseKind(tree: TreeMap, file: string, wanted: string | undefined): KindName {
  const named = KIND_NAMES.find((name) => name === wanted);
  if (wanted !== undefined && named === undefined) {
    const what = `"${wanted}" is not a kind of file`;
    throw new UserError([{ file: '--as', what, fix: suggest(wanted, KIND_NAMES, 'Kinds') }]);
  }
  const kind = named ?? recogniseKind(tree);
  if (kind !== undefined) return kind;
  const what = 'is none of the files that can be imported, by its keys';
  throw new UserError([{ file, what, fix: `Say which kind it is with --as ${KIND_NAMES.join(', ')}.` }]);
}

/** What every scenario has, wherever it comes from. */
function complete(account: Account, fallbackName: string): void {
  const { scenario } = account;
  if (scenario.name === undefined) add(account, 'name', fallbackName, 'the name of the file');
  add(account, 'replications', 20, 'assumption: enough for what is expected below');
  const claims = ['P(safety.forks > 0) <= 25%', 'P(state rollback) <= 25%'];
  add(account, 'expect', claims, 'assumption: each can be shown by 20 replications that agree');
}

function sortKeys(account: Account, moved: ReadonlyMap<string, string>): KeyAccount[] {
  const keys = [...account.keys.values()].map((key) => {
    const from = moved.get(key.path);
    if (from === undefined) return key;
    const text = `${key.text === '' ? '' : `${key.text}; `}${from}, and is taken as meant`;
    return { ...key, text, warning: key.state === 'used' || key.warning };
  });
  return keys.sort((a, b) => a.place.line - b.place.line || a.place.column - b.place.column);
}

function toWarning({ path, place, state, text }: KeyAccount): Finding {
  if (state === 'unknown') {
    const meant = /^did you mean (.+)\?$/.exec(text)?.[1];
    const fix = meant === undefined ? 'Remove it, or correct its name.' : `Did you mean ${meant}? Else remove it.`;
    return { place, path, what: 'the key is unknown and has no effect', fix };
  }
  const fix = text.includes('taken as meant')
    ? 'Move it above the first table: the node itself does not find it there.'
    : 'Keep it in mind when you read the results.';
  return { place, path, what: text, fix };
}

/** Values that our schema refuses are problems of the source, at the key they come from. */
function checkScenario(written: string, file: string, account: Account): void {
  try {
    loadScenarioText(written, file);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const findings = error.problems.map((problem): Finding => {
      const key = findKey(problem.path ?? '', account);
      assert(key !== undefined, `the import is a valid scenario, but ${problem.path}: ${problem.what}`);
      return { place: key.place, path: key.path, what: `as ${problem.path}: ${problem.what}`, fix: problem.fix };
    });
    throw new UserError(toProblems(findings));
  }
}

/** The key that wrote `path`, or something around it. */
function findKey(path: string, account: Account): KeyAccount | undefined {
  let best: KeyAccount | undefined;
  let length = 0;
  for (const key of account.keys.values()) {
    for (const to of key.to) {
      if (!(path.startsWith(to) || to.startsWith(path)) || to.length <= length) continue;
      best = key;
      length = to.length;
    }
  }
  return best;
}
