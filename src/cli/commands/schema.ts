/**
 * `schema`: the JSON Schema of scenario files, for editors.
 */
import { scenarioJsonSchema } from '#scenario/schema-json';
import { DONE } from '../exit-code.js';
import type { Terminal } from '../terminal.js';

export function schema(terminal: Terminal): number {
  terminal.printJson(JSON.stringify(scenarioJsonSchema(), undefined, 2));
  return DONE;
}
