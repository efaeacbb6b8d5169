/**
 * `schema`: the JSON Schema of scenario files, for editors; or of the status feed, for whoever reads it.
 */
import { scenarioJsonSchema } from '#scenario/schema-json';
import { DONE } from '../exit-code.js';
import type { Terminal } from '../terminal.js';

export async function schema(options: { readonly status?: boolean }, terminal: Terminal): Promise<number> {
  const isStatus = options.status === true;
  const printed = isStatus ? (await import('#experiment/status')).statusJsonSchema() : scenarioJsonSchema();
  terminal.printJson(JSON.stringify(printed, undefined, 2));
  return DONE;
}
