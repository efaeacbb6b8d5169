#!/usr/bin/env node
/**
 * The command `rollout-sim`: words in, an exit code out.
 */
import { reportFailure } from './failure.js';
import { runProgram } from './program.js';
import { quoteCommand } from './shell.js';
import { openTerminal } from './terminal.js';
import { readVersion } from './version.js';

const terminal = openTerminal();
const words = process.argv.slice(2);

process.on('uncaughtException', (error) => {
  process.exit(reportFailure(error, quoteCommand(['rollout-sim', ...words]), terminal));
});
process.exitCode = await runProgram(words, readVersion(), terminal);
