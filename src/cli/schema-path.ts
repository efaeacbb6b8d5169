/**
 * Where the installed JSON Schema lies, seen from a scenario file: the first line that editors read.
 */
import { dirname, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Path of the schema from the folder of `file`. */
export function schemaSeenFrom(file: string): string {
  const schema = fileURLToPath(new URL('../scenario.schema.json', import.meta.url));
  const path = relative(dirname(resolve(file)), schema)
    .split(sep)
    .join('/');
  return path.startsWith('.') ? path : `./${path}`;
}
