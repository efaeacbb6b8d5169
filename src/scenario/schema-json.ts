/**
 * The JSON Schema of scenario files, for editors: what `rollout-sim schema` prints.
 */
import { z } from 'zod';
import { scenarioSchema } from './schema.js';

/**
 * JSON Schema, draft 2020-12, from the schema that loads files. It knows form, not meaning: that a fault names an
 * existing channel, only the loader checks.
 */
export function scenarioJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(scenarioSchema, {
    target: 'draft-2020-12',
    io: 'input',
    override: ({ jsonSchema }) => {
      // Keys that start with x- are the writer's own, at any level.
      if (jsonSchema.type === 'object' && jsonSchema.additionalProperties === false) {
        jsonSchema.patternProperties = { '^x-': {} };
      }
    },
  });
  const { $schema, ...rest } = schema;
  return { $schema, title: 'rollout-sim scenario', ...rest };
}
