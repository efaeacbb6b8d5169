/**
 * Command lines as a shell reads them: what is printed may be copied and run.
 */
import { cleanText } from './text.js';

const PLAIN = /^[A-Za-z0-9_@%+:,./-][A-Za-z0-9_@%+:,./=-]*$/; // a leading `=` or `~` means something to zsh

/** One word, quoted where the shell would see something else; control characters as escapes in `$'…'`. */
export function quoteWord(word: string): string {
  if (PLAIN.test(word)) return word;
  if (cleanText(word) === word && !word.includes('\n')) return `'${word.replaceAll("'", `'\\''`)}'`;
  return `$'${[...word].map(escapeCharacter).join('')}'`;
}

/** A whole command line. */
export function quoteCommand(words: readonly string[]): string {
  return words.map(quoteWord).join(' ');
}

function escapeCharacter(character: string): string {
  if (character === "'" || character === '\\') return `\\${character}`;
  if (cleanText(character) === character && character !== '\n') return character;
  const code = character.charCodeAt(0);
  return code < 128 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
}
