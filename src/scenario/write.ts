/**
 * A scenario as a file: YAML, readable, with the line that tells editors of the schema.
 */
import { Document, isCollection, isMap, isScalar, type Node, type Pair, stringify } from 'yaml';
import { formatPath, type Path } from './tree.js';

/** By path of a key, such as `chain.blockTime`, what to say about it; each text is one comment. */
export type Comments = ReadonlyMap<string, readonly string[]>;

export interface WriteNotes {
  readonly head: readonly string[]; // lines of comment above all
  readonly foot: readonly string[]; // and below
  readonly comments: Comments;
}

const LINE_WIDTH = 120;
const FLOW_MAX = 96; // characters of a list or map that is written in one line

/**
 * @param scenario - as a file holds it: units in texts, nothing resolved
 * @param notes - comments; without them lists and maps stand in blocks
 */
export function writeScenario(scenario: Readonly<Record<string, unknown>>, notes?: WriteNotes): string {
  const schema = '# yaml-language-server: $schema=./scenario.schema.json';
  const style = { lineWidth: LINE_WIDTH, flowCollectionPadding: true };
  if (notes === undefined) return `${schema}\n${stringify(scenario, style)}`;
  const document = new Document(scenario, { aliasDuplicateObjects: false });
  annotate(document.contents, [], notes.comments);
  const foot = notes.foot.length === 0 ? '' : `\n${comment(notes.foot)}`;
  return `${schema}\n${comment(notes.head)}${document.toString(style)}${foot}`;
}

function comment(lines: readonly string[]): string {
  return lines
    .map((line) => `# ${oneLine(line)}`.trimEnd())
    .map((line) => `${line}\n`)
    .join('');
}

/** A comment ends with its line, whatever a text from elsewhere holds. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
}

/**
 * Sets the comments below `node` and folds into one line what is short and has none.
 *
 * @returns whether something at or below `node` has a comment
 */
function annotate(node: unknown, path: Path, comments: Comments): boolean {
  if (!isCollection(node)) return false;
  let any = false;
  node.items.forEach((item, i) => {
    if (isMap(node)) {
      const pair = item as Pair<Node & { value: unknown }, Node | null>;
      const inner = [...path, String(pair.key.value)];
      const inside = annotate(pair.value, inner, comments);
      const texts = (comments.get(formatPath(inner)) ?? []).map((text) => ` ${oneLine(text)}`);
      if (texts.length > 0 && isScalar(pair.value)) pair.value.comment = texts.join(';');
      else if (texts.length > 0) pair.key.commentBefore = texts.join('\n');
      any ||= inside || texts.length > 0;
    } else {
      any = annotate(item, [...path, i], comments) || any;
    }
  });
  if (!any && stringify(node, { collectionStyle: 'flow', lineWidth: 0 }).length <= FLOW_MAX) node.flow = true;
  return any;
}
