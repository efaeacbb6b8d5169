/**
 * A scenario as a file: YAML, readable, with the line that tells editors of the schema.
 */
import { stringify } from 'yaml';

/** @param scenario - as a file holds it: units in texts, nothing resolved */
export function writeScenario(scenario: Readonly<Record<string, unknown>>): string {
  const schema = '# yaml-language-server: $schema=./scenario.schema.json';
  return `${schema}\n${stringify(scenario, { lineWidth: 120, flowCollectionPadding: true })}`;
}
