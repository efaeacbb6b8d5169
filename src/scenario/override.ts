/**
 * `--set path=value`: one value of a scenario, replaced from the command line before the file is checked.
 *
 * Items of a list are named by number, `faults[0].perHeight`, or by their name, `channels.mainnet.validators`.
 */
import { readDocument } from './document.js';
import { createSource, type Finding, type Place } from './place.js';
import { suggest } from './suggest.js';
import type { Entry, Path, Tree, TreeMap } from './tree.js';
import { formatPath } from './tree.js';

const FIX_FORM = 'Write --set path=value, such as --set network.loss=2%.';

/**
 * Replaces one value in `tree`. A key that is not in the file is added, so that the schema can judge it.
 *
 * @param order - `order` of the source that the text becomes
 */
export function applyOverride(tree: TreeMap, text: string, order: number): Finding[] {
  const source = createSource(`--set ${text}`, text, order, true);
  const equals = text.indexOf('=');
  const placeAt = (from: number, width: number): Place => {
    return { source, line: 1, column: from + 1, width: Math.max(1, width) };
  };
  const steps = equals < 0 ? undefined : parsePath(text.slice(0, equals));
  if (steps === undefined) {
    const what =
      equals < 0 ? `${JSON.stringify(text)} has no "="` : `${JSON.stringify(text.slice(0, equals))} is no path`;
    return [{ place: placeAt(0, text.length), what, fix: FIX_FORM }];
  }
  const { tree: value, findings } = readValue(text, equals, order);
  if (value === undefined) return [...findings];
  const problem = put(tree, steps, value, placeAt(0, equals));
  return problem === undefined ? [...findings] : [...findings, problem];
}

function readValue(text: string, equals: number, order: number): ReturnType<typeof readDocument> {
  const source = createSource(`--set ${text}`, text, order, true);
  const written = text.slice(equals + 1);
  // Nothing at all is the empty value, which the schema refuses with the words it has for that key.
  if (written.trim() === '') {
    const place: Place = { source, line: 1, column: equals + 1, width: 1 };
    return { tree: { kind: 'scalar', value: null, place }, findings: [] };
  }
  return readDocument(written, source, equals + 1);
}

/** `faults[0].perHeight` → `['faults', 0, 'perHeight']`; undefined if that is no path. */
function parsePath(text: string): Path | undefined {
  if (!/^[^.[\]]+(?:\[\d{1,9}\]|\.[^.[\]]+)*$/.test(text)) return undefined;
  const steps: (string | number)[] = [];
  for (const [, name, index] of text.matchAll(/([^.[\]]+)|\[(\d+)\]/g)) {
    steps.push(name ?? Number(index));
  }
  return steps;
}

function put(root: TreeMap, path: Path, value: Tree, place: Place): Finding | undefined {
  let current: Tree = root;
  for (const [depth, step] of path.entries()) {
    const here = formatPath(path.slice(0, depth));
    const last = depth === path.length - 1;
    const refuse = (what: string, fix: string): Finding => ({ place, what, fix });
    if (current.kind === 'scalar') {
      return refuse(`${here} is a single value and holds no "${step}"`, `Set ${here} as a whole.`);
    }
    if (current.kind === 'map') {
      if (typeof step === 'number') {
        const fix = suggest(String(step), [...current.entries.keys()], 'Its keys');
        return refuse(`${here} is a map, not a list`, fix);
      }
      const entry: Entry | undefined = current.entries.get(step);
      if (last) {
        current.entries.set(step, { key: place, value });
        return undefined;
      }
      if (entry === undefined && typeof path[depth + 1] === 'number') {
        return refuse(`${formatPath(path.slice(0, depth + 1))} is not in the file`, `Set "${step}" as a whole.`);
      }
      const next: Tree = entry?.value ?? { kind: 'map', entries: new Map<string, Entry>(), place };
      if (entry === undefined) current.entries.set(step, { key: place, value: next });
      current = next;
      continue;
    }
    const index = typeof step === 'number' ? step : current.items.findIndex((item) => nameOf(item) === step);
    const item: Tree | undefined = current.items[index];
    if (item === undefined) {
      const names = current.items.map((one, number) => nameOf(one) ?? `[${number}]`);
      return refuse(`${here} has no item ${JSON.stringify(step)}`, suggest(String(step), names, 'Its items'));
    }
    if (last) {
      current.items[index] = value;
      return undefined;
    }
    current = item;
  }
  return undefined;
}

function nameOf(item: Tree): string | undefined {
  const name = item.kind === 'map' ? item.entries.get('name')?.value : undefined;
  return name?.kind === 'scalar' && typeof name.value === 'string' ? name.value : undefined;
}
