/**
 * Where output goes: stdout carries the result, stderr the progress and the errors. A closed pipe is no error: what
 * follows is dropped in silence, and a run still writes its files.
 */
import type { WriteStream } from 'node:tty';
import pc from 'picocolors';
import { cleanJson } from './text.js';

export type Colors = ReturnType<typeof pc.createColors>;

export interface Terminal {
  /** Writes one line of the result. */
  readonly print: (line: string) => void;
  /** Writes a JSON document as the whole result. */
  readonly printJson: (json: string) => void;
  /** Writes one line beside the result: a heading, a warning, an error. */
  readonly note: (line: string) => void;
  /** Overwrites the progress line; the empty text clears it. Nothing happens where no one watches. */
  readonly progress: (line: string) => void;
  readonly width: number; // columns of stdout, 100 where it has none
  readonly progressWidth: number; // columns of stderr
  readonly color: boolean; // whether stdout takes colour
  readonly outColors: Colors;
  readonly errColors: Colors;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Whether a stream takes colour: `NO_COLOR` forbids it, `FORCE_COLOR` demands it, else a terminal does that is not
 * dumb and not the log of a CI job.
 */
export function takesColor(stream: { readonly isTTY?: boolean }, env: Environment): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  return stream.isTTY === true && env.TERM !== 'dumb' && !isCi(env);
}

/** Whether a progress line may move on a stream. */
export function takesProgress(stream: { readonly isTTY?: boolean }, env: Environment): boolean {
  return stream.isTTY === true && env.TERM !== 'dumb' && !isCi(env);
}

function isCi(env: Environment): boolean {
  return env.CI !== undefined && env.CI !== '' && env.CI !== 'false' && env.CI !== '0';
}

/** The terminal of this process; also makes a closed pipe on either stream end quietly. */
export function openTerminal(): Terminal {
  const out = openStream(process.stdout);
  const err = openStream(process.stderr);
  const color = takesColor(process.stdout, process.env);
  const watched = takesProgress(process.stderr, process.env);
  let shown = false;
  const clear = (): void => {
    if (shown) err('\r\u001b[2K');
    shown = false;
  };
  return {
    print: (line) => {
      clear();
      out(`${line}\n`);
    },
    printJson: (json) => {
      clear();
      const text = json.endsWith('\n') ? json : `${json}\n`;
      out(process.stdout.isTTY ? cleanJson(text) : text); // bytes stay as stored unless a terminal would obey them
    },
    note: (line) => {
      clear();
      err(`${line}\n`);
    },
    progress: (line) => {
      if (!watched) return;
      clear();
      if (line === '') return;
      err(line);
      shown = true;
    },
    width: process.stdout.columns || 100, // 0 on a terminal that does not know its size
    progressWidth: process.stderr.columns || 80,
    color,
    outColors: pc.createColors(color),
    errColors: pc.createColors(takesColor(process.stderr, process.env)),
  };
}

function openStream(stream: WriteStream): (text: string) => void {
  let open = true;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    open = false;
    if (error.code !== 'EPIPE') throw error;
  });
  return (text) => {
    if (open) stream.write(text);
  };
}
