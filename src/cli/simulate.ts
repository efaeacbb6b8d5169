/**
 * All replications of one scenario for a command that compares: progress, interrupts and broken replications handled.
 */
import { ReplicationError } from '#experiment/failure';
import { rehearseAll, type Series, toSeries } from '#experiment/series';
import type { LoadedScenario } from '#scenario/load';
import { INCOMPLETE } from './exit-code.js';
import { reportFailure } from './failure.js';
import type { Interrupt } from './interrupt.js';
import type { ScenarioOptions } from './options.js';
import { replayCommand } from './result.js';
import type { Terminal } from './terminal.js';

export interface SimulateOptions {
  readonly jobs: number;
  readonly quiet?: boolean;
  readonly distributions?: boolean; // keeps how often each time came
}

/**
 * @param overrides - flags that the file was loaded with, for the command that replays
 * @returns what was measured, or the exit code if it did not come to an end
 */
export async function simulate(
  loaded: LoadedScenario,
  overrides: ScenarioOptions,
  { jobs, quiet, distributions }: SimulateOptions,
  interrupt: Interrupt,
  terminal: Terminal,
): Promise<Series | number> {
  let drawnAt = Number.NEGATIVE_INFINITY;
  const onProgress = (done: number, total: number): void => {
    if (quiet === true || performance.now() - drawnAt < 100) return;
    drawnAt = performance.now();
    terminal.progress(`${loaded.name}  ${done}/${total} replications`);
  };
  try {
    const { outcomes, stopped } = await rehearseAll(loaded, {
      jobs,
      signal: interrupt.signal,
      onProgress,
      distributions,
    });
    terminal.progress('');
    return stopped === 'complete' ? toSeries(outcomes) : (interrupt.exitCode() ?? INCOMPLETE);
  } catch (error) {
    terminal.progress('');
    if (!(error instanceof ReplicationError)) throw error;
    const code = reportFailure(error, replayCommand(loaded.file, error.seed, error.replication, overrides), terminal);
    return error.kind === 'death' ? INCOMPLETE : code;
  }
}
