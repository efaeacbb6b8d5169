/**
 * Text that comes from files, made safe to print: a scenario's name must not move the cursor, hide a line or turn it
 * around. Control characters other than tab and newline, and the marks that change the direction of text, are printed
 * as visible escapes.
 */

const UNSAFE = /(?![\n\t])[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;
const UNSAFE_IN_JSON = /[\u007f-\u009f]/g; // what JSON leaves as it is

/** A text without control characters: each becomes `\xNN` or `\uNNNN`, to be seen and not obeyed. */
export function cleanText(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(UNSAFE, (character) => {
    const code = character.charCodeAt(0);
    return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

/** A copy of plain data with every text in it clean, keys included. */
export function cleanData<T>(value: T): T {
  return cleanUnknown(value) as T;
}

function cleanUnknown(value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value);
  if (Array.isArray(value)) return value.map(cleanUnknown);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [cleanText(key), cleanUnknown(inner)]));
}

/** JSON with the control characters that JSON itself lets through as `\u` escapes: the same document, other bytes. */
export function cleanJson(json: string): string {
  return json.replace(UNSAFE_IN_JSON, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** `1 replication`, `2 replications`; `many` where it is not the noun and an s. */
export function plural(count: number, noun: string, many = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : many}`;
}
