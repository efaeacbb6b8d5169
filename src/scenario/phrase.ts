/**
 * The words of a claim: its text cut into phrases and quantities, each behind a placeholder that an expression parser
 * cannot misread.
 */

export const FIX_FORM = 'Write a claim such as "P(abort in canary) >= 99%" or "mean(liveness.slotShare) >= 0.9".';

const LENGTH_MAX = 500;

export interface Token {
  readonly kind: 'word' | 'quantity' | 'comparator' | 'bracket';
  readonly text: string;
  readonly offset: number;
}

/** A placeholder and the words or the quantity it stands for. */
export interface Phrase {
  readonly kind: 'word' | 'quantity';
  readonly tokens: readonly Token[];
}

/** The mistake that ends the reading of a claim; `parseClaim` turns it into an answer. */
export class Mistake extends Error {
  readonly offset: number;
  readonly width: number;
  readonly fix: string;
  constructor(offset: number, width: number, what: string, fix: string) {
    super(what);
    this.offset = offset;
    this.width = width;
    this.fix = fix;
  }
}

/** Splits the text; a character that no claim has is a mistake. */
export function tokenise(text: string): Token[] {
  if (text.length > LENGTH_MAX) throw new Mistake(0, text.length, 'is too long for a claim', FIX_FORM);
  const tokens: Token[] = [];
  const pattern = /\s*(?:(<=|>=|<|>)|([()])|(\d[\d.]*[eE][+-]?\d+|\d[\w.%µ]*(?: \d[\w.]*)*)|([A-Za-z][\w.-]*)|(\S))/gy;
  for (const match of text.matchAll(pattern)) {
    const [all, comparator, bracket, quantity, word, other] = match;
    const written = comparator ?? bracket ?? quantity ?? word ?? other ?? '';
    const offset = match.index + all.length - written.length;
    if (other !== undefined) throw new Mistake(offset, 1, `"${other}" has no place in a claim`, FIX_FORM);
    const kind = comparator ? 'comparator' : bracket ? 'bracket' : quantity ? 'quantity' : 'word';
    tokens.push({ kind, text: written, offset });
  }
  return tokens;
}

/** The claim with placeholders for phrases and quantities; `offsets[i]` is where character i of it comes from. */
export function replacePhrases(tokens: readonly Token[]): {
  code: string;
  phrases: Map<string, Phrase>;
  offsets: number[];
} {
  const phrases = new Map<string, Phrase>();
  const offsets: number[] = [];
  let code = '';
  const append = (written: string, offset: number): void => {
    for (let i = 0; i <= written.length; i += 1) offsets.push(offset);
    code += `${written} `;
  };
  for (let i = 0; i < tokens.length; i += 1) {
    const token = tokens[i] as Token;
    if (token.kind === 'comparator' || token.kind === 'bracket' || tokens[i + 1]?.text === '(') {
      append(token.text, token.offset);
      continue;
    }
    const { kind } = token;
    const phrase = [token];
    while (kind === 'word' && tokens[i + 1]?.kind === 'word' && tokens[i + 2]?.text !== '(') {
      i += 1;
      phrase.push(tokens[i] as Token);
    }
    const name = `phrase${phrases.size}`;
    phrases.set(name, { kind, tokens: phrase });
    append(name, token.offset);
  }
  return { code, phrases, offsets };
}
