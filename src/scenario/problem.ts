/**
 * What zod found wrong, told to the writer of the file: the place in the text, what is wrong, how to fix it.
 */
import type { z } from 'zod';
import type { Finding, Place } from './place.js';
import { REMOVED, UNSUPPORTED } from './schema.js';
import { nearest, suggest } from './suggest.js';
import { find, formatPath, keyPlaceOf, type Path, placeOf, type Tree } from './tree.js';
import { quote, unsay } from './value.js';

type Issue = z.core.$ZodIssue;

/** Where a problem stands: a `Tree` knows it, a path names it. */
export interface Locator {
  readonly value: (path: Path) => Place;
  readonly key: (path: Path) => Place;
  readonly at: (path: Path) => unknown; // the value as written, undefined if missing
}

export function createLocator(tree: Tree): Locator {
  return {
    value: (path) => placeOf(tree, path),
    key: (path) => keyPlaceOf(tree, path),
    at: (path) => {
      const found = find(tree, path);
      if (found === undefined) return undefined;
      return found.kind === 'scalar' ? found.value : found.kind === 'list' ? [] : {};
    },
  };
}

/**
 * The findings of the issues of one parse.
 *
 * @param base - path of what was parsed
 */
export function describeIssues(issues: readonly Issue[], base: Path, locator: Locator): Finding[] {
  const misspelt = issues.filter((issue) => issue.code === 'unrecognized_keys').map((issue) => issue.path.join('.'));
  return issues.flatMap((issue) => {
    // What a map lacks as a whole is no news while one of its keys is misspelt.
    if (issue.code === 'custom' && misspelt.includes(issue.path.join('.'))) return [];
    return describeIssue(issue, base, locator);
  });
}

function describeIssue(issue: Issue, base: Path, locator: Locator): Finding[] {
  const path: Path = [...base, ...issue.path.map((step) => (typeof step === 'number' ? step : String(step)))];
  if (issue.code === 'invalid_union' && issue.discriminator === undefined) {
    const branch = chooseBranch(issue.errors);
    if (branch !== undefined) return describeIssues(branch, path, locator);
  }
  if (issue.code === 'unrecognized_keys') {
    const known = issue.message.split(', ');
    return issue.keys.map((key) => describeUnknownKey([...path, key], key, known, locator));
  }
  const written = locator.at(path);
  if (written === undefined) {
    const name = String(path.at(-1) ?? 'it');
    const inside = path.length > 1 ? ` to ${formatPath(path.slice(0, -1))}` : '';
    return [
      { place: locator.value(path), path: formatPath(path), what: 'is missing', fix: `Add "${name}:"${inside}.` },
    ];
  }
  const { what, fix } = unsay(issue.message) ?? explainIssue(issue, written);
  return [{ place: locator.value(path), path: formatPath(path), what, fix }];
}

/** The branch of a union that the value was meant for: the one whose type it has. */
function chooseBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  return branches.find(
    (issues) => issues.length > 0 && !issues.some((issue) => issue.path.length === 0 && issue.code === 'invalid_type'),
  );
}

function describeUnknownKey(path: Path, key: string, known: readonly string[], locator: Locator): Finding {
  const text = formatPath(path);
  const shared = { place: locator.key(path), path: text };
  if (UNSUPPORTED.includes(text)) {
    const fix = `Remove it, or keep it as a note under "x-${key}".`;
    return { ...shared, what: `"${key}" is not supported by this version`, fix };
  }
  if (Object.hasOwn(REMOVED, text)) {
    return { ...shared, what: `"${key}" is gone`, fix: REMOVED[text] ?? '' };
  }
  return { ...shared, what: `"${key}" is not a key here`, fix: suggest(key, known, 'Known keys') };
}

/** zod's own messages, for the few issues the schema has no words for. */
function explainIssue(issue: Issue, written: unknown): { readonly what: string; readonly fix: string } {
  const options = issue.code === 'invalid_value' ? issue.values : 'options' in issue ? issue.options : undefined;
  if (options !== undefined) {
    const words = options.map(String);
    const meant = typeof written === 'string' ? nearest(written, words) : undefined;
    const list = words.length === 1 ? `Write ${words[0]}.` : `Write one of: ${words.join(', ')}.`;
    return {
      what: `${quote(written)} is not known here`,
      fix: meant === undefined || words.length === 1 ? list : `Did you mean "${meant}"? ${list}`,
    };
  }
  if (issue.code === 'too_big' || issue.code === 'too_small') {
    const bound = issue.code === 'too_big' ? `at most ${issue.maximum}` : `at least ${issue.minimum}`;
    return { what: `${quote(written)} is out of range`, fix: `Write ${bound}.` };
  }
  return { what: issue.message.replace(/\.$/, ''), fix: `Replace ${quote(written)}.` };
}
