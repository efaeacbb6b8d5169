import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quoteCommand, quoteWord } from '../../../src/cli/shell.js';

test('bash reads back the very words that were quoted', () => {
  const character = fc.constantFrom(...' \'"\\$`!*?~=#&|;<>()[]{}\n\t\u001b\u007f\u009b\u202eaZ0-ü漢');
  const word = fc.string({ unit: character, maxLength: 12 });
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 20 }), (words) => {
      const script = `printf '%s\\0' ${quoteCommand(words)}`;
      const env = { ...process.env, LC_ALL: 'C.UTF-8' };
      const read = execFileSync('bash', ['-c', script], { encoding: 'utf8', env });
      expect(read.split('\0').slice(0, -1)).toEqual(words);
    }),
    { numRuns: 60 },
  );
});

test('plain words stay as they are, and what is printed obeys no terminal', () => {
  expect(quoteCommand(['rollout-sim', 'run', 'a/b.yaml', '--set', 'network.loss=1%'])).toBe(
    'rollout-sim run a/b.yaml --set network.loss=1%',
  );
  expect(quoteWord('')).toBe("''");
  expect(quoteWord('=ls')).toBe("'=ls'");
  expect(quoteWord('\u001b[2J')).toBe("$'\\x1b[2J'");
});
