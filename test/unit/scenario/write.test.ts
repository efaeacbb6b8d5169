import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { writeScenario } from '../../../src/scenario/write.js';

const scenario = { chain: { blockTime: '5s' }, channels: [{ name: 'a', steps: [{ dwell: '1h' }] }, { name: 'b' }] };

test('each comment stands at its key, and what is short and has none in one line', () => {
  const comments = new Map([
    ['chain.blockTime', ['why']],
    ['channels', ['one', 'two']],
    ['channels[0].steps[0].dwell', ['long']],
  ]);
  expect(writeScenario(scenario, { head: ['made'], foot: ['left over'], comments })).toBe(
    `# yaml-language-server: $schema=./scenario.schema.json
# made
chain:
  blockTime: 5s # why
# one
# two
channels:
  - name: a
    steps:
      - dwell: 1h # long
  - { name: b }

# left over
`,
  );
});

test('no comment changes what a file says', () => {
  const comment = fc.string({ unit: 'binary', maxLength: 20 });
  const paths = ['chain', 'chain.blockTime', 'channels', 'channels[0].name', 'channels[0].steps', 'channels[1].name'];
  const notes = fc.dictionary(fc.constantFrom(...paths), fc.array(comment, { maxLength: 3 }));
  fc.assert(
    fc.property(notes, fc.array(comment), (said, lines) => {
      const text = writeScenario(scenario, { head: lines, foot: lines, comments: new Map(Object.entries(said)) });
      expect(parse(text)).toEqual(scenario);
    }),
  );
});
