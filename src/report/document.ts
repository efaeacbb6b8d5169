/**
 * A report as data: sections of blocks whose texts are plain. The content is written once; `html` and `markdown` print it,
 * and only they escape, so no text reaches paper unescaped.
 */
import type { Figure } from './figures.js';
import type { Tone, Verdict } from './words.js';

export interface Cell {
  readonly text: string;
  readonly note?: string; // a second, smaller line
  readonly tone?: Tone; // printed with a mark and a word, never as a colour alone
}

export interface Column {
  readonly title: string;
  readonly isNumber?: boolean;
}

export interface Table {
  readonly kind: 'table';
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[]; // each as long as `columns`; the first cell names the row
  readonly empty: string; // printed instead of a table without rows
}

/** A number that everybody should see. */
export interface Tile {
  readonly label: string;
  readonly value: string;
  readonly interval: string;
  readonly note: string;
  readonly share: { readonly estimate: number; readonly low: number; readonly high: number } | null; // drawn as a scale from 0 to 1
}

export type Block =
  | { readonly kind: 'paragraph'; readonly text: string }
  | { readonly kind: 'quote'; readonly text: string }
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'terms'; readonly items: readonly { readonly term: string; readonly text: string }[] }
  | { readonly kind: 'command'; readonly label: string; readonly text: string }
  | { readonly kind: 'tiles'; readonly tiles: readonly Tile[] }
  | { readonly kind: 'figures'; readonly figures: readonly Figure[] }
  | {
      readonly kind: 'fold'; // closed until the reader opens it
      readonly title: string;
      readonly blocks: readonly Block[];
      readonly isScreenOnly: boolean; // stays closed on paper
    }
  | Table;

export interface Section {
  readonly id: string; // letters and hyphens
  readonly title: string;
  readonly blocks: readonly Block[];
}

export interface Concern {
  readonly claim: string;
  readonly word: string; // what became of it
  readonly tone: Tone;
  readonly reason: string;
}

export interface ReportDocument {
  readonly name: string; // of the scenario
  readonly verdict: Verdict;
  readonly headline: string;
  readonly meaning: string;
  readonly warning: string | null; // what makes the result incomplete
  readonly concerns: readonly Concern[]; // claims that do not pass
  readonly facts: readonly { readonly term: string; readonly text: string }[];
  readonly sections: readonly Section[];
}

/** All figures of a document, folded ones too, in order of appearance. */
export function figuresOf(document: ReportDocument): Figure[] {
  return document.sections.flatMap(({ blocks }) => figuresIn(blocks));
}

function figuresIn(blocks: readonly Block[]): Figure[] {
  return blocks.flatMap((block) => {
    if (block.kind === 'figures') return [...block.figures];
    return block.kind === 'fold' ? figuresIn(block.blocks) : [];
  });
}
