/**
 * The version, as package.json has it: the same file seen from `src/cli` and from the built `.dist/cli`.
 */
import { readFileSync } from 'node:fs';

export function readVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return String(version);
}
