/**
 * Ctrl-C and SIGTERM: the first asks the run to stop and keep what is done, the second ends the process at once.
 */
import { INTERRUPTED } from './exit-code.js';

type Signal = keyof typeof INTERRUPTED;

export interface Interrupt {
  readonly signal: AbortSignal; // aborted by the first
  /** The exit code of the signal that came, null if none did. */
  readonly exitCode: () => number | null;
  /** Gives the signals back. */
  readonly release: () => void;
}

// A terminal sends Ctrl-C to npm and to its child, and npm passes it on: one key, two signals.
const ECHO_MS = 300;

/**
 * Takes the signals over.
 *
 * @param onFirst - told once, to say what happens next
 */
export function watchInterrupts(onFirst: () => void): Interrupt {
  const controller = new AbortController();
  let code: number | null = null;
  let firstAt = 0;
  const listen = (name: Signal): void => {
    if (code === null) {
      code = INTERRUPTED[name];
      firstAt = performance.now();
      onFirst();
      controller.abort();
    } else if (performance.now() - firstAt > ECHO_MS) {
      process.exit(INTERRUPTED[name]);
    }
  };
  process.on('SIGINT', listen);
  process.on('SIGTERM', listen);
  return {
    signal: controller.signal,
    exitCode: () => code,
    release: () => {
      process.off('SIGINT', listen);
      process.off('SIGTERM', listen);
    },
  };
}
