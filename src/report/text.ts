/**
 * Text from a scenario, made harmless for each kind of paper. Scenario names, claims and causes are written by users, so
 * no writer prints one without passing it through the function of its format: HTML and XML markup, Markdown, terminal.
 */

/** Control characters, lone surrogates, marks that turn the reading direction, and what XML 1.0 forbids. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]/gu;

/** One line of printable text: white space runs become a space, unprintable characters go. Enough for a terminal. */
export function cleanText(text: string): string {
  return text.replace(/\s+/gu, ' ').replace(UNPRINTABLE, '').trim();
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Clean text for the inside of an element or a quoted attribute, in HTML and in XML. */
export function escapeMarkup(text: string): string {
  return cleanText(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

/** Clean text for GitHub-flavoured Markdown, at the start of a line or in a table cell. */
export function escapeMarkdown(text: string): string {
  return cleanText(text)
    .replace(/[&<>]/g, (character) => ENTITIES[character] ?? '')
    .replace(/[\\`*_[\]|~$]/g, '\\$&')
    .replace(/^([#+=:-])/, '\\$1')
    .replace(/^(\d+)([.)])/, '$1\\$2');
}

/** At most `length` characters, the last one an ellipsis where something was cut. */
export function shorten(text: string, length: number): string {
  const characters = [...cleanText(text)];
  if (characters.length <= length) return characters.join('');
  return length < 1 ? '' : `${characters.slice(0, length - 1).join('')}…`;
}

/** Characters as a reader counts them, not UTF-16 units. */
export function textLength(text: string): number {
  return [...text].length;
}

/** An argument of a shell command, quoted where the shell would read more into it. */
export function quoteArgument(text: string): string {
  const clean = cleanText(text);
  return /^[\w./:=@%+,-]+$/.test(clean) ? clean : `'${clean.replaceAll("'", `'\\''`)}'`;
}
