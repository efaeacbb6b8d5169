/**
 * The scenario file of an import: each key with the one it comes from, and below all that had no place in it.
 */
import { type Comments, writeScenario } from '#scenario/write';
import type { Addition, KeyAccount } from './account.js';

export interface ImportNotes {
  readonly file: string;
  readonly title: string;
  readonly version: string;
  readonly keys: readonly KeyAccount[];
  readonly additions: readonly Addition[];
}

const ORDER = ['apiVersion', 'name', 'question', 'seed', 'replications', 'fidelity', 'horizon', 'chain', 'network'];
const LAST = ['gates', 'channels', 'faults', 'expect'];

/** The whole text; the same source gives the same bytes. */
export function writeImport(scenario: Readonly<Record<string, unknown>>, notes: ImportNotes): string {
  const all: Readonly<Record<string, unknown>> = { apiVersion: 'rollout-sim/v1', ...scenario };
  const middle = Object.keys(all).filter((key) => !ORDER.includes(key) && !LAST.includes(key));
  const order = [...ORDER, ...middle, ...LAST].filter((key) => all[key] !== undefined);
  const ordered = Object.fromEntries(order.map((key) => [key, all[key]]));
  const comments = collectComments(notes);
  const head = [`Imported by rollout-sim ${notes.version} from ${notes.file}: ${notes.title}.`, ...LEGEND];
  return writeScenario(ordered, { head, foot: listRest(notes.keys), comments });
}

const LEGEND = ['Comments name the key that a value comes from; "+" marks what the file does not say.'];

/** For each key of the scenario, where it comes from. */
function collectComments({ keys, additions }: ImportNotes): Comments {
  const comments = new Map<string, string[]>();
  const put = (to: string, text: string): void => {
    comments.set(to, [...(comments.get(to) ?? []), text]);
  };
  for (const { to, text } of additions) put(to, `+ ${text}`);
  for (const { path, value, to, text } of keys) {
    for (const one of to) put(one, `${path} = ${value}${text === '' ? '' : ` (${text})`}`);
  }
  return comments;
}

/** Keys that no value comes from. */
function listRest(keys: readonly KeyAccount[]): string[] {
  const block = (state: KeyAccount['state'], title: string): string[] => {
    const some = keys.filter((key) => key.state === state);
    if (some.length === 0) return [];
    return [title, ...some.map(({ path, value, text }) => `  ${path} = ${value}: ${text}`)];
  };
  return [...block('ignored', 'Ignored, and why:'), ...block('unknown', 'Unknown, and without effect:')];
}
