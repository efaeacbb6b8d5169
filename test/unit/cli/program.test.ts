import pc from 'picocolors';
import { describe, expect, test } from 'vitest';
import { runProgram } from '../../../src/cli/program.js';
import type { Terminal } from '../../../src/cli/terminal.js';

/** Runs one command line in this process; what it prints is collected. */
async function runWords(words: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const [out, err]: [string[], string[]] = [[], []];
  const plain = pc.createColors(false);
  const terminal: Terminal = {
    print: (line) => out.push(line),
    printJson: (json) => out.push(json),
    note: (line) => err.push(line),
    progress: () => {},
    width: 100,
    progressWidth: 80,
    color: false,
    outColors: plain,
    errColors: plain,
  };
  const code = await runProgram(words, '1.2.3', terminal);
  return { code, out: out.join('\n'), err: err.join('\n') };
}

describe('bad usage is exit 2, silent on stdout', () => {
  test.each([
    [['rnu', 'a.yaml'], 'Did you mean run?'],
    [['run', 'a.yaml', '--replication', '3'], 'Did you mean --replications?'],
    [['run'], "missing required argument 'file'"],
    [['run', 'a.yaml', 'b.yaml'], 'too many arguments'],
    [['run', 'a.yaml', '--jobs', '0'], 'at least 1'],
    [['run', 'a.yaml', '--replications', '1.5'], 'at least 1'],
    [['run', 'a.yaml', '--fidelity', 'high'], 'message, block, auto'],
    [['run', 'a.yaml', '--set', 'loss'], 'path=value'],
    [['run', 'a.yaml', '--seed', ''], 'not empty'],
    [['run', 'a.yaml', '--max-wall', '10'], '10m'],
    [['run', 'a.yaml', '--shard', '0/3'], 'such as 2/3'],
    [['run', 'a.yaml', '--shard', '4/3'], 'such as 2/3'],
    [['merge'], "missing required argument 'parts'"],
    [['merge', 'no/such/part'], 'no/such/part'],
    [['verify-determinism', 'no/such/file.yaml'], 'no/such/file.yaml'],
    [['run', 'no/such/file.yaml'], 'no/such/file.yaml'],
    [['replay', 'a.yaml'], '--replication'],
    [['completion', 'tcsh'], 'bash, zsh, fish'],
    [['report', 'no/such/folder'], 'no/such/folder'],
    [['conform', 'no/such/trace'], 'no/such/trace'],
    [['explain', 'no such topic at all'], 'lists the topics'],
    [['help'], 'unknown command'],
    [[], 'Usage: rollout-sim'],
  ])('%j: %s', async (words, hint) => {
    const { code, out, err } = await runWords(words);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(hint);
    expect(err).not.toMatch(/^internal error/m);
  });

  test('what the user typed is shown without its control characters', async () => {
    const { err } = await runWords(['\u001b[2Jrun']);
    expect(err).toContain("unknown command '\\x1b[2Jrun'");
  });
});

test('--version and --help are exit 0, on stdout', async () => {
  expect(await runWords(['--version'])).toEqual({ code: 0, out: '1.2.3', err: '' });
  expect(await runWords(['run', '--help'])).toMatchObject({
    code: 0,
    err: '',
    out: expect.stringContaining('--max-wall'),
  });
});
